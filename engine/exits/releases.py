"""Cancel the orders that hold what is to be sold, and find out what really became of each."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.alerts.messages import CancelledOrder
from engine.brokers.base import Broker, Priority
from engine.model.errors import BrokerError, KeyRejectedError, RefusalReason, RefusedError
from engine.model.money import ZERO
from engine.model.orders import Order, OrderStatus, VenueOrderId
from engine.orders.intents import Intent
from engine.orders.journal import Journal

#: An exit waits no longer than this to hear what became of a cancelled order; it is read again at its end.
CONFIRM_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelling:
    """What came of cancelling several orders."""

    #: Whether one of them was over before, so that what was read is not true any more.
    is_overtaken: bool
    #: Those that still stand, each with what the venue said.
    failed: tuple[tuple[Order, BrokerError], ...] = ()

    @property
    def hindrance(self) -> BrokerError | None:
        """Return why an order still stands; None when none does."""
        return self.failed[0][1] if self.failed else None


class Releases:
    """What one exit cancels: a venue accepts a cancel before it counts, and of what has filled too."""

    def __init__(self, *, journal: Journal) -> None:
        self._journal = journal
        #: Orders that a venue told as over when asked for them; its list may show them for longer.
        self._over = set[VenueOrderId]()

    def standing(self, orders: Iterable[Order]) -> tuple[Order, ...]:
        """Leave out the orders that are known to be over."""
        return tuple(order for order in orders if order.venue_order_id not in self._over)

    async def cancel(self, intent: Intent, broker: Broker, orders: Iterable[Order]) -> Cancelling:
        """Cancel orders, each whatever becomes of the others.

        Raises:
            BrokerError: one was not cancelled for the first time and for no reason of its own, so it is tried again.

        """
        tried, gone = await self._journal.releases.load_tried(intent.intent_id), False
        failed = list[tuple[Order, BrokerError]]()
        for order in orders:
            await self._journal.releases.note_release(intent, cancelled_order(order))
            try:
                await broker.cancel_order(order.venue_order_id, order.symbol, priority=Priority.EXIT)
            except KeyRejectedError:
                raise
            except BrokerError as e:
                if not await self._is_gone(order, broker, e):
                    failed.append((order, e))
                elif order.venue_order_id not in tried:
                    # Filled or cancelled by somebody else meanwhile; an earlier cancel of ours is confirmed below.
                    await self._journal.releases.note_not_released(intent, cancelled_order(order))
                    gone = True
        for order, error in failed:
            if order.venue_order_id not in tried and not isinstance(error, RefusedError):
                raise error
        is_overtaken = await self.confirm(intent, broker) or gone
        return Cancelling(is_overtaken=is_overtaken, failed=tuple(failed))

    async def confirm(self, intent: Intent, broker: Broker) -> bool:
        """Read what was cancelled and not confirmed yet; tell whether some of it filled instead."""
        noted = await self._journal.releases.load_released(intent.intent_id)
        waiting = [order for order in noted if not order.confirmed]
        found = await asyncio.gather(*(_read(order, intent, broker) for order in waiting))
        is_overtaken = False
        for order, now in zip(waiting, found, strict=True):
            if now is not None and now.status.is_final:
                self._over.add(now.venue_order_id)
                released = released_part(order, now)
                await self._note(intent, order, released)
                is_overtaken |= released is None or released.quantity < order.quantity
        return is_overtaken

    async def _is_gone(self, order: Order, broker: Broker, error: BrokerError) -> bool:
        """Tell whether an order needs no cancel any more, by the order itself or by how a venue refused it."""
        if not isinstance(error, RefusedError):
            return False
        if await _is_over(order, broker):
            self._over.add(order.venue_order_id)
            return True
        # One that it just does not find yet is cancelled with the next reading.
        return error.reason is RefusalReason.UNKNOWN_ORDER

    async def _note(self, intent: Intent, order: CancelledOrder, released: CancelledOrder | None) -> None:
        if released is None:
            await self._journal.releases.note_not_released(intent, order)
        else:
            await self._journal.releases.note_released(intent, released)


def cancelled_order(order: Order) -> CancelledOrder:
    """Return what the owner is told of an order that is cancelled, before the venue confirms it."""
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
    return replace(order, quantity=min(quantity, order.quantity), confirmed=True)


async def _is_over(order: Order, broker: Broker) -> bool:
    """Tell whether an order ended, whatever words a venue refuses its cancel with."""
    try:
        async with asyncio.timeout(CONFIRM_S):
            now = await broker.fetch_order(order.venue_order_id, order.symbol, priority=Priority.EXIT)
    except (BrokerError, TimeoutError):
        return False
    return now.status.is_final


async def _read(order: CancelledOrder, intent: Intent, broker: Broker) -> Order | None:
    try:
        async with asyncio.timeout(CONFIRM_S):
            symbol = order.symbol or intent.symbol
            order_id = VenueOrderId(order.venue_order_id)
            return await broker.fetch_order(order_id, symbol, priority=Priority.EXIT)
    except (BrokerError, TimeoutError):
        return None
