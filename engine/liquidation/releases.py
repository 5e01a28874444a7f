"""Cancel the orders that hold what is to be sold, and find out what really became of each."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from engine.alerts.messages import CancelledOrder
from engine.brokers.base import Broker, Priority
from engine.errors import BrokerError, RefusalReason, RefusedError
from engine.execution.intents import Intent
from engine.execution.journal import Journal
from engine.money import ZERO
from engine.orders import Order, OrderStatus, VenueOrderId

#: An exit waits no longer than this to hear what became of a cancelled order; it is read again at its end.
CONFIRM_S = 0.5


class Releases:
    """What one exit cancels: a venue accepts a cancel before it counts, and of what has filled too."""

    def __init__(self, *, journal: Journal) -> None:
        self._journal = journal

    async def cancel(self, intent: Intent, broker: Broker, orders: Iterable[Order]) -> bool:
        """Cancel orders; tell whether one of them was over before, so that what was read is not true any more.

        Raises:
            BrokerError: one could not be cancelled.

        """
        tried, is_overtaken = await self._journal.load_tried(intent.intent_id), False
        for order in orders:
            await self._journal.note_release(intent, cancelled_order(order))
            try:
                await broker.cancel_order(order.venue_order_id, order.symbol, priority=Priority.EXIT)
            except RefusedError as e:
                if e.reason is not RefusalReason.UNKNOWN_ORDER and not await _is_over(order, broker):
                    raise
                if order.venue_order_id not in tried:
                    # Filled or cancelled by somebody else meanwhile; an earlier cancel of ours is confirmed below.
                    await self._journal.note_not_released(intent, cancelled_order(order))
                    is_overtaken = True
        return await self.confirm(intent, broker) or is_overtaken

    async def confirm(self, intent: Intent, broker: Broker) -> bool:
        """Read what was cancelled and not confirmed yet; tell whether some of it filled instead."""
        noted = await self._journal.load_released(intent.intent_id)
        waiting = [order for order in noted if not order.confirmed]
        found = await asyncio.gather(*(_read(order, intent, broker) for order in waiting))
        is_overtaken = False
        for order, now in zip(waiting, found, strict=True):
            if now is not None and now.status.is_final:
                released = released_part(order, now)
                await self._note(intent, order, released)
                is_overtaken |= released is None or released.quantity < order.quantity
        return is_overtaken

    async def _note(self, intent: Intent, order: CancelledOrder, released: CancelledOrder | None) -> None:
        if released is None:
            await self._journal.note_not_released(intent, order)
        else:
            await self._journal.note_released(intent, released)


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
