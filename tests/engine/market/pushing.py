"""A venue's stream that pushes what a test says; the real ones are shown against the sandbox."""

import asyncio
from datetime import timedelta

from engine.brokers.streams.price_stream import Loss, LossReason
from engine.clock import Moment
from engine.market.live_prices import LivePrices
from engine.model.venues import Venue
from tests.builders import NOW, a_quote

STARTED = Moment(NOW, 0.0)


class HandClock:
    """A clock that a test moves on; both hands together."""

    def __init__(self):
        self.passed_s = 0.0

    def now(self):
        return NOW + timedelta(seconds=self.passed_s)

    def monotonic(self):
        return self.passed_s

    async def sleep(self, seconds):
        self.passed_s += seconds


class Stream:
    venue = Venue.KRAKEN
    heard = None

    def __init__(self, clock, *, name="ticker", is_whole_market=True):
        self.name = name
        self.is_whole_market = is_whole_market
        self.wanted = frozenset()
        self.renewed = []
        self.is_read = asyncio.Event()
        self._clock = clock
        self._sink = None

    def want(self, symbols):
        self.wanted = frozenset(symbols)

    def renew(self, symbols):
        self.renewed.extend(symbols)
        self._sink.lost(symbols, Loss(LossReason.CONTRADICTED))

    async def run(self, sink):
        self._sink = sink
        self.is_read.set()
        await asyncio.Event().wait()

    def push(self, bid="100", ask="100.1", *, symbol="BTC/USD", at=None, **sizes):
        received = Moment(self._clock.now(), self._clock.monotonic())
        self._sink.quote(a_quote(bid, ask, symbol=symbol, at=at or received.at, **sizes), received)

    def confirm(self, symbol="BTC/USD"):
        self._sink.live(symbol)

    def lose(self, *symbols, reason=LossReason.SILENT, message=""):
        self._sink.lost(symbols or ("BTC/USD",), Loss(reason, message))


class Pushing:
    """What one venue pushes, with its reader running."""

    def __init__(self, *names, clock=None):
        self.clock = clock or HandClock()
        self.streams = [Stream(self.clock, name=name) for name in names or ("ticker",)]
        self.prices = LivePrices(self.streams, clock=self.clock)
        self.ticks = []
        self.prices.listen(self.ticks.append)
        self.prices.want(["BTC/USD"])
        self._readers = []

    @property
    def stream(self):
        return self.streams[0]

    @property
    def bids(self):
        return [str(tick.quote.bid) for tick in self.ticks]

    def believed(self, symbol="BTC/USD"):
        pushed = self.prices.believed(symbol)
        return None if pushed is None else str(pushed.quote.bid)

    async def __aenter__(self):
        for stream in self.streams:
            self._readers.append(asyncio.create_task(self.prices.run(stream)))
            await stream.is_read.wait()
        return self

    async def __aexit__(self, *_):
        await self.stop()

    async def stop(self):
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)

    def moment(self):
        return Moment(self.clock.now(), self.clock.monotonic())

    def compare(self, bid, ask=None, *, requested=None):
        quote = a_quote(bid, ask or bid, at=self.clock.now())
        self.prices.compare(["BTC/USD"], {"BTC/USD": quote}, requested=requested or self.moment())

    def ask_in_vain(self):
        self.prices.compare(["BTC/USD"], {}, requested=self.moment())
