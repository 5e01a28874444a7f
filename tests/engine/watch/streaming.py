"""Prices that a venue pushes into a room, and waiting for what they set off."""

from decimal import Decimal

from engine.model.venues import Venue
from tests.engine.market.pushing import Stream


def give_stream(room, venue=Venue.KRAKEN, **choices):
    """Let a venue push what a test says."""
    stream = room.stream = Stream(room.clock, **choices)
    room.base.markets[venue].pushed.streams = (stream,)
    return stream


async def read(room, bid="60000", *, symbol="BTC/USD"):
    """Bring a stream to life with the price of now."""
    await room.look()
    await room.stream.is_read.wait()
    room.stream.push(bid, Decimal(bid) + Decimal(bid) / 6000, symbol=symbol)
    room.stream.confirm(symbol)


def fall(room, bid="59000"):
    """Let the price fall and be pushed."""
    room.set_bid(bid)
    room.stream.push(bid, Decimal(bid) + 10)


async def quiet(room):
    """Wait until whatever a tick began is over."""
    await room.wait_for("tick ", "exit ")
