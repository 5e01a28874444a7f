"""What each account is worth, split into total, available and in positions."""
