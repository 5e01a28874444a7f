"""The engine's port to pushed prices, answered by a simulated venue whose stream fails in ways that look quiet."""

import asyncio
from dataclasses import replace
from decimal import Decimal

from engine.brokers.streams.price_stream import Loss, LossReason
from engine.clock import moment
from tests.simulation.faults import Kind

#: How often what has changed is pushed.
EVERY_S = 0.5
#: How old what a stream pushes late is: older than any price may be.
LATE_BY_S = 30
_TIMES = 3


class SimStream:
    """Pushes every change of what is wanted, until it is read no more."""

    is_whole_market = True
    heard = None

    def __init__(self, *, truth, faults, life, clock, rng):
        self.venue = truth.venue
        self.name = f"prices {truth.venue}"
        self._prices = truth.prices
        self._faults = faults
        self._life = life
        self._clock = clock
        self._rng = rng
        self._wanted = frozenset()
        self._to_renew = set()
        self._live = set()
        self._pushed = {}

    def want(self, symbols):
        self._wanted = frozenset(symbols)

    def renew(self, symbols):
        self._to_renew.update(symbols)

    async def run(self, sink):
        self._live.clear()
        while True:
            await asyncio.sleep(EVERY_S)
            self._life.check()
            self._turn(sink)

    def _turn(self, sink):
        if self._faults.strikes(self.venue, Kind.STREAM_LOST):
            self._lose(sink, self._live, LossReason.DISCONNECTED)
        elif not self._faults.strikes(self.venue, Kind.STREAM_STALLS):
            self._lose(sink, self._live & self._to_renew, LossReason.CONTRADICTED)
            self._to_renew.clear()
            for symbol in sorted(self._wanted):
                self._push(sink, symbol)

    def _lose(self, sink, symbols, reason):
        if lost := sorted(symbols):
            self._live.difference_update(lost)
            sink.lost(lost, Loss(reason))

    def _push(self, sink, symbol):
        quote = self._quote(symbol)
        top = quote.bid, quote.ask, quote.bid_quantity
        if symbol in self._live and self._pushed.get(symbol) == top:
            return
        self._pushed[symbol] = top
        for _ in range(_TIMES if self._faults.strikes(self.venue, Kind.STREAM_REPEATS) else 1):
            sink.quote(quote, moment(self._clock))
        if symbol not in self._live:
            self._live.add(symbol)
            sink.live(symbol)

    def _quote(self, symbol):
        late_s = LATE_BY_S if self._faults.strikes(self.venue, Kind.STREAM_LATE) else 0
        quote = self._prices.true_quote(symbol, age_s=late_s)
        if self._faults.strikes(self.venue, Kind.STREAM_JUMPS):
            ratio = self._rng.choice((Decimal("0.6"), Decimal("0.9"), Decimal("1.4")))
            quote = replace(quote, bid=quote.bid * ratio, ask=quote.ask * ratio)
        return replace(quote, at=self._clock.shown(quote.at))
