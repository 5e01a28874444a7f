"""Measurements of the bot, each beside the least that the same thing could cost, from one run."""
