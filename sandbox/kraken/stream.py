"""Kraken's websocket v2, its public half: the ticker channel, as loosely tied to its requests as the venue's is."""

from collections.abc import Mapping
from typing import Any

from engine.brokers.paper.book import Listing
from sandbox.catalogue import KRAKEN
from sandbox.formats import iso_time
from sandbox.kraken.names import TOKENIZED
from sandbox.kraken.stream_requests import KrakenRequests
from sandbox.kraken.stream_ticker import Json, Top, is_changed, ticker
from sandbox.market import Market
from sandbox.streams.session import Surroundings
from sandbox.streams.wire import Wire

_TRIGGERS = frozenset({"trades", "bbo"})
_PRIVATE = frozenset({"executions", "balances"})


class KrakenSession(KrakenRequests):
    """Pairs are named by today's codes: BTC/USD and DOGE/USD, never XBT/USD or XDG/USD."""

    def __init__(self, wire: Wire, around: Surroundings) -> None:
        super().__init__(wire, around)
        #: What was sent last, by the pairs that are subscribed; those by `trades` wait for trades for ever.
        self._sent: dict[str, Top] = {}
        self._listings: dict[str, Listing] = {}
        self._by_trades: set[str] = set()

    @property
    def is_subscribed(self) -> bool:
        """Whether a ticker is."""
        return bool(self._sent)

    def push(self) -> None:
        """Send the tops that changed."""
        for symbol, before in self._sent.items():
            top = self._top(symbol)
            if symbol not in self._by_trades and is_changed(before, top):
                self._send_ticker(symbol, top, "update")

    def subscribe(self, request: Json, params: Mapping[str, Any]) -> None:
        """Answer for each pair by itself."""
        if problem := _problem(params):
            self.refuse(request, problem)
            return
        for symbol in params["symbol"]:
            if request["method"] == "subscribe":
                self._add(request, params, symbol)
            else:
                self._remove(request, symbol)

    def _add(self, request: Json, params: Json, symbol: str) -> None:
        listing = _find(self.around.market, symbol)
        if listing is None:
            self.refuse(request, f"Currency pair not supported {symbol}", symbol=symbol)
            return
        if symbol in self._sent:
            self.refuse(request, "Already subscribed", symbol=symbol)
            return
        trigger, snapshot = params.get("event_trigger", "trades"), params.get("snapshot", True)
        result = {"channel": "ticker", "event_trigger": trigger, "snapshot": snapshot, "symbol": symbol}
        self.accept(request, result)
        self._sent[symbol], self._listings[symbol] = (None, None), listing
        if trigger == "trades":
            self._by_trades.add(symbol)
        if snapshot and not self.around.faults.stalls:
            self._send_ticker(symbol, self._top(symbol), "snapshot")

    def _remove(self, request: Json, symbol: str) -> None:
        if self._sent.pop(symbol, None) is None:
            self.refuse(request, "Subscription not found", symbol=symbol)
            return
        self._by_trades.discard(symbol)
        self.accept(request, {"channel": "ticker", "symbol": symbol})

    def _top(self, symbol: str) -> Top:
        book = self.around.market.ticker(KRAKEN, self._listings[symbol].symbol)
        return book.bid, book.ask

    def _send_ticker(self, symbol: str, top: Top, kind: str) -> None:
        self._sent[symbol] = top
        figures = ticker(self._listings[symbol], top)
        row = {"symbol": symbol, **figures, "timestamp": iso_time(self.around.now())}
        self.send({"channel": "ticker", "type": kind, "data": [row]}, is_news=True)


def _problem(params: Json) -> str | None:
    channel = params.get("channel")
    if channel in _PRIVATE:
        return "Private data and trading are unavailable on this endpoint. Try ws-auth.kraken.com"
    if channel != "ticker":
        return "Channel not supported"
    symbols = params.get("symbol")
    if not isinstance(symbols, list) or not symbols or not all(isinstance(each, str) for each in symbols):
        return "Symbol(s) missing"
    if params.get("event_trigger", "trades") not in _TRIGGERS:
        return "Event trigger not supported"
    return None


def _find(market: Market, name: str) -> Listing | None:
    listings = market.listings(KRAKEN)
    return next(
        (each for each in listings if f"{each.base.removesuffix(TOKENIZED)}/{each.quote}" == name), None
    )
