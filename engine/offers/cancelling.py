"""Cancels of the owner's open orders: a preview first, then a button; cancelled is what the venue confirms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from engine.accounts.reader import AccountReader
from engine.accounts.reports import Reports
from engine.brokers.base import Broker, Priority
from engine.brokers.within import within
from engine.clock import Clock
from engine.model.errors import BrokerError
from engine.model.orders import CancelledOrder, Order, VenueOrderId
from engine.model.venues import Account
from engine.offers.cancelling_plan import (
    MOST_BUTTONS,
    NamedOrder,
    cancel_outcome,
    find_orders,
    find_unreadable,
    why_not_cancelled,
)
from engine.offers.cancelling_preview import CancelLine, CancelPreview, CancelResult, NoCancel
from engine.offers.confirmation import Confirmation
from engine.offers.not_cancelled import NotOpen, OrderKept, OrdersUnread, OrderUnreadable
from engine.offers.outcomes import Nothing
from engine.portfolio.open_orders import OpenOrder, OrdersOverview
from engine.portfolio.open_orders_service import OpenOrdersService
from engine.storage.database import Database

#: A button counts for so long.
CANCEL_VALID = timedelta(seconds=60)
#: A press waits no longer than this for an answer of the venue.
ANSWER_S = 5.0
#: Pauses before an order is read again that its venue does not report as over yet.
CONFIRM_PAUSES_S = (0.0, 0.3, 0.7, 1.5, 2.5)

_ACTION = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOrder:
    """What the button of a preview cancels."""

    account_id: str
    order: CancelledOrder


_CANCEL_BUTTON = Confirmation(ShownOrder, actions=(_ACTION,))


class CancelService:
    """Answers `/cancel` and its buttons."""

    def __init__(
        self,
        *,
        open_orders: OpenOrdersService,
        reader: AccountReader,
        reports: Reports,
        brokers: Mapping[str, Broker],
        database: Database,
        clock: Clock,
    ) -> None:
        self._open_orders = open_orders
        self._reader = reader
        self._reports = reports
        self._brokers = brokers
        self._database = database
        self._clock = clock

    async def offer_cancel(self, user_id: int, named: NamedOrder) -> CancelPreview | Nothing:
        """Show the open orders of an id or a symbol, each of the owner's with a button."""
        overview = await self._open_orders.fetch_orders(user_id)
        found = find_orders(overview, named)
        if not found:
            return _not_found(overview, named)
        now, unread = self._clock.now(), {one.account.account_id for one in overview.unread}
        lines = list[CancelLine]()
        for one in found:
            why_not = why_not_cancelled(one, is_listed=one.account.account_id not in unread)
            if why_not is None and sum(line.confirmation_id is not None for line in lines) == MOST_BUTTONS:
                why_not = NoCancel.TOO_MANY
            confirmation_id = await self._store(user_id, one) if why_not is None else None
            lines.append(CancelLine(order=one, confirmation_id=confirmation_id, why_not=why_not))
        return CancelPreview(
            lines=tuple(lines), unread=overview.unread, as_of=now, expires_at=now + CANCEL_VALID
        )

    async def cancel(self, user_id: int, confirmation_id: str) -> CancelResult | Nothing:
        """Cancel the order of a button, once, and read it again until its venue reports it as over."""
        confirmed = await _CANCEL_BUTTON.confirm(
            self._database, confirmation_id, user_id=user_id, clock=self._clock
        )
        if isinstance(confirmed, Nothing):
            return confirmed
        shown = confirmed.shown
        accounts = {one.account_id: one for one in self._reader.accounts(user_id)}
        account = accounts.get(shown.account_id)
        if account is None:
            return Nothing(why=OrderKept.ACCOUNT_GONE)
        listed = await self._open_orders.fetch_account_orders(account)
        if listed.error:
            return Nothing(why=OrdersUnread(venue=account.venue, error=listed.error))
        open_now = {one.order.venue_order_id: one for one in listed.orders}
        one = open_now.get(VenueOrderId(shown.order.venue_order_id))
        if one is not None and one.owner.is_ours:
            return Nothing(why=OrderKept.OURS)
        return await self._cancel(account, shown.order, is_open=one is not None)

    async def _cancel(self, account: Account, order: CancelledOrder, *, is_open: bool) -> CancelResult:
        broker, error = self._brokers[account.account_id], None
        order_id = VenueOrderId(order.venue_order_id)
        if is_open:
            try:
                await broker.cancel_order(order_id, order.symbol, priority=Priority.ENTRY)
            except BrokerError as e:
                error = e
        now = await self._read_until_over(broker, order)
        # What it held is free, or sold.
        self._reports.outdate(account.account_id)
        return CancelResult(
            venue=account.venue,
            order=order,
            outcome=cancel_outcome(now, error),
            filled=None if now is None else now.filled_quantity,
            was_over=not is_open,
            detail=error.message if error is not None else "",
        )

    async def _read_until_over(self, broker: Broker, order: CancelledOrder) -> Order | None:
        """Return an order as it was read last; None where it never was."""
        order_id, latest = VenueOrderId(order.venue_order_id), None
        for pause_s in CONFIRM_PAUSES_S:
            await self._clock.sleep(pause_s)
            reading = broker.fetch_order(order_id, order.symbol, priority=Priority.ENTRY)
            latest = await within(ANSWER_S, reading, otherwise=None) or latest
            if latest is not None and latest.status.is_final:
                break
        return latest

    async def _store(self, user_id: int, one: OpenOrder) -> str:
        async with self._database.write() as session:
            return await _CANCEL_BUTTON.store(
                session,
                ShownOrder(account_id=one.account.account_id, order=_shown(one.order)),
                user_id=user_id,
                action=_ACTION,
                now=self._clock.now(),
                valid_for=CANCEL_VALID,
            )


def _shown(order: Order) -> CancelledOrder:
    return CancelledOrder(
        side=order.side,
        quantity=order.quantity,
        price=order.price,
        venue_order_id=order.venue_order_id,
        symbol=order.symbol,
    )


def _not_found(overview: OrdersOverview, named: NamedOrder) -> Nothing:
    if unreadable := find_unreadable(overview, named):
        return Nothing(why=OrderUnreadable(name=named.text, venue=unreadable[0].account.venue))
    unread = (OrdersUnread(venue=one.account.venue, error=one.error) for one in overview.unread)
    return Nothing(why=NotOpen(name=named.text, unread=tuple(unread)))
