"""Kraken's websocket v2, its public half: the ticker channel, as loosely tied to its requests as the venue's is."""

import json
from collections.abc import Mapping

from engine.brokers.paper.book import Listing
from sandbox.catalogue import KRAKEN
from sandbox.formats import iso_time
from sandbox.kraken.names import TOKENIZED
from sandbox.kraken.stream_ticker import Json, Top, is_changed, ticker
from sandbox.market import Market
from sandbox.streams.session import ClosedError, Session, Surroundings
from sandbox.streams.wire import Wire

#: A connection without subscription and requests is closed after a minute.
IDLE_S = 60.0
#: What comes when nothing else does.
HEARTBEAT_S = 1.0
#: How many requests a second are answered; the venue does not publish it.
MOST_REQUESTS = 20
_TRIGGERS = frozenset({"trades", "bbo"})
_PRIVATE = frozenset({"executions", "balances"})
#: More than a signed number of 64 bits can hold, as the venue's are.
CONNECTION_ID = 13834774380200032777


class KrakenSession(Session):
    """Pairs are named by today's codes: BTC/USD and DOGE/USD, never XBT/USD or XDG/USD."""

    def __init__(self, wire: Wire, around: Surroundings) -> None:
        super().__init__(wire, around)
        #: What was sent last, by the pairs that are subscribed; those by `trades` wait for trades for ever.
        self._sent: dict[str, Top] = {}
        self._listings: dict[str, Listing] = {}
        self._by_trades: set[str] = set()
        self._requests: list[float] = []

    def greet(self) -> None:
        """Say what state the engine is in."""
        state = {
            "version": "2.0.10",
            "system": "online",
            "api_version": "v2",
            "connection_id": CONNECTION_ID,
        }
        self.send({"channel": "status", "type": "update", "data": [state]})

    def receive(self, text: str) -> None:
        """Answer a request."""
        request = _parsed(text)
        if request is None:
            self.send({"error": "Malformed request"})
            return
        if self._is_too_often():
            self._refuse(request, "Exceeded msg rate")
            return
        match request.get("method"):
            case "ping":
                self.send(self._reply(request, {"method": "pong"}))
            case "subscribe" | "unsubscribe":
                self._subscribe(request)
            case _:
                self._refuse(request, "Unsupported method")

    def push(self) -> None:
        """Send the tops that changed."""
        for symbol, before in self._sent.items():
            top = self._top(symbol)
            if symbol not in self._by_trades and is_changed(before, top):
                self._send_ticker(symbol, top, "update")

    def beat(self) -> None:
        """Send a heartbeat where nothing else was sent, and close what nobody uses."""
        now_s = self.around.monotonic()
        if not self._sent and now_s - self.received_s >= IDLE_S:
            raise ClosedError(1000)
        if self._sent and now_s - self.sent_s >= HEARTBEAT_S:
            self.send({"channel": "heartbeat"})

    def _subscribe(self, request: Json) -> None:
        params = request.get("params")
        params = params if isinstance(params, Mapping) else {}
        if problem := _problem(params):
            self._refuse(request, problem)
            return
        for symbol in params["symbol"]:
            if request["method"] == "subscribe":
                self._add(request, params, symbol)
            else:
                self._remove(request, symbol)

    def _add(self, request: Json, params: Json, symbol: str) -> None:
        listing = _find(self.around.market, symbol)
        if listing is None:
            self._refuse(request, f"Currency pair not supported {symbol}", symbol=symbol)
            return
        if symbol in self._sent:
            self._refuse(request, "Already subscribed", symbol=symbol)
            return
        trigger, snapshot = params.get("event_trigger", "trades"), params.get("snapshot", True)
        result = {"channel": "ticker", "event_trigger": trigger, "snapshot": snapshot, "symbol": symbol}
        self._accept(request, result)
        self._sent[symbol], self._listings[symbol] = (None, None), listing
        if trigger == "trades":
            self._by_trades.add(symbol)
        if snapshot and not self.around.faults.stalls:
            self._send_ticker(symbol, self._top(symbol), "snapshot")

    def _remove(self, request: Json, symbol: str) -> None:
        if self._sent.pop(symbol, None) is None:
            self._refuse(request, "Subscription not found", symbol=symbol)
            return
        self._by_trades.discard(symbol)
        self._accept(request, {"channel": "ticker", "symbol": symbol})

    def _accept(self, request: Json, result: Json) -> None:
        reply = {"method": request["method"], "result": result, "success": True}
        self.confirm(lambda: self.send(self._reply(request, reply)))

    def _refuse(self, request: Json, error: str, **where: str) -> None:
        reply = {"error": error, "method": request.get("method"), "success": False, **where}
        self.confirm(lambda: self.send(self._reply(request, reply)))

    def _reply(self, request: Json, reply: Json) -> Json:
        number = {"req_id": request["req_id"]} if "req_id" in request else {}
        at = iso_time(self.around.now())
        return {**reply, **number, "time_in": at, "time_out": at}

    def _is_too_often(self) -> bool:
        now_s = self.around.monotonic()
        self._requests = [*(at for at in self._requests if at > now_s - 1), now_s]
        return len(self._requests) > MOST_REQUESTS

    def _top(self, symbol: str) -> Top:
        book = self.around.market.ticker(KRAKEN, self._listings[symbol].symbol)
        return book.bid, book.ask

    def _send_ticker(self, symbol: str, top: Top, kind: str) -> None:
        self._sent[symbol] = top
        figures = ticker(self._listings[symbol], top)
        row = {"symbol": symbol, **figures, "timestamp": iso_time(self.around.now())}
        self.send({"channel": "ticker", "type": kind, "data": [row]}, is_price=True)


def _parsed(text: str) -> Json | None:
    try:
        request = json.loads(text)
    except ValueError:
        return None
    return request if isinstance(request, Mapping) else None


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
