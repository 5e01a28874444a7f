"""How a client talks with Alpaca's market data: https://docs.alpaca.markets/docs/streaming-market-data."""

from collections.abc import Iterable, Sequence

from engine.brokers.parse import Row, as_list, as_row, text_in
from engine.brokers.streams.conversation import StreamEnd, figure, venue_time
from engine.brokers.streams.message_json import read_message
from engine.brokers.streams.price_conversation import ParsedMessage, PriceConversation
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.clock import Moment

#: One connection a key and path; one that ended without a closing handshake counts on for about 90 s.
BAN_S = 90.0
#: A key that is refused will be refused again; it may still be the venue that is wrong.
KEY_REST_S = 3600.0

_ALREADY_AUTHENTICATED, _TOO_MANY_SYMBOLS = 403, 405
#: What ends a connection, and how long to stay away: not, wrongly or too late authenticated, one connection too many,
#: a client too slow, an error of the venue's.
_ENDING = {
    401: (LossReason.DISCONNECTED, 0.0),
    402: (LossReason.KEY_REJECTED, KEY_REST_S),
    404: (LossReason.DISCONNECTED, 0.0),
    406: (LossReason.BANNED, BAN_S),
    407: (LossReason.DISCONNECTED, 0.0),
    408: (LossReason.DISCONNECTED, 0.0),
    500: (LossReason.DISCONNECTED, 0.0),
}


class AlpacaQuotes(PriceConversation):
    """There is no snapshot, no heartbeat and no number: silence is a quiet market as long as pings are answered."""

    is_ready = False

    def __init__(
        self, reading: ParsedMessage, *, key: str, secret: str, most_symbols: int | None = None
    ) -> None:
        super().__init__(reading)
        self._key = key
        self._secret = secret
        self._most_symbols = most_symbols

    def want(self, names: Iterable[str], now: Moment) -> Iterable[object]:
        """Return what makes the subscriptions what is wanted, as far as the plan goes; what is subscribed stays."""
        known = self.subscriptions.known
        first = sorted(names, key=lambda name: (name not in known, name))
        return super().want(first[: self._most_symbols], now)

    def subscribe(self, names: Sequence[str]) -> Iterable[object]:
        """Return one message."""
        return [{"action": "subscribe", "quotes": list(names)}]

    def unsubscribe(self, names: Sequence[str]) -> Iterable[object]:
        """Return one message."""
        return [{"action": "unsubscribe", "quotes": list(names)}]

    def receive(self, text: str | bytes, now: Moment) -> Iterable[object]:
        """Read a frame: an array of anything."""
        return [
            reply
            for row in as_list(read_message(text), "frame")
            for reply in self._read(as_row(row, "message"), now)
        ]

    def _read(self, row: Row, now: Moment) -> Iterable[object]:
        match row.get("T"):
            case "q":
                self._take(row, now)
            case "subscription":
                self.subscriptions.confirm(self.known_names(as_list(row.get("quotes") or [], "quotes")))
            case "success":
                return self._succeed(text_in(row, "msg"), now)
            case "error":
                return self._fail(row, now)
            case kind:
                self.note_unknown(kind)
        return ()

    def _take(self, row: Row, now: Moment) -> None:
        for name in self.known_names([row.get("S")]):
            sides = figure(row, "bp"), figure(row, "ap"), figure(row, "bs"), figure(row, "as")
            self.hand_over(name, sides, venue_time(row, "t"), now)

    def _succeed(self, what: str, now: Moment) -> Iterable[object]:
        if what == "connected":
            return [{"action": "auth", "key": self._key, "secret": self._secret}]
        if what == "authenticated":
            self.is_ready = True
            return self.catch_up(now)
        return ()

    def _fail(self, row: Row, now: Moment) -> Iterable[object]:
        code, message = row.get("code"), self.text(f"{row.get('msg')} ({row.get('code')})")
        if isinstance(code, int) and code in _ENDING:
            reason, pause_s = _ENDING[code]
            self.end = StreamEnd(Loss(reason, message), pause_s)
        elif code != _ALREADY_AUTHENTICATED:
            requested = sorted(self.subscriptions.unanswered())
            self.refuse(requested, message)
            return self._trim(requested, now) if code == _TOO_MANY_SYMBOLS else ()
        return ()

    def _trim(self, refused: Sequence[str], now: Moment) -> Iterable[object]:
        """Return a request for half of what was too much: the venue has left its set as it was."""
        half = refused[: len(refused) // 2]
        self.subscriptions.subscribe(half, now)
        return self._subscribe(half)
