"""What a venue answers about one order instead of how it is: as it was, or as it never was."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from engine.model.orders import OrderStatus
from tests.simulation.faults import Kind

#: By how many seconds the query of one order may lag behind the lists.
_LAGS_S = (0.3, 3)


def _with_filled(order, status, ratio):
    """Return an order with so much of its quantity filled, at about its price."""
    filled = (order.quantity * Decimal(ratio)).quantize(Decimal("0.0001"))
    price = order.average_price or Decimal(1)
    changes = {"filled_quantity": filled, "cost": filled * price, "fee": Decimal(0), "fills": ()}
    return replace(order, status=status, closed_at=None, **changes)


_BRIEFLY = {
    Kind.ORDER_OLDER: lambda order: _with_filled(order, OrderStatus.OPEN, 0),
    Kind.ORDER_CONTRADICTS: lambda order: _with_filled(order, OrderStatus.CANCELED, 0),
    Kind.ORDER_AHEAD: lambda order: _with_filled(order, OrderStatus.OPEN, "0.4"),
}


class OrderQuery:
    """A venue's query of one order, with what goes wrong there."""

    def __init__(self, *, truth, faults, clock, rng):
        self._truth = truth
        self._faults = faults
        self._clock = clock
        self._rng = rng
        self._lag = timedelta(seconds=rng.uniform(*_LAGS_S))
        #: how each order that was asked for is reported for a moment, and until when
        self._briefly = {}

    def answer(self, order):
        """Return what is reported of an order; None where it is not known yet."""
        if self._faults.strikes(self._truth.venue, Kind.ORDER_LAGS):
            then = order.as_of(self._truth.now() - self._lag)
            return then and self._truth.order(then)
        return self._for_a_moment(order)

    def _for_a_moment(self, order):
        """Return an order as it is, or for less than two seconds as it was before or never will be."""
        now_s = self._clock.monotonic()
        if order.client_id is None:
            return self._truth.order(order)
        if order.order_id not in self._briefly:
            kind = self._faults.strikes(self._truth.venue, *_BRIEFLY)
            self._briefly[order.order_id] = kind, now_s + self._rng.uniform(0.1, 1.8)
        kind, until_s = self._briefly[order.order_id]
        order = self._truth.order(order)
        return _BRIEFLY[kind](order) if kind and now_s < until_s else order
