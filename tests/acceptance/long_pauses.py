"""Imported before the bot begins, it lets an order be asked after twice soon, and then not for minutes."""

from engine.exits import filling

filling.FILL_POLLS_S = (0.05, 600.0)
