"""Whose prices they are: what a stream reports under the venue's names is passed on under ours."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from engine.brokers.streams.price_stream import Loss, LossReason, PriceSink
from engine.clock import Moment
from engine.model.quotes import Quote


class NamedSink:
    """A sink of the venue's names; several instruments may trade on one book, which is subscribed once."""

    def __init__(self, sink: PriceSink) -> None:
        self._sink = sink
        #: The venue's names by our symbols.
        self._names: Mapping[str, str] = {}
        self._symbols: dict[str, tuple[str, ...]] = {}
        self._quotes: dict[str, tuple[Quote, Moment]] = {}
        self._live = set[str]()

    def name(self, names: Mapping[str, str]) -> frozenset[str]:
        """Set which instruments are wanted, by their names at the venue, and return these."""
        gone = [symbol for symbol in self._names if names.get(symbol) != self._names[symbol]]
        come = [symbol for symbol in names if self._names.get(symbol) != names[symbol]]
        self._names = dict(names)
        self._symbols = _by_name(self._names)
        if gone:
            self._sink.lost(gone, Loss(LossReason.UNWANTED))
        for symbol in come:
            self._join(symbol, self._names[symbol])
        return frozenset(self._symbols)

    def quote(self, quote: Quote, received: Moment) -> None:
        """Pass a quote on to each instrument of its book."""
        self._quotes[quote.symbol] = quote, received
        for symbol in self._symbols.get(quote.symbol, ()):
            self._pass_on(symbol, quote, received)

    def live(self, name: str) -> None:
        """Pass on that a book is believed."""
        self._live.add(name)
        for symbol in self._symbols.get(name, ()):
            self._sink.live(symbol)

    def lost(self, names: Collection[str], loss: Loss) -> None:
        """Pass on that books are not believed any more."""
        self._live.difference_update(names)
        symbols = [symbol for name in names for symbol in self._symbols.get(name, ())]
        if symbols:
            self._sink.lost(symbols, loss)

    def _join(self, symbol: str, name: str) -> None:
        """Let an instrument know what is known of its book already."""
        if name in self._live:
            self._pass_on(symbol, *self._quotes[name])
            self._sink.live(symbol)

    def _pass_on(self, symbol: str, quote: Quote, received: Moment) -> None:
        self._sink.quote(quote if symbol == quote.symbol else replace(quote, symbol=symbol), received)


def _by_name(names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    symbols: dict[str, tuple[str, ...]] = {}
    for symbol, name in sorted(names.items()):
        symbols[name] = (*symbols.get(name, ()), symbol)
    return symbols


def named(symbols: Iterable[str], names: Mapping[str, str]) -> frozenset[str]:
    """Return the venue's names of those instruments that have one."""
    return frozenset(names[symbol] for symbol in symbols if symbol in names)
