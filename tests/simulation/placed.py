"""An order at a simulated venue, as it is and as it was."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from engine.model.orders import Fill, Order, OrderStatus, Side


@dataclass(slots=True, kw_only=True)
class Placed:
    """An order as the venue keeps it."""

    order_id: str
    client_id: str | None
    symbol: str
    side: Side
    quantity: Decimal
    limit: Decimal | None
    at: datetime
    closed_at: datetime | None = None
    status: OrderStatus = OrderStatus.OPEN
    fills: list[Fill] = field(default_factory=list)

    @property
    def filled(self):
        return sum((fill.quantity for fill in self.fills), Decimal(0))

    @property
    def left(self):
        return self.quantity - self.filled

    @property
    def asset(self):
        return self.symbol.split("/")[0]

    def as_of(self, at):
        """Return it as it was at a time; None where it was not placed yet."""
        if self.at > at:
            return None
        fills = [fill for fill in self.fills if fill.at <= at]
        if self.closed_at is not None and self.closed_at <= at:
            return replace(self, fills=fills)
        return replace(self, fills=fills, status=OrderStatus.OPEN, closed_at=None)

    def report(self, *, fills):
        """Return it as its venue reports it, with the fills that are named with it."""
        return Order(
            venue_order_id=self.order_id,
            client_order_id=self.client_id,
            symbol=self.symbol,
            side=self.side,
            status=self.status,
            quantity=self.quantity,
            filled_quantity=self.filled,
            cost=sum((fill.price * fill.quantity for fill in self.fills), Decimal(0)),
            fee=sum((fill.fee for fill in self.fills), Decimal(0)),
            fee_asset=self.fills[0].fee_asset if self.fills else "USD",
            price=self.limit,
            opened_at=self.at,
            closed_at=self.closed_at,
            fills=tuple(fills),
        )
