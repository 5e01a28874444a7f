"""Buttons that change something: bound to one user, used once, expiring."""
