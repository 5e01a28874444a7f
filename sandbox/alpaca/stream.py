"""Alpaca's market-data websocket: quotes of coins, and of stocks as IEX sees them; every frame is an array."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.brokers.paper.book import Level, Listing
from engine.model.money import ZERO
from sandbox.alpaca.account import AlpacaAccount
from sandbox.alpaca.names import find_listing, is_crypto, symbol_of
from sandbox.catalogue import ALPACA
from sandbox.formats import iso_time
from sandbox.streams.session import ClosedError, Session, Surroundings
from sandbox.streams.wire import Wire

#: A client that is not authenticated by then is disconnected.
AUTHENTICATE_WITHIN_S = 10.0
#: A connection that ended without a closing handshake counts for so long.
DEAD_COUNTS_S = 90.0
#: Of the free plan.
MOST_STOCKS = 30
_CHANNELS = ("trades", "quotes", "orderbooks", "bars", "updatedBars", "dailyBars")
ERRORS = {
    400: "invalid syntax",
    401: "not authenticated",
    402: "auth failed",
    403: "already authenticated",
    404: "auth timeout",
    405: "symbol limit exceeded",
    406: "connection limit exceeded",
    407: "slow client",
    410: "invalid subscribe action for this feed",
    500: "internal error",
}
_STOCK_VENUES = {"bx": "V", "ax": "V", "c": ["R"], "z": "C"}

Json = Mapping[str, object]


@dataclass(slots=True, kw_only=True)
class Feed:
    """What a path serves, to whom, and whose one connection is taken."""

    is_crypto: bool
    accounts: Mapping[str, AlpacaAccount]
    is_open: Callable[[], bool]
    #: how many symbols a connection may subscribe; None: any
    most_symbols: int | None = None
    #: keys that are connected, and those of dead connections with the time until they count
    connected: set[str] = field(default_factory=set)
    dead_until_s: dict[str, float] = field(default_factory=dict)

    def is_taken(self, key: str, now_s: float) -> bool:
        """Whether a key has its one connection already."""
        return key in self.connected or self.dead_until_s.get(key, now_s) > now_s


class AlpacaSession(Session):
    """There is no snapshot and no heartbeat: what does not change is not sent."""

    def __init__(self, wire: Wire, around: Surroundings, feed: Feed) -> None:
        super().__init__(wire, around)
        self._feed = feed
        self._key = ""
        self._sent: dict[str, tuple[Level | None, Level | None]] = {}

    def greet(self) -> None:
        """Say that the connection stands."""
        self._send({"T": "success", "msg": "connected"})

    def receive(self, text: str) -> None:
        """Answer an action."""
        action = _parsed(text)
        match action.get("action"):
            case "auth":
                self._authenticate(action)
            case "subscribe" | "unsubscribe" if not self._key:
                self._refuse(401)
            case "subscribe" | "unsubscribe":
                self._subscribe(action)
            case _:
                self._refuse(400)

    def push(self) -> None:
        """Send the quotes that changed, together."""
        if not self._feed.is_open():
            return
        tops = {name: self._top(name) for name in self._sent}
        changed = {name: top for name, top in tops.items() if top != self._sent[name]}
        if changed:
            self._sent.update(changed)
            self._send(*(self._quote(name, *top) for name, top in changed.items()), is_news=True)

    def beat(self) -> None:
        """Disconnect a client that does not authenticate."""
        waited_s = self.around.monotonic() - self.opened_s
        if not self._key and waited_s >= AUTHENTICATE_WITHIN_S:
            self._refuse(404)
            raise ClosedError(1000)

    def ended(self, *, in_order: bool) -> None:
        """Free the one connection; one that just vanished counts on."""
        if self._key:
            self._feed.connected.discard(self._key)
            if not in_order:
                self._feed.dead_until_s[self._key] = self.around.monotonic() + DEAD_COUNTS_S

    def _authenticate(self, action: Json) -> None:
        key, account = str(action.get("key")), self._feed.accounts.get(str(action.get("key")))
        if self._key:
            self._refuse(403)
        elif account is None or account.secret != action.get("secret"):
            self._refuse(402)
        elif self._feed.is_taken(key, self.around.monotonic()):
            self._refuse(406)
        else:
            self._key = key
            self._feed.connected.add(key)
            self._send({"T": "success", "msg": "authenticated"})

    def _subscribe(self, action: Json) -> None:
        requested = {name: action[name] for name in _CHANNELS if name in action}
        names = requested.get("quotes")
        if not requested or not isinstance(names, list) or not all(isinstance(each, str) for each in names):
            self._refuse(400)
        elif requested.keys() != {"quotes"}:
            self._refuse(410)
        elif any(("/" in name) is not self._feed.is_crypto for name in names):
            self._refuse(400)
        elif action["action"] == "unsubscribe":
            self._sent = {name: top for name, top in self._sent.items() if name not in names}
            self.confirm(self._send_set)
        elif self._exceeds_limit(names):
            self._refuse(405)
        else:
            self._sent.update({name: self._top(name) for name in names if name not in self._sent})
            self.confirm(self._send_set)

    def _exceeds_limit(self, names: list[str]) -> bool:
        most = self._feed.most_symbols
        return most is not None and len(self._sent.keys() | set(names)) > most

    def _send_set(self) -> None:
        channels = {name: sorted(self._sent) if name == "quotes" else [] for name in _CHANNELS}
        self._send({"T": "subscription", **channels})

    def _refuse(self, code: int) -> None:
        self._send({"T": "error", "code": code, "msg": ERRORS[code]})

    def _send(self, *messages: Json, is_news: bool = False) -> None:
        self.send(list(messages), is_news=is_news)

    def _listing(self, name: str) -> Listing | None:
        listing = find_listing(self.around.market, name)
        is_ours = listing is not None and is_crypto(listing) is self._feed.is_crypto
        return listing if is_ours and listing is not None and symbol_of(listing) == name else None

    def _top(self, name: str) -> tuple[Level | None, Level | None]:
        listing = self._listing(name)
        if listing is None:
            return None, None
        book = self.around.market.ticker(ALPACA, listing.symbol)
        return book.bid, book.ask

    def _quote(self, name: str, bid: Level | None, ask: Level | None) -> Json:
        quote = {"T": "q", "S": name, **_side("b", bid), **_side("a", ask)}
        venues = {} if self._feed.is_crypto else _STOCK_VENUES
        return {**quote, **venues, "t": iso_time(self.around.now()).replace("Z", "000Z")}


def _parsed(text: str) -> Json:
    try:
        action = json.loads(text)
    except ValueError:
        return {}
    return action if isinstance(action, Mapping) else {}


def _side(name: str, level: Level | None) -> dict[str, object]:
    # A side without offers is a zero here, not an absence.
    price, size = (ZERO, ZERO) if level is None else (level.price, level.size)
    return {f"{name}p": price, f"{name}s": size}
