"""What an account held some seconds ago, which is what a list that lags behind shows."""


class Past:
    """Remembers what an account held."""

    def __init__(self, *, now):
        self._now = now
        #: oldest first
        self._holdings = []

    def note(self, holdings):
        self._holdings.append((self._now(), holdings))

    def holdings(self, at):
        """Return what was there at a time; what was there at first where it lies before everything."""
        before = [held for noted_at, held in self._holdings if noted_at <= at]
        return before[-1] if before else self._holdings[0][1]
