"""How long a stream rests before it connects again: no venue is hurried, and no two clients come back together."""

#: After the first failure; it doubles with each one that follows.
FIRST_S = 0.5
LONGEST_S = 30.0
#: A connection that lasted so long was a good one: the next failure is a first one again.
STEADY_S = 60.0
_DOUBLINGS = 10


def pause_s(failures: int, *, jitter: float) -> float:
    """Return how long to wait after so many failures in a row, or none; `jitter` is anything from 0 to 1."""
    longest = min(FIRST_S * (1 << min(max(failures - 1, 0), _DOUBLINGS)), LONGEST_S)
    return longest * (1 + jitter) / 2


def rest_s(at_least: float, *, jitter: float) -> float:
    """Return how long to stay away from a venue that named no shorter time than this."""
    return at_least * (1 + jitter / 4)


def failures_after(failures: int, *, lasted_s: float, has_failed: bool = True) -> int:
    """Return how many connections in a row have failed, the one that just ended among them if it has."""
    before = 0 if lasted_s >= STEADY_S else failures
    return before + 1 if has_failed else before
