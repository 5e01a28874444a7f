"""The tour: the story of the demo played and observed, step by step, in the terminal."""

from demo.tour.runner import run_tour
from demo.tour.saboteur import SABOTAGES

__all__ = ["SABOTAGES", "run_tour"]
