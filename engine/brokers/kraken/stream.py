"""Kraken's ticker by websocket v2: https://docs.kraken.com/api-reference/market-data/ticker."""

from collections.abc import Iterable, Sequence
from itertools import count

from engine.brokers.kraken.market import KrakenMarketData
from engine.brokers.parse import Row, as_row, rows_in
from engine.brokers.streams.conversation import figure, venue_time
from engine.brokers.streams.message_json import read_message
from engine.brokers.streams.price_conversation import ParsedMessage, PriceConversation
from engine.brokers.streams.venue_price_stream import VenuePriceStream
from engine.brokers.streams.websocket import StreamTerms
from engine.clock import Clock, Moment
from engine.model.typed_names import TOKENIZED
from engine.model.venues import Venue

#: An address that opened about 150 connections in ten minutes is banned for as long.
BAN_S = 600.0
#: The venue limits messages, and not the symbols in one.
_SYMBOLS_A_MESSAGE = 200
_ALREADY = "already subscribed"
#: Channels and answers that hold no price.
_SILENT = frozenset({"heartbeat", "status", "pong", "unsubscribe"})


def kraken_stream(url: str, *, market: KrakenMarketData, clock: Clock) -> VenuePriceStream:
    """Return the stream of Kraken's pairs."""
    terms = StreamTerms(venue=Venue.KRAKEN, name="Kraken", url=url, ban_s=BAN_S)
    return VenuePriceStream(
        terms, KrakenTickers, name_of=name_of, http=market.http, clock=clock, ahead=market.ahead
    )


def name_of(symbol: str) -> str | None:
    """Return the v2 name of a pair, which is ours: BTC and DOGE, where its REST has XBT and XDG.

    Tokenized stocks, which nobody trades, are not carried.
    """
    return None if f"{TOKENIZED}/" in symbol else symbol


class KrakenTickers(PriceConversation):
    """Each answer is for one pair; a change of the best quantities alone is not sent for sure."""

    def __init__(self, reading: ParsedMessage) -> None:
        super().__init__(reading)
        self._numbers = count(1)

    def subscribe(self, names: Sequence[str]) -> Iterable[object]:
        """Return requests for every change of the best prices; by default only trades send a ticker."""
        return self._requests("subscribe", names, event_trigger="bbo", snapshot=True)

    def unsubscribe(self, names: Sequence[str]) -> Iterable[object]:
        """Return the same the other way round."""
        return self._requests("unsubscribe", names, event_trigger="bbo")

    def receive(self, text: str | bytes, now: Moment) -> Iterable[object]:
        """Read a ticker or an answer; status, heartbeats and new kinds hold no price."""
        message = as_row(read_message(text), "message")
        if message.get("channel") == "ticker":
            for row in rows_in(message, "data"):
                self._take(row, now)
        elif message.get("method") == "subscribe" or "error" in message:
            self._answer(message)
        elif not _SILENT.intersection(map(str, (message.get("channel"), message.get("method")))):
            self.note_unknown(message.get("channel") or message.get("method"))
        return ()

    def _take(self, row: Row, now: Moment) -> None:
        for name in self.known_names([row.get("symbol")]):
            sides = figure(row, "bid"), figure(row, "ask"), figure(row, "bid_qty"), figure(row, "ask_qty")
            self.hand_over(name, sides, venue_time(row, "timestamp"), now)

    def _answer(self, message: Row) -> None:
        """Read what a request came to: one answer a pair; a refusal has its symbol elsewhere, or none."""
        result = message.get("result")
        if message.get("success") is True and message.get("method") == "subscribe":
            self.subscriptions.confirm(self.known_names([as_row(result, "result").get("symbol")]))
        elif message.get("method") != "unsubscribe":
            self._refused(message)

    def _refused(self, message: Row) -> None:
        error = str(message.get("error"))
        has_name, waiting = "symbol" in message, self.subscriptions.unanswered()
        names = self.known_names([message["symbol"]]) if has_name else waiting
        if error.casefold().startswith(_ALREADY):
            self.subscriptions.confirm(names)
        else:
            self.refuse(names, error)

    def _requests(self, method: str, names: Sequence[str], **params: object) -> Iterable[object]:
        for start in range(0, len(names), _SYMBOLS_A_MESSAGE):
            some = list(names[start : start + _SYMBOLS_A_MESSAGE])
            yield {
                "method": method,
                "params": {"channel": "ticker", "symbol": some, **params},
                "req_id": next(self._numbers),
            }
