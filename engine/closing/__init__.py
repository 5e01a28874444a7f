"""Closing by hand: what a position would bring now, and its sale through the same journal as the guard's."""
