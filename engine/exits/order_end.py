"""Whether an order is over that its own query reports as over with less than was sent: list and balance must agree."""

from datetime import timedelta

from engine.brokers.base import Broker, Priority
from engine.exits.availability import ListedOrders
from engine.exits.context import ExitContext
from engine.guards.comparison import is_covered
from engine.guards.guard import Guard
from engine.model.errors import BrokerError
from engine.model.holdings import PositionKind
from engine.model.money import ZERO, exact
from engine.model.orders import Order
from engine.orders.balance_verdict import BalanceState, SendBasis, holds, is_more_gone
from engine.orders.intents import Intent
from engine.orders.lookup import lookup_start
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
            BrokerError: the venue does not answer what it takes to tell.

        """
        listed, unread = await self._list(intent)
        if listed is not None and listed.own:
            return _LISTED.format(order_id=listed.own[0].venue_order_id)
        if self._guard.kind is PositionKind.MARGIN:
            # Such an order holds nothing, so that no balance shows whether it is open.
            await self._require_over(intent, order, unread)
            return None
        # Not kept: quantities must not be judged by a reading of after the order, before its end is written down.
        report = await self._broker.fetch_report(priority=Priority.EXIT)
        if not is_covered(report, self._guard):
            return _UNREADABLE
        holding = report.holding(self._guard.asset)
        now = BalanceState(owned=holding.total, held=holding.held)
        with exact():
            unfilled = intent.quantity - order.filled_quantity
        others_hold = ZERO if listed is None else listed.others_hold
        if unfilled > ZERO and holds(unfilled, now=now, listed=others_hold):
            if listed is not None:
                return _HELD
            await self._require_over(intent, order, unread)
        return _MORE_GONE if await self._is_more_gone(intent, order, now) else None

    async def _list(self, intent: Intent) -> tuple[ListedOrders | None, BrokerError | None]:
        """Return the open orders that are listed, or why they cannot be: the balance and other lists may do without."""
        try:
            return await self._availability.listed(intent, self._guard, self._broker), None
        except BrokerError as e:
            return None, e

    async def _require_over(self, intent: Intent, order: Order, unread: BrokerError | None) -> None:
        """Require proof that an order is over where the list of open ones, which would show it, could not be read.

        Raises:
            BrokerError: why the list could not be read; looked up by our id, the order is not over either.

        """
        if unread is None:
            return
        found = await self._broker.find_order(
            intent.client_order_id,
            intent.symbol,
            since=lookup_start(intent, self._clock.now()),
            priority=Priority.EXIT,
        )
        if found is None or found.venue_order_id != order.venue_order_id or not found.status.is_final:
            raise unread

    async def _is_more_gone(self, intent: Intent, order: Order, now: BalanceState) -> bool:
        """Return whether the balance shows more as sold than an order reports, which may lag behind for `MORE_GONE_FOR`."""
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
