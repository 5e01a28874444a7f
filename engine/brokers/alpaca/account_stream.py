"""Alpaca's trade_updates: https://docs.alpaca.markets/docs/websocket-streaming."""

from collections.abc import Iterable

from engine.brokers.alpaca.market import AlpacaMarketData
from engine.brokers.alpaca.stream import PING_EVERY_S
from engine.brokers.alpaca.stream_quotes import BAN_S, KEY_REST_S
from engine.brokers.parse import Row, as_list, as_row, row_in, text_in
from engine.brokers.streams.account_conversation import AccountConversation
from engine.brokers.streams.account_stream import AccountSink, OrderNews
from engine.brokers.streams.conversation import StreamEnd
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.brokers.streams.venue_account_stream import Redact, VenueAccountStream
from engine.brokers.streams.websocket import StreamTerms
from engine.clock import Clock
from engine.model.orders import VenueOrderId
from engine.model.venues import Account, Venue

_TRADE_UPDATES = "trade_updates"
_OVER = frozenset({"fill", "canceled", "expired", "done_for_day", "replaced", "rejected"})
_TOO_MANY = 406


def alpaca_account_stream(
    url: str, key: str, secret: str, *, account: Account, market: AlpacaMarketData, clock: Clock
) -> VenueAccountStream:
    """Return the stream of one account's orders; deposits and withdrawals are none of its news."""

    async def converse(sink: AccountSink, redact: Redact) -> AccountConversation:
        return AlpacaOrderNews(sink, redact, key=key, secret=secret)

    return VenueAccountStream(
        StreamTerms(
            venue=Venue.ALPACA, name="Alpaca orders", url=url, ban_s=BAN_S, ping_every_s=PING_EVERY_S
        ),
        converse,
        account=account,
        pushes_transfers=False,
        http=market.http,
        clock=clock,
    )


class AlpacaOrderNews(AccountConversation):
    """There is no snapshot, no heartbeat and no number: silence is a quiet account as long as pings are answered."""

    def __init__(self, sink: AccountSink, redact: Redact, *, key: str, secret: str) -> None:
        super().__init__(sink, redact, steps=("listening",), secrets=(key, secret))
        self._key = key
        self._secret = secret

    def greet(self) -> Iterable[object]:
        """Return the authentication; nothing else is answered before it."""
        yield {"action": "auth", "key": self._key, "secret": self._secret}

    def read(self, message: Row) -> Iterable[object]:
        """Read a message; it came in a frame of text or in a binary one."""
        data = as_row(message.get("data") or {}, "data")
        match message.get("stream"):
            case "trade_updates":
                self._take(data)
            case "authorization":
                return self._authorized(data)
            case "listening":
                self._listening(data)
            case _ if "error" in data:
                self._fail(data)
            case stream:
                self.note_unknown(stream)
        return ()

    def _take(self, data: Row) -> None:
        order_id = VenueOrderId(text_in(row_in(data, "order"), "id"))
        self.sink.order(OrderNews(venue_order_id=order_id, is_over=data.get("event") in _OVER))

    def _authorized(self, data: Row) -> Iterable[object]:
        if data.get("status") == "authorized":
            return [{"action": "listen", "data": {"streams": [_TRADE_UPDATES]}}]
        message = self.text(data.get("message") or data.get("status"))
        self.end = StreamEnd(Loss(LossReason.KEY_REJECTED, message), KEY_REST_S)
        return ()

    def _listening(self, data: Row) -> None:
        if _TRADE_UPDATES in as_list(data.get("streams"), "streams"):
            self.arrived("listening")
        else:
            self.refuse("listening without trade_updates")

    def _fail(self, data: Row) -> None:
        message = self.text(data.get("error"))
        if data.get("code") == _TOO_MANY:
            self.end = StreamEnd(Loss(LossReason.BANNED, message), BAN_S)
        else:
            self.refuse(message)
