"""What a pushed price costs that reaches no guard, against looking its instrument up in a dict."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from decimal import Decimal

from bench.figures import Figure, spread
from bench.polling import guard_of
from bench.room import Room, open_room
from bench.venue import PRICE, coin_of
from engine.brokers.streams.price_stream import PriceSink
from engine.clock import Moment, moment
from engine.guards import store as guard_rows
from engine.model.quotes import Quote
from engine.model.venues import Venue

GUARDS, INSTRUMENTS = 10_000, 200
ROUNDS, TICKS_A_ROUND = 20, 20_000
_US = 1_000_000
_AT_LEAST_A_SECOND = 50_000
_SIZE = Decimal(1_000)
#: Nobody is asked for anything.
_NOWHERE = "http://127.0.0.1:9"


async def measure() -> Sequence[Figure]:
    """Push prices through the reader's hands, in turns with as many lookups."""
    stream = HandStream()
    async with open_room(_NOWHERE, accounts=1) as room:
        base, _ = room.build(streams=(stream,))
        await _guard(room)
        await stream.is_read.wait()
        quotes = [_quote(room, number) for number in range(INSTRUMENTS)]
        received = moment(base.clock)
        for quote in quotes:
            stream.sink.quote(quote, received)
            stream.sink.live(quote.symbol)
        by_symbol = {quote.symbol: quote for quote in quotes}
        turns = [
            (_time(quotes, _push(stream, received)), _time(quotes, lambda quote: by_symbol[quote.symbol]))
            for _ in range(ROUNDS)
        ]
        await base.tasks.drain(1)
    ticks, lookups = zip(*turns, strict=True)
    return (
        Figure(
            name=f"tick past {GUARDS:,} guards, none reached",
            unit="us",
            measured=spread(ticks),
            floor_name="a dict lookup",
            floor=spread(lookups),
            aim=_US / _AT_LEAST_A_SECOND,
        ),
    )


class HandStream:
    """Hands over what it is given."""

    venue, name, is_whole_market, last_received = Venue.KRAKEN, "bench", True, None
    sink: PriceSink

    def __init__(self) -> None:
        self.is_read = asyncio.Event()

    def want(self, symbols: Collection[str]) -> None:
        """Everything is pushed anyway."""

    def renew(self, symbols: Collection[str]) -> None:
        """Nothing contradicts it."""

    async def run(self, sink: PriceSink) -> None:
        self.sink = sink
        self.is_read.set()
        await asyncio.Event().wait()


def _push(stream: HandStream, received: Moment) -> Callable[[Quote], object]:
    return lambda quote: stream.sink.quote(quote, received)


def _time(quotes: Sequence[Quote], do: Callable[[Quote], object]) -> float:
    """Return the microseconds of processor time that one of many calls took."""
    began = time.thread_time()
    for _ in range(TICKS_A_ROUND // len(quotes)):
        for quote in quotes:
            do(quote)
    return (time.thread_time() - began) / TICKS_A_ROUND * _US


def _quote(room: Room, number: int) -> Quote:
    return Quote(
        symbol=f"{coin_of(number)}/USD",
        bid=PRICE,
        ask=PRICE + Decimal("0.01"),
        bid_quantity=_SIZE,
        ask_quantity=_SIZE,
        at=room.base.clock.now(),
    )


async def _guard(room: Room) -> None:
    """Set guards, as many at each instrument; each has a trigger of its own."""
    now = room.base.clock.now()
    async with room.base.database.write() as session:
        for number in range(GUARDS):
            coin = guard_of(room, number % INSTRUMENTS)
            guard = replace(
                coin,
                guard_id=f"guard {number}",
                account_id="bench-0",
                cost=PRICE - Decimal(number) / GUARDS,
            )
            await guard_rows.save_guard(session, guard, was=None, now=now, cause="measured")
