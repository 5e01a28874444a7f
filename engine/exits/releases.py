"""Cancel the orders that hold what is to be sold, and find out what really became of each."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from engine import wall_time
from engine.brokers.base import Broker, Priority
from engine.brokers.within import within
from engine.clock import Clock
from engine.exits.exit_journal import ExitJournal
from engine.exits.recent_exits import RecentExits
from engine.model.errors import (
    BrokerError,
    KeyRejectedError,
    RefusalReason,
    RefusedError,
    UnlistedRefusalError,
)
from engine.model.money import ZERO
from engine.model.orders import CancelledOrder, Order, OrderStatus, VenueOrderId
from engine.orders.intents import Intent
from engine.orders.states import IntentState

#: An exit waits no longer than this for the end of a cancelled order; it is read again at its end.
CONFIRM_S = 0.5
#: No more than these are read one by one: a key sends one call at a time, and each costs it points.
READ_EACH_MOST = 5
#: An alert waits no longer than this for one look at the account's lists.
LISTS_READ_S = 3.0

#: A trade that is not listed for so long has not happened.
TRADES_LISTED_WITHIN = timedelta(seconds=10)
#: How far a venue's clock may be off from ours.
_CLOCKS_DIFFER = timedelta(minutes=1)
#: The exit's own order has traded, and has just been reported as over.
_SOLD = frozenset({IntentState.ACCEPTED, IntentState.PARTLY_FILLED})

#: A venue's refusal of a cancel proves nothing: the order itself shows it.
_ANSWERS = (RefusedError, UnlistedRefusalError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelling:
    """What came of cancelling several orders."""

    #: Whether one of them was over before, so that what was read is not true any more.
    is_overtaken: bool
    #: Those that still stand, each with the venue's message.
    failed: tuple[tuple[Order, BrokerError], ...] = ()

    @property
    def hindrance(self) -> BrokerError | None:
        """Return why an order still stands; None when none does."""
        return self.failed[0][1] if self.failed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """An account's lists of open orders and of trades."""

    still_open: frozenset[str]
    #: Of the open orders that cannot be read, what names them.
    unreadable: tuple[str, ...]
    #: The orders behind the latest trades.
    traded: frozenset[str]
    #: The oldest of these trades; None where there are no older ones.
    trades_since: datetime | None

    def is_untraded(self, order: CancelledOrder, *, noted_at: datetime) -> bool:
        """Return whether an order is open no more and has not traded since its cancel was noted: all of it was cancelled."""
        order_id = order.venue_order_id
        if self.trades_since is not None and not wall_time.is_before(
            self.trades_since, wall_time.before(noted_at, _CLOCKS_DIFFER)
        ):
            return False
        is_listed = order_id in self.still_open or any(order_id in named for named in self.unreadable)
        return not is_listed and order_id not in self.traded


@dataclass(frozen=True, slots=True)
class _Known:
    """What one exit knows of the orders it cancels, by the venue's ids."""

    #: Those that the venue reported as over, which its list may show for longer.
    over: set[str] = field(default_factory=set)
    #: Those whose last cancel it refused.
    refused: set[str] = field(default_factory=set)


class Releases:
    """What exits cancel: a venue accepts a cancel before it counts, and of what has filled too."""

    def __init__(self, *, journal: ExitJournal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        #: What is forgotten of an exit is queried again.
        self._exits = RecentExits[_Known]()

    def standing(self, intent: Intent, orders: Iterable[Order]) -> tuple[Order, ...]:
        """Leave out the orders that an exit knows to be over."""
        over = (self._exits.get(intent.intent_id) or _Known()).over
        return tuple(order for order in orders if order.venue_order_id not in over)

    def note_over(self, intent: Intent, order_id: VenueOrderId) -> None:
        """Remember for an exit that its venue reported an order as over."""
        self._known(intent).over.add(order_id)

    def _known(self, intent: Intent) -> _Known:
        known = self._exits.get(intent.intent_id) or _Known()
        return self._exits.put(intent.intent_id, known)

    async def cancel(self, intent: Intent, broker: Broker, orders: Iterable[Order]) -> Cancelling:
        """Cancel orders, each whatever becomes of the others.

        Raises:
            BrokerError: one was not cancelled for the first time and for no reason of its own, so it is tried again.

        """
        tried, gone = await self._journal.releases.load_tried(intent.intent_id), False
        failed, orders = list[tuple[Order, BrokerError]](), tuple(orders)
        for order in orders:
            await self._journal.releases.note_release(intent, cancelled_order(order))
            try:
                await broker.cancel_order(order.venue_order_id, order.symbol, priority=Priority.EXIT)
            except KeyRejectedError:
                raise
            except BrokerError as e:
                if not await self._is_gone(intent, order, broker, e):
                    failed.append((order, e))
                elif order.venue_order_id not in tried and _was_over(e):
                    # Filled or cancelled by somebody else meanwhile; an earlier cancel of ours is confirmed below, as is
                    # one that was carried out whatever the venue answered.
                    await self._journal.releases.note_not_released(intent, cancelled_order(order))
                    gone = True
        known = self._known(intent)
        known.refused.difference_update(order.venue_order_id for order in orders)
        known.refused.update(order.venue_order_id for order, error in failed if isinstance(error, _ANSWERS))
        for order, error in failed:
            if order.venue_order_id not in tried and not isinstance(error, _ANSWERS):
                raise error
        is_overtaken = await self._read_few(intent, broker) or gone
        return Cancelling(is_overtaken=is_overtaken, failed=tuple(failed))

    async def confirm(self, intent: Intent, broker: Broker) -> None:
        """Find out what became of everything that was cancelled and is not confirmed yet."""
        await self._read_few(intent, broker)
        waiting = await self._unconfirmed(intent)
        lists = await _read_lists(broker) if waiting else None
        if lists is None:
            return
        refused = (self._exits.get(intent.intent_id) or _Known()).refused
        for order in waiting:
            if order.venue_order_id in refused & lists.still_open:
                # It was not cancelled: the venue refused that, and goes on listing it.
                await self._journal.releases.note_not_released(intent, order)
        noted_at = await self._journal.releases.load_noted_at(intent.intent_id)
        traded = [order for order in waiting if order.venue_order_id in lists.traded]
        await self._read_each(intent, broker, traded[:READ_EACH_MOST])
        for order in waiting:
            noted = noted_at[order.venue_order_id]
            if self._are_trades_listed(lists, intent, noted) and lists.is_untraded(order, noted_at=noted):
                self.note_over(intent, VenueOrderId(order.venue_order_id))
                await self._journal.releases.note_released(intent, replace(order, confirmed=True))

    def _are_trades_listed(self, lists: Lists, intent: Intent, noted_at: datetime) -> bool:
        """Return whether a trade of before the exit's own order would be listed by now."""
        if intent.state in _SOLD and intent.venue_order_id is not None:
            return intent.venue_order_id in lists.traded
        age = wall_time.age(noted_at, self._clock.now())
        return age is not None and age >= TRADES_LISTED_WITHIN

    async def _read_few(self, intent: Intent, broker: Broker) -> bool:
        """Read what was cancelled and not confirmed yet, unless it is much; return whether some of it filled instead."""
        waiting = await self._unconfirmed(intent)
        return len(waiting) <= READ_EACH_MOST and await self._read_each(intent, broker, waiting)

    async def _unconfirmed(self, intent: Intent) -> tuple[CancelledOrder, ...]:
        noted = await self._journal.releases.load_released(intent.intent_id)
        return tuple(order for order in noted if not order.confirmed)

    async def _read_each(self, intent: Intent, broker: Broker, waiting: Sequence[CancelledOrder]) -> bool:
        found = await asyncio.gather(*(_read(order, intent, broker) for order in waiting))
        is_overtaken = False
        for order, now in zip(waiting, found, strict=True):
            if now is not None and now.status.is_final:
                self.note_over(intent, now.venue_order_id)
                released = released_part(order, now)
                await self._note(intent, order, released)
                is_overtaken |= released is None or released.quantity < order.quantity
        return is_overtaken

    async def _is_gone(self, intent: Intent, order: Order, broker: Broker, error: BrokerError) -> bool:
        """Return whether an order needs no cancel any more, by the order itself or by how a venue refused it."""
        if not isinstance(error, _ANSWERS):
            return False
        if await _is_over(order, broker):
            self.note_over(intent, order.venue_order_id)
            return True
        # One that it just does not find yet is cancelled with the next reading.
        return _was_over(error)

    async def _note(self, intent: Intent, order: CancelledOrder, released: CancelledOrder | None) -> None:
        if released is None:
            await self._journal.releases.note_not_released(intent, order)
        else:
            await self._journal.releases.note_released(intent, released)


def cancelled_order(order: Order) -> CancelledOrder:
    """Return what is reported to the owner of a cancelled order before the venue confirms it."""
    return CancelledOrder(
        side=order.side,
        quantity=order.remaining_quantity,
        price=order.price,
        venue_order_id=order.venue_order_id,
        symbol=order.symbol,
        confirmed=False,
    )


def released_part(order: CancelledOrder, now: Order) -> CancelledOrder | None:
    """Return what was cancelled of an order that is over; None when all of it filled."""
    if now.status is OrderStatus.FILLED:
        return None
    # An order sized by its value has no quantity of its own once it is over.
    quantity = now.remaining_quantity if now.remaining_quantity > ZERO else order.quantity
    # Its list may not show how much was left of it.
    known = order.quantity if order.quantity > ZERO else quantity
    return replace(order, quantity=min(quantity, known), confirmed=True)


def _was_over(error: BrokerError) -> bool:
    """Return whether a venue refused a cancel because there was no such order any more."""
    return isinstance(error, RefusedError) and error.reason is RefusalReason.UNKNOWN_ORDER


async def _is_over(order: Order, broker: Broker) -> bool:
    """Return whether an order ended, whatever message a venue refuses its cancel with."""
    reading = broker.fetch_order(order.venue_order_id, order.symbol, priority=Priority.EXIT)
    now = await within(CONFIRM_S, reading, otherwise=None)
    return now is not None and now.status.is_final


async def _read_lists(broker: Broker) -> Lists | None:
    """Read the lists that show which orders are over; None without an answer."""
    try:
        async with asyncio.timeout(LISTS_READ_S):
            opened = await broker.fetch_open_orders(priority=Priority.EXIT)
            trades = await broker.fetch_fills(priority=Priority.EXIT)
    except (BrokerError, TimeoutError):
        return None
    oldest = [fill.at for fill in trades.fills]
    if trades.next_cursor is not None and not oldest:
        return None
    return Lists(
        still_open=frozenset(order.venue_order_id for order in opened.orders),
        unreadable=opened.unreadable,
        traded=frozenset(fill.venue_order_id for fill in trades.fills),
        trades_since=None if trades.next_cursor is None else wall_time.earliest(oldest),
    )


async def _read(order: CancelledOrder, intent: Intent, broker: Broker) -> Order | None:
    order_id, symbol = VenueOrderId(order.venue_order_id), order.symbol or intent.symbol
    return await within(
        CONFIRM_S, broker.fetch_order(order_id, symbol, priority=Priority.EXIT), otherwise=None
    )
