"""The pause between tries that doubles with each failure."""

#: Far past any bound in use, and far from where a float overflows: tries go into the thousands over a long outage.
_DOUBLINGS_MOST = 64


def doubling_pause_s(failures: int, *, first_s: float, most_s: float) -> float:
    """Return how long to wait after so many failures in a row (1 or more): first, 2 · first, 4 · first … most."""
    return min(first_s * 2.0 ** min(failures - 1, _DOUBLINGS_MOST), most_s)
