"""What our orders filled that no known fill tells yet: a venue's history may lag behind its orders."""

from datetime import datetime
from decimal import Decimal

from sqlmodel.ext.asyncio.session import AsyncSession

from engine.money import ZERO, exact
from engine.positions import PositionKey
from engine.storage.repositories import fills, intents


async def load_untold(
    session: AsyncSession, account_id: str, *, since: datetime, key: PositionKey | None = None
) -> Decimal:
    """Return how much of orders that left at `since` or later is not told; of one position where `key` says so."""
    untold = ZERO
    for intent in await intents.load_filled(session, account_id, since=since):
        if intent.venue_order_id is None or (key is not None and intent.position != key):
            continue
        known = await fills.load_order_fills(session, account_id, intent.venue_order_id)
        with exact():
            untold += max(ZERO, intent.filled_quantity - sum((fill.quantity for fill in known), ZERO))
    return untold
