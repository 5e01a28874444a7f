"""An accepted order whose row the venue does not report: what was sent is known, what came of it is not."""

from engine.model.money import ZERO
from engine.model.orders import Order, OrderStatus, ProductFamily
from engine.orders.intents import Intent


def unread_order(intent: Intent) -> Order | None:
    """Return an order as it was sent, with nothing of what came of it; None when it was never accepted."""
    if intent.venue_order_id is None:
        return None
    return Order(
        venue_order_id=intent.venue_order_id,
        client_order_id=intent.client_order_id,
        symbol=intent.symbol,
        side=intent.side,
        family=ProductFamily.MARGIN if intent.reduce_only else ProductFamily.SPOT,
        status=OrderStatus.OPEN,
        quantity=intent.quantity,
        filled_quantity=ZERO,
        cost=None,
        fee=None,
        fee_asset=None,
        is_market=True,
    )
