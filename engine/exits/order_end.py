"""Whether an order is over that its own query reports as over with less than was sent: list and balance must agree."""

from datetime import timedelta

from engine.brokers.base import Broker, Priority
from engine.exits.context import ExitContext
from engine.guards.comparison import is_covered
from engine.guards.guard import Guard
from engine.model.holdings import PositionKind
from engine.model.money import ZERO, exact
from engine.model.orders import Order
from engine.orders.balance_verdict import BalanceState, SendBasis, holds, is_more_gone
from engine.orders.intents import Intent
from engine.orders.other_trades import sold_by_others

#: Coins that are gone for another reason, such as a withdrawal, hold an order's end up no longer than this.
MORE_GONE_FOR = timedelta(minutes=1)

_LISTED = "although its list of open orders shows {order_id} as open"
_UNREADABLE = "although the balance of what it was to sell cannot be read"
_HELD = "although the balance still holds what it was to sell"
_MORE_GONE = "although more than that is gone from the balance"


class OrderEnd:
    """Compares the end of one exit's order with the venue's lists and balance."""

    def __init__(self, guard: Guard, *, broker: Broker, context: ExitContext) -> None:
        self._guard = guard
        self._broker = broker
        self._availability = context.availability
        self._journal = context.journal
        self._clock = context.clock
        #: Since when more is gone than an order reports as filled.
        self._more_gone_since_s: float | None = None

    async def contradiction(self, intent: Intent, order: Order) -> str | None:
        """Return what contradicts it; None when nothing does.

        Raises:
            BrokerError: the venue does not answer.

        """
        listed = await self._availability.listed(intent, self._guard, self._broker)
        if listed.own:
            return _LISTED.format(order_id=listed.own[0].venue_order_id)
        if self._guard.kind is PositionKind.MARGIN:
            return None
        # Not kept: quantities must not be judged by a reading of after the order, before its end is written down.
        report = await self._broker.fetch_report(priority=Priority.EXIT)
        if not is_covered(report, self._guard):
            return _UNREADABLE
        holding = report.holding(self._guard.asset)
        now = BalanceState(owned=holding.total, held=holding.held)
        with exact():
            unfilled = intent.quantity - order.filled_quantity
        if unfilled > ZERO and holds(unfilled, now=now, listed=listed.others_hold):
            return _HELD
        return _MORE_GONE if await self._is_more_gone(intent, order, now) else None

    async def _is_more_gone(self, intent: Intent, order: Order, now: BalanceState) -> bool:
        """Return whether more was sold than an order reports: it and its trades may be reported as they were before."""
        basis = await self._journal.orders.load_basis(intent)
        if basis is None or not await self._is_unexplained(intent, order, basis, now):
            self._more_gone_since_s = None
            return False
        now_s = self._clock.monotonic()
        self._more_gone_since_s = now_s if self._more_gone_since_s is None else self._more_gone_since_s
        return now_s - self._more_gone_since_s < MORE_GONE_FOR.total_seconds()

    async def _is_unexplained(
        self, intent: Intent, order: Order, basis: SendBasis, now: BalanceState
    ) -> bool:
        filled, sent = order.filled_quantity, intent.quantity
        if not is_more_gone(basis.position, now, filled=filled, sent=sent):
            return False
        fills = (await self._broker.fetch_fills(priority=Priority.EXIT)).fills
        ours = await self._journal.orders.load_our_orders(intent)
        with exact():
            explained = filled + sold_by_others(intent, basis, fills, own=ours.of_intent)
        return is_more_gone(basis.position, now, filled=explained, sent=sent)
