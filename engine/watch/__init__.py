"""Judging every guard by its price, polled or pushed, and reporting prices that are missing."""
