"""Asking for a manual close and pressing its button."""

from decimal import Decimal

from sandbox.market import Override
from sandbox.world import OWNER_ID


async def offer(room, symbol="BTC", venue=None):
    return await room.engine.closing.offer_close(OWNER_ID, symbol, venue)


async def press(room, preview):
    return await room.engine.closing.close(OWNER_ID, preview.confirmation_id)


def total(room, asset="BTC"):
    return room.world.ledger("kraken").total(asset)


def a_ticker_apart(bid):
    """Return a ticker that the order book does not follow."""
    return Override(
        bid=Decimal(bid),
        ask=Decimal(bid) + 10,
        bid_size=Decimal(2),
        ask_size=Decimal(2),
        in_book=False,
    )
