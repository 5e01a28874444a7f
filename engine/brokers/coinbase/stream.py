"""Coinbase's level2 and heartbeats: https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from engine.brokers.coinbase.market import CoinbaseMarketData
from engine.brokers.coinbase.top_of_book import TopOfBook
from engine.brokers.parse import (
    MalformedAnswerError,
    Row,
    as_list,
    as_row,
    row_in,
    rows_in,
)
from engine.brokers.streams.conversation import venue_time
from engine.brokers.streams.message_json import read_message
from engine.brokers.streams.price_conversation import ParsedMessage, PriceConversation
from engine.brokers.streams.sequence import MessageSequence
from engine.brokers.streams.venue_price_stream import VenuePriceStream
from engine.brokers.streams.websocket import StreamTerms
from engine.clock import Clock, Moment
from engine.model.money import InvalidNumberError, parse_decimal
from engine.model.venues import Venue

#: What the venue asks of an address that opened more than 8 connections in a second is not documented.
BAN_S = 60.0
#: The first message of a large book has more than the 4 MiB that aiohttp takes by default.
LARGEST_MESSAGE = 64 << 20

_LEVEL2, _HEARTBEATS = "level2", "heartbeats"
_FIELDS = ("side", "price_level", "new_quantity")


def coinbase_stream(url: str, *, market: CoinbaseMarketData, clock: Clock) -> VenuePriceStream:
    """Return the stream of Coinbase's pairs; BTC-USDC is subscribed as BTC-USD, under which its data would come too."""
    terms = StreamTerms(
        venue=Venue.COINBASE, name="Coinbase", url=url, ban_s=BAN_S, largest_message=LARGEST_MESSAGE
    )
    return VenuePriceStream(
        terms, CoinbaseBooks, name_of=market.book_name, http=market.http, clock=clock, ahead=market.ahead
    )


class CoinbaseBooks(PriceConversation):
    """The ticker moves with trades only, so that the best prices come from the books.

    Messages are numbered over all channels of a connection; of one that is missing nobody knows what it held.
    """

    def __init__(self, reading: ParsedMessage) -> None:
        super().__init__(reading)
        self._sequence = MessageSequence("sequence_num")
        self._books: dict[str, TopOfBook] = {}

    def greet(self) -> Iterable[object]:
        """Return the subscription to heartbeats, which keep a quiet connection open and prove that it lives."""
        return [{"type": "subscribe", "channel": _HEARTBEATS}]

    def subscribe(self, names: Sequence[str]) -> Iterable[object]:
        """Return one message: each holds one channel."""
        return [{"type": "subscribe", "channel": _LEVEL2, "product_ids": list(names)}]

    def unsubscribe(self, names: Sequence[str]) -> Iterable[object]:
        """Return one message, and drop the books."""
        for name in names:
            self._books.pop(name, None)
        return [{"type": "unsubscribe", "channel": _LEVEL2, "product_ids": list(names)}]

    def receive(self, text: str | bytes, now: Moment) -> Iterable[object]:
        """Read a message in its turn; one that comes twice or late has been counted as missing before."""
        message = as_row(read_message(text), "message")
        if message.get("type") == "error":
            self.refuse(self.subscriptions.unanswered(), message.get("message"))
        elif self._sequence.is_next(message):
            match message.get("channel"):
                case "subscriptions":
                    self._confirm(message)
                case "l2_data":
                    self._take(message, now)
                case channel if channel != _HEARTBEATS:
                    self.note_unknown(channel)
        self.end = self.end or self._sequence.gap
        return ()

    def _confirm(self, message: Row) -> None:
        for event in rows_in(message, "events"):
            names = row_in(event, "subscriptions").get(_LEVEL2) or []
            self.subscriptions.confirm(self.known_names(as_list(names, _LEVEL2)))

    def _take(self, message: Row, now: Moment) -> None:
        at = venue_time(message, "timestamp")
        for event in rows_in(message, "events"):
            for name in self.known_names([event.get("product_id")]):
                self._change(name, event, at, now)

    def _change(self, name: str, event: Row, at: datetime | None, now: Moment) -> None:
        is_snapshot = event.get("type") == "snapshot"
        book = TopOfBook() if is_snapshot else self._books.get(name)
        if book is None:
            return
        self._books[name] = book
        before = None if is_snapshot else book.sides()
        _apply(book, event)
        if (sides := book.sides()) != before:
            self.hand_over(name, sides, at, now)


def _apply(book: TopOfBook, event: Row) -> None:
    for update in as_list(event.get("updates"), "updates"):
        # A snapshot has some ten thousand of them, so that nothing is called that need not be.
        try:
            side, price, quantity = (update[field] for field in _FIELDS)  # type: ignore[index]
            book.set(side, parse_decimal(price), parse_decimal(quantity))
        except (LookupError, TypeError, InvalidNumberError) as e:
            raise MalformedAnswerError("no level of a book:", str(update)) from e
