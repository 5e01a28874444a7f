"""A refusal in words that are on no list of ours: the order is looked for before it counts as refused."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from engine import wall_time
from engine.brokers.base import Broker, Priority
from engine.clock import Clock
from engine.model.errors import BrokerError, RefusalReason, RefusedError, UnknownOutcomeError
from engine.model.orders import OrderRequest, Sent, VenueOrderId

#: Both clocks are trusted to a day.
_WINDOW = timedelta(days=1)


async def place(
    broker: Broker,
    request: OrderRequest,
    send: Callable[[], Awaitable[VenueOrderId]],
    *,
    clock: Clock,
    priority: Priority,
) -> VenueOrderId:
    """Send an order; after a refusal in unknown words return the order that there is all the same.

    Raises:
        RefusedError: the venue refuses it in known words, or shows no such order.
        UnknownOutcomeError: it does not tell whether there is one.

    """
    sent_at = clock.now()
    try:
        return await send()
    except RefusedError as e:
        if e.reason is not RefusalReason.UNLISTED:
            raise
        refusal = e
    sent = Sent(side=request.side, quantity=request.quantity, at=sent_at, is_margin=request.reduce_only)
    try:
        order = await broker.find_order(
            request.client_order_id,
            request.symbol,
            since=wall_time.before(sent_at, _WINDOW),
            sent=sent,
            priority=priority,
        )
    except BrokerError as e:
        raise UnknownOutcomeError(refusal.venue, refusal.words) from e
    if order is None:
        raise refusal
    if order.client_order_id != request.client_order_id:
        # Whether one that names no id is ours, more is needed to tell than is known here.
        raise UnknownOutcomeError(refusal.venue, refusal.words)
    return order.venue_order_id
