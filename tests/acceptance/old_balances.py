"""Imported before the bot begins, it lets no balance be young enough for a sale by its age alone."""

from datetime import timedelta

from engine.exits import availability

availability.BALANCE_MAX_AGE = timedelta(0)
