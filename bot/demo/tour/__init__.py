"""The tour: the story of the demo played and observed, step by step, in the terminal."""

from bot.demo.tour.runner import run_tour
from bot.demo.tour.saboteur import SABOTAGES

__all__ = ["SABOTAGES", "run_tour"]
