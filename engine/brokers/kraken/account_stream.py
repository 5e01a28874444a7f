"""Kraken's private websocket v2: https://docs.kraken.com/api-reference/user-data/executions and balances."""

from collections.abc import Iterable
from itertools import count

from engine.brokers.kraken.broker import KrakenBroker
from engine.brokers.kraken.market import KrakenMarketData
from engine.brokers.kraken.stream import BAN_S
from engine.brokers.parse import Row, as_row, rows_in, text_in
from engine.brokers.streams.account_conversation import AccountConversation
from engine.brokers.streams.account_stream import AccountSink, OrderNews
from engine.brokers.streams.price_stream import LossReason
from engine.brokers.streams.sequence import MessageSequence
from engine.brokers.streams.venue_account_stream import Redact, VenueAccountStream
from engine.brokers.streams.websocket import StreamTerms
from engine.clock import Clock
from engine.model.errors import KeyRejectedError
from engine.model.orders import VenueOrderId
from engine.model.venues import Venue

_CHANNELS = ("executions", "balances")
_OVER = frozenset({"filled", "canceled", "expired"})
_PERMISSION = "permission denied"
#: Channels and answers that say nothing of the account.
_SILENT = frozenset({"heartbeat", "status", "pong"})


def kraken_account_stream(
    url: str, *, broker: KrakenBroker, market: KrakenMarketData, clock: Clock
) -> VenueAccountStream:
    """Return the stream of one account's executions and balances.

    A token that was fetched for an earlier connection may be refused, so that each has its own.
    """

    async def converse(sink: AccountSink, redact: Redact) -> AccountConversation:
        token = await _token(broker)
        return KrakenAccountNews(sink, redact, token=token)

    return VenueAccountStream(
        StreamTerms(venue=Venue.KRAKEN, name="Kraken orders", url=url, ban_s=BAN_S),
        converse,
        account=broker.account,
        pushes_transfers=True,
        http=market.http,
        clock=clock,
    )


async def _token(broker: KrakenBroker) -> str:
    try:
        return await broker.fetch_stream_token()
    except KeyRejectedError as e:
        if _PERMISSION not in e.message.casefold():
            raise
        message = f'it lacks the permission "WebSocket interface" ({e.message})'
        raise KeyRejectedError(Venue.KRAKEN, message) from e


class KrakenAccountNews(AccountConversation):
    """Each channel is numbered by itself; of a message that is missing nobody knows what it held.

    After its first message an order shows only what changed, so that its id is all that is always there.
    """

    def __init__(self, sink: AccountSink, redact: Redact, *, token: str) -> None:
        super().__init__(sink, redact, steps=_CHANNELS, secrets=(token,))
        self._token = token
        self._numbers = count(1)
        self._sequences = {channel: MessageSequence("sequence", of=channel) for channel in _CHANNELS}

    def greet(self) -> Iterable[object]:
        """Return the two subscriptions; both defaults of what a snapshot holds are documented in two ways."""
        yield self._request("executions", snap_orders=True, snap_trades=False, order_status=True)
        yield self._request("balances", snapshot=True)

    def read(self, message: Row) -> Iterable[object]:
        """Read a message in its turn; one that comes twice or late has been counted before."""
        channel = str(message.get("channel"))
        if channel in _CHANNELS:
            sequence = self._sequences[channel]
            if sequence.is_next(message):
                self._take(channel, message)
            self.end = self.end or sequence.gap
        elif message.get("method") == "subscribe" or "error" in message:
            self._answer(message)
        elif not _SILENT.intersection((channel, str(message.get("method")))):
            self.note_unknown(message.get("channel") or message.get("method"))
        return ()

    def _take(self, channel: str, message: Row) -> None:
        if message.get("type") == "snapshot":
            # It shows how things stood, as a reading after the confirmation does.
            return
        if channel == "balances":
            self.sink.balance()
        else:
            for row in rows_in(message, "data"):
                self.sink.order(_news(row))

    def _answer(self, message: Row) -> None:
        if message.get("success") is True:
            result = as_row(message.get("result"), "result")
            self.arrived(text_in(result, "channel"))
            return
        error = str(message.get("error"))
        is_permission = _PERMISSION in error.casefold()
        self.refuse(error, LossReason.NOT_PERMITTED if is_permission else LossReason.REFUSED)

    def _request(self, channel: str, **params: object) -> object:
        return {
            "method": "subscribe",
            "params": {"channel": channel, **params, "token": self._token},
            "req_id": next(self._numbers),
        }


def _news(row: Row) -> OrderNews:
    is_over = bool(_OVER.intersection((str(row.get("exec_type")), str(row.get("order_status")))))
    return OrderNews(venue_order_id=VenueOrderId(text_in(row, "order_id")), is_over=is_over)
