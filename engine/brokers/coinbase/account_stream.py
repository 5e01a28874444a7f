"""Coinbase's user channel: https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-channels."""

from collections.abc import Iterable

from engine.brokers.coinbase.market import CoinbaseMarketData
from engine.brokers.coinbase.stream import BAN_S
from engine.brokers.coinbase.stream_token import stream_token
from engine.brokers.parse import Row, row_in, rows_in, text_in
from engine.brokers.streams.account_conversation import AccountConversation
from engine.brokers.streams.account_stream import AccountSink, OrderNews
from engine.brokers.streams.sequence import MessageSequence
from engine.brokers.streams.venue_account_stream import Redact, VenueAccountStream
from engine.brokers.streams.websocket import StreamTerms
from engine.clock import Clock
from engine.model.orders import VenueOrderId
from engine.model.venues import Account, Venue

_USER, _HEARTBEATS = "user", "heartbeats"
_OVER = frozenset({"FILLED", "CANCELLED", "EXPIRED", "FAILED"})


def coinbase_account_stream(
    url: str, key: str, pem: str, *, account: Account, market: CoinbaseMarketData, clock: Clock
) -> VenueAccountStream:
    """Return the stream of one portfolio's orders; deposits and withdrawals are none of its news."""

    def sign() -> str:
        return stream_token(key, pem, now=market.http.server_now(market.url))

    async def converse(sink: AccountSink, redact: Redact) -> AccountConversation:
        return CoinbaseOrderNews(sink, redact, token=sign())

    return VenueAccountStream(
        StreamTerms(venue=Venue.COINBASE, name="Coinbase orders", url=url, ban_s=BAN_S),
        converse,
        account=account,
        pushes_transfers=False,
        http=market.http,
        clock=clock,
    )


class CoinbaseOrderNews(AccountConversation):
    """A message shows an order as it stands: how many fills made it so, and which, is not said.

    Messages are numbered over all channels of a connection.
    """

    def __init__(self, sink: AccountSink, redact: Redact, *, token: str) -> None:
        super().__init__(sink, redact, steps=(_USER,), secrets=(token,))
        self._token = token
        self._sequence = MessageSequence("sequence_num")

    def greet(self) -> Iterable[object]:
        """Return the subscriptions; heartbeats keep a quiet connection open and prove that it lives."""
        yield {"type": "subscribe", "channel": _HEARTBEATS}
        yield {"type": "subscribe", "channel": _USER, "jwt": self._token}

    def read(self, message: Row) -> Iterable[object]:
        """Read a message in its turn; one that comes twice or late has been counted as missing before."""
        if message.get("type") == "error":
            self.refuse(message.get("message"))
        elif self._sequence.is_next(message):
            self._take(message)
        self.end = self.end or self._sequence.gap
        return ()

    def _take(self, message: Row) -> None:
        match message.get("channel"):
            case "subscriptions":
                for event in rows_in(message, "events"):
                    if _USER in row_in(event, "subscriptions"):
                        self.arrived(_USER)
            case "user":
                for event in rows_in(message, "events"):
                    self._take_event(event)
            case channel if channel != _HEARTBEATS:
                self.note_unknown(channel)

    def _take_event(self, event: Row) -> None:
        if event.get("type") == "snapshot":
            # It shows how things stood, as a reading after the confirmation does.
            return
        for row in rows_in(event, "orders"):
            is_over = str(row.get("status")) in _OVER
            news = OrderNews(venue_order_id=VenueOrderId(text_in(row, "order_id")), is_over=is_over)
            self.sink.order(news)
