"""What was true at a venue some seconds ago: its lists and its order query may each lag behind the other."""

from dataclasses import replace

from engine.model.orders import OrderStatus


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


def order_as_of(order, at):
    """Return an order as it was at a time; None where it was not placed yet."""
    if order.at > at:
        return None
    fills = [fill for fill in order.fills if fill.at <= at]
    if order.closed_at is not None and order.closed_at <= at:
        return replace(order, fills=fills)
    return replace(order, fills=fills, status=OrderStatus.OPEN, closed_at=None)
