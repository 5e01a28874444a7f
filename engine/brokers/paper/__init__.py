"""Paper trading: an exact ledger and the book that its orders meet."""
