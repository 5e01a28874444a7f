"""What a measurement says: the middle and the edge of its repetitions, and the same of its floor."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_EDGE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Repetitions of one thing; with fewer than 20 of them the 95th percentile is the largest."""

    median: float
    p95: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured thing beside its floor, both from the same run and in the same unit."""

    name: str
    unit: str
    measured: Spread
    floor_name: str
    floor: Spread
    #: the median should not be above this
    aim: float | None = None
    #: nor this many times that of its floor
    ratio_aim: float | None = None

    @property
    def ratio(self) -> float:
        """How many times its floor it takes."""
        return self.measured.median / self.floor.median

    @property
    def reaches_aim(self) -> bool | None:
        """Whether its aims are kept, None where there is none."""
        aims = ((self.aim, self.measured.median), (self.ratio_aim, self.ratio))
        kept = [reached <= aim for aim, reached in aims if aim is not None]
        return all(kept) if kept else None


def spread(samples: Sequence[float]) -> Spread:
    """Summarise repetitions."""
    ordered = sorted(samples)
    edge = ordered[math.ceil(_EDGE * len(ordered)) - 1]
    return Spread(median=statistics.median(ordered), p95=edge, count=len(ordered))


def short_of_aim(figures: Iterable[Figure]) -> list[Figure]:
    """Return the figures that miss an aim."""
    return [figure for figure in figures if figure.reaches_aim is False]
