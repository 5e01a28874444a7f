"""Find what repeats itself in a list of steps, so that hundreds of equal attempts are one line."""

from collections.abc import Sequence
from dataclasses import dataclass

#: Fewer are as easily read one by one.
_LEAST_TIMES = 3
#: An attempt that is sent and refused has two steps; with an order that is cancelled first it has four.
_LONGEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """Some steps in a row and how often they come one after the other."""

    start: int
    length: int
    times: int

    @property
    def end(self) -> int:
        """Return where the next step begins."""
        return self.start + self.length * self.times


def find_repetitions(steps: Sequence[str]) -> list[Repetition]:
    """Cut steps into those that repeat themselves and those that do not, in their order."""
    found = list[Repetition]()
    while (start := found[-1].end if found else 0) < len(steps):
        found.append(_longest_at(steps, start))
    return found


def _longest_at(steps: Sequence[str], start: int) -> Repetition:
    """Return the shortest pattern that repeats itself from a step on; the step alone where none does."""
    for length in range(1, _LONGEST + 1):
        times = _count(steps, start, length)
        if times >= _LEAST_TIMES:
            return Repetition(start=start, length=length, times=times)
    return Repetition(start=start, length=1, times=1)


def _count(steps: Sequence[str], start: int, length: int) -> int:
    pattern, times = steps[start : start + length], 1
    while len(pattern) == length and pattern == steps[start + times * length : start + (times + 1) * length]:
        times += 1
    return times
