"""The prices that a venue pushes, each believed only while its stream proves that it lives and nothing contradicts it."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from engine.brokers.streams.price_stream import Loss, LossReason, PriceStream
from engine.clock import Clock, Moment, moment
from engine.market.pushed import Pushed
from engine.market.stream_comparison import Compared, StreamComparison, since
from engine.market.stream_status import NotLive, StreamStatus
from engine.model.quotes import Quote

#: An instrument is not subscribed anew sooner, whatever it is contradicted by.
RENEW_EVERY = timedelta(seconds=60)
_DIFFERS = Loss(LossReason.CONTRADICTED)


class LivePrices:
    """Keeps the latest quote of each wanted instrument of one venue, and whether it is a price."""

    def __init__(self, streams: Sequence[PriceStream] = (), *, clock: Clock) -> None:
        self.streams = tuple(streams)
        self._clock = clock
        self._on_tick: Callable[[Pushed], object] | None = None
        self._wanted = frozenset[str]()
        self._latest: dict[str, Pushed] = {}
        #: By instrument, the stream that carries it now, until that reports otherwise: it may not have noticed that
        #: nobody wanted it for a moment.
        self._live: dict[str, PriceStream] = {}
        #: Wanted and not live.
        self._missing: dict[str, NotLive] = {}
        #: Live, and differing from what the venue answers.
        self._contradicted: dict[str, NotLive] = {}
        self._renewed: dict[str, Moment] = {}
        #: Contradicted, and subscribed anew since: what is pushed now nothing has contradicted yet.
        self._afresh = set[str]()
        self._comparison = StreamComparison()
        self._waiting: dict[str, list[asyncio.Future[Pushed]]] = {}

    def listen(self, on_tick: Callable[[Pushed], object]) -> None:
        """Call somebody with each quote that is believed, in the reader's task: it must neither wait nor raise."""
        self._on_tick = on_tick

    # what is known

    def believed(self, symbol: str) -> Pushed | None:
        """Return an instrument's latest quote while it is a price; what did not change is not pushed again."""
        if symbol not in self._wanted or symbol not in self._live or symbol in self._contradicted:
            return None
        pushed = self._latest.get(symbol)
        return pushed if pushed is not None and pushed.sides is not None else None

    def of_whole_market(self, symbol: str) -> Pushed | None:
        """Return the same unless it is of a small part of the market only."""
        pushed = self.believed(symbol)
        return pushed if pushed is not None and pushed.is_whole_market else None

    def is_lately_agreed(self, symbol: str, *, within_s: float) -> bool:
        """Return whether the venue's answer and this subscription agreed so lately; its first message proves nothing."""
        return self._comparison.is_agreed_since(symbol, since(moment(self._clock), within_s))

    async def next_tick(self, symbol: str) -> Pushed:
        """Wait for an instrument's next quote that is believed."""
        with self._waiter(symbol) as coming:
            return await coming

    def status(self) -> StreamStatus:
        """Return which of the wanted instruments are pushed now."""
        live = self._wanted & (self._live.keys() - self._contradicted.keys())
        return StreamStatus(
            has_stream=bool(self.streams), live=live, polled={**self._contradicted, **self._missing}
        )

    # what is wanted

    def want(self, symbols: Collection[str]) -> None:
        """Set the instruments to be pushed from now on."""
        self._wanted, now = frozenset(symbols), moment(self._clock)
        for kept in (self._missing, self._contradicted, self._renewed):
            for symbol in kept.keys() - self._wanted:
                del kept[symbol]
        self._afresh &= self._wanted
        self._comparison.keep(self._wanted)
        for symbol in self._wanted - self._live.keys() - self._missing.keys():
            self._missing[symbol] = NotLive(since=now)
        for stream in self.streams:
            stream.want(self._wanted)

    async def run(self, stream: PriceStream) -> None:
        """Read a stream until cancelled; whatever ends it, nothing of it is believed then."""
        try:
            await stream.run(_Sink(self, stream))
        finally:
            self.lose(stream, list(self._live), Loss(LossReason.DISCONNECTED))

    def compare(self, symbols: Collection[str], polled: Mapping[str, Quote], *, requested: Moment) -> None:
        """Hold what was pushed against what the venue answered: what differs is no price until both agree.

        Where it answered nothing, only what is subscribed anew since it differed is believed.
        """
        for symbol in self._wanted & self._live.keys() & set(symbols):
            quote = polled.get(symbol)
            found = self._comparison.hold_against(quote, requested=requested) if quote else Compared.NOTHING
            if found is Compared.DIFFERS:
                self._contradict(symbol)
            elif found is Compared.AGREES or (quote is None and symbol in self._afresh):
                self._contradicted.pop(symbol, None)
                self._afresh.discard(symbol)

    # what the streams report

    def take(self, stream: PriceStream, quote: Quote, received: Moment) -> None:
        """Keep a quote, and pass it on if it is believed."""
        symbol, is_live = quote.symbol, quote.symbol in self._live
        if is_live or symbol in self._missing:
            pushed = self._latest[symbol] = Pushed(quote, quote.sides, received, stream.is_whole_market)
            self._comparison.take(pushed)
        if is_live:
            self._pass_on(symbol)

    def begin(self, stream: PriceStream, symbol: str) -> None:
        """Believe an instrument from now on, beginning with what was pushed before its subscription was confirmed."""
        self._missing.pop(symbol, None)
        self._live[symbol] = stream
        if symbol in self._contradicted:
            self._afresh.add(symbol)
        self._pass_on(symbol)

    def lose(self, stream: PriceStream, symbols: Collection[str], loss: Loss) -> None:
        """Believe nothing of a stream's instruments until they are live again."""
        now = moment(self._clock)
        for symbol in symbols:
            if self._live.get(symbol) is stream:
                del self._live[symbol]
                self._latest.pop(symbol, None)
                self._comparison.end(symbol)
                if symbol in self._wanted:
                    since = self._contradicted.get(symbol, NotLive(since=now)).since
                    self._missing[symbol] = NotLive(since=since, loss=loss)
            elif symbol in self._missing:
                self._missing[symbol] = NotLive(since=self._missing[symbol].since, loss=loss)

    def _pass_on(self, symbol: str) -> None:
        pushed = self.believed(symbol)
        if pushed is None:
            return
        if self._waiting:
            for coming in self._waiting.pop(symbol, ()):
                if not coming.done():
                    coming.set_result(pushed)
        if self._on_tick is not None:
            self._on_tick(pushed)

    def _contradict(self, symbol: str) -> None:
        now = moment(self._clock)
        self._afresh.discard(symbol)
        self._contradicted.setdefault(symbol, NotLive(since=now, loss=_DIFFERS))
        renewed = self._renewed.get(symbol)
        if renewed is None or now - renewed >= RENEW_EVERY:
            # It may be mute while its connection is well.
            self._renewed[symbol] = now
            self._live[symbol].renew([symbol])

    @contextmanager
    def _waiter(self, symbol: str) -> Iterator[asyncio.Future[Pushed]]:
        coming = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(symbol, []).append(coming)
        try:
            yield coming
        finally:
            waiting = self._waiting.get(symbol, [])
            if coming in waiting:
                waiting.remove(coming)
            if not waiting:
                self._waiting.pop(symbol, None)


@dataclass(frozen=True, slots=True)
class _Sink:
    """Takes what one of a venue's streams reads."""

    prices: LivePrices
    stream: PriceStream

    def quote(self, quote: Quote, received: Moment) -> None:
        self.prices.take(self.stream, quote, received)

    def live(self, symbol: str) -> None:
        self.prices.begin(self.stream, symbol)

    def lost(self, symbols: Collection[str], loss: Loss) -> None:
        self.prices.lose(self.stream, symbols, loss)
