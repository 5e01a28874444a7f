"""The log: its form, what is hidden in it, what is not repeated."""
