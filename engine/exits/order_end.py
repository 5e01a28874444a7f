"""Whether an order is over that its own query tells as over with less than was sent: list and balance must agree."""

from engine.brokers.base import Broker, Priority
from engine.exits.availability import Availability
from engine.guards.following import is_told
from engine.guards.guard import Guard
from engine.model.holdings import PositionKind
from engine.model.money import ZERO, exact
from engine.model.orders import Order
from engine.orders.balance_verdict import BalanceState, holds
from engine.orders.intents import Intent

_LISTED = "although its list of open orders shows {order_id} as open"
_UNTOLD = "although the balance of what it was to sell cannot be read"
_HELD = "although the balance still holds what it was to sell"


class OrderEnd:
    """Holds the end of one exit's order against what else the venue says of it."""

    def __init__(self, guard: Guard, *, broker: Broker, availability: Availability) -> None:
        self._guard = guard
        self._broker = broker
        self._availability = availability

    async def contradiction(self, intent: Intent, order: Order) -> str | None:
        """Say what speaks against it; None when nothing does.

        Raises:
            BrokerError: the venue does not tell.

        """
        listed = await self._availability.listed(intent, self._guard, self._broker)
        if listed.own:
            return _LISTED.format(order_id=listed.own[0].venue_order_id)
        # Trades that explain all it tells as filled, and a list without it, are two that agree.
        if self._guard.kind is PositionKind.MARGIN or _is_explained(order):
            return None
        # Not kept: quantities must not be judged by a reading of after the order, before its end is written down.
        report = await self._broker.fetch_report(priority=Priority.EXIT)
        if not is_told(report, self._guard):
            return _UNTOLD
        holding = report.holding(self._guard.asset)
        now = BalanceState(owned=holding.total, held=holding.held)
        with exact():
            unfilled = intent.quantity - order.filled_quantity
        is_held = holds(unfilled, now=now, listed=listed.others_hold)
        return _HELD if is_held else None


def _is_explained(order: Order) -> bool:
    with exact():
        return ZERO < order.filled_quantity == sum((fill.quantity for fill in order.fills), ZERO)
