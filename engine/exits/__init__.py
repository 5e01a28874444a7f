"""Selling a breached or manually closed position."""
