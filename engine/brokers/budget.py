"""The points one key may spend at a venue, with a part that only exits may touch."""

#: Less than this is no lack of points but the rounding of floats.
_ROUNDING = 1e-6


class Budget:
    """A bucket of points that fills with time; times are monotonic seconds passed in."""

    def __init__(self, *, capacity: float, refill_per_s: float, reserve: float) -> None:
        self._capacity = capacity
        self._refill_per_s = refill_per_s
        self._reserve = reserve
        self._points = capacity
        self._counted_at: float | None = None

    def wait_s(self, cost: float, *, now: float, with_reserve: bool) -> float:
        """Return how long a call has to wait for its points; one without cost never does.

        One with the reserve may take the last point, the others leave it untouched.
        """
        if cost == 0:
            return 0.0
        self._refill(now)
        kept = 0.0 if with_reserve else self._reserve
        lacking = kept + min(cost, self._capacity - kept) - self._points
        return lacking / self._refill_per_s if lacking > _ROUNDING else 0.0

    def points(self, *, now: float) -> float:
        """Return the points there are, below zero where calls did not wait for theirs."""
        self._refill(now)
        return self._points

    def take(self, cost: float, *, now: float) -> None:
        """Spend points."""
        self._refill(now)
        self._points -= cost

    def drain(self, *, now: float) -> None:
        """Set the budget to empty because the venue reported it used up."""
        self._refill(now)
        self._points = min(self._points, 0.0)

    def _refill(self, now: float) -> None:
        if self._counted_at is not None:
            gained = (now - self._counted_at) * self._refill_per_s
            self._points = min(self._capacity, self._points + gained)
        self._counted_at = now
