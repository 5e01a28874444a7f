"""Alpaca's trade_updates: what orders of an account do, in binary frames; there is no snapshot and no heartbeat."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.brokers.paper.ledger import Entry, Fill, Order
from engine.brokers.paper.ledger.change import Change
from engine.model.orders import OrderStatus
from sandbox.alpaca.account import AlpacaAccount
from sandbox.alpaca.orders import order_row, status_of
from sandbox.alpaca.stream import AUTHENTICATE_WITHIN_S, DEAD_COUNTS_S
from sandbox.formats import iso_time, plain
from sandbox.streams.account_session import AccountSession
from sandbox.streams.session import ClosedError, Surroundings
from sandbox.streams.wire import Wire

TRADE_UPDATES = "trade_updates"
Json = Mapping[str, object]


@dataclass(slots=True, kw_only=True)
class TradeFeed:
    """Whose news the path serves, who is connected, and what lets time pass for an account."""

    accounts: Mapping[str, AlpacaAccount]
    work: Callable[[], None]
    #: keys that are connected, and those of dead connections with the time until they count
    connected: set[str] = field(default_factory=set)
    dead_until_s: dict[str, float] = field(default_factory=dict)

    def is_taken(self, key: str, now_s: float) -> bool:
        """Whether a key has its one connection already."""
        return key in self.connected or self.dead_until_s.get(key, now_s) > now_s


class AlpacaAccountSession(AccountSession):
    """Each `listen` replaces the set; a stream that does not exist is just missing from the answer."""

    def __init__(self, wire: Wire, around: Surroundings, *, feed: TradeFeed) -> None:
        super().__init__(wire, around)
        self._feed = feed
        self._account: AlpacaAccount | None = None
        self._listens = False
        self._known: set[str] = set()

    def greet(self) -> None:
        """Say nothing, and from now on in binary frames."""
        self.wire.is_binary = True

    def receive(self, text: str) -> None:
        """Answer an action."""
        action = _parsed(text)
        match action.get("action"):
            case "auth" | "authenticate":
                self._authenticate(action)
            case "listen" if self._account is not None:
                self._listen(self._account, action)
            case "listen":
                self._answer("authorization", status="unauthorized", action="listen")
            case _:
                self.send({"stream": "error", "data": {"error": "invalid action"}})

    def beat(self) -> None:
        """Disconnect a client that does not authenticate, and let time pass for its orders."""
        if self._account is None and self.around.monotonic() - self.opened_s >= AUTHENTICATE_WITHIN_S:
            raise ClosedError(1000)
        if self._account is not None:
            self._feed.work()

    def ended(self, *, in_order: bool) -> None:
        """Free the one connection; one that just vanished counts on."""
        super().ended(in_order=in_order)
        if self._account is not None:
            self._feed.connected.discard(self._account.key)
            if not in_order:
                self._feed.dead_until_s[self._account.key] = self.around.monotonic() + DEAD_COUNTS_S

    def show(self, change: Change, entries: Sequence[Entry]) -> None:
        """Send an event a step of each order; transfers are none of it."""
        del entries
        account = self._account
        if account is None or not self._listens:
            return
        for order in change.orders:
            if order.id not in self._known:
                self._known.add(order.id)
                self._send(account, "new", order)
            fills = [fill for fill in change.fills if fill.order_id == order.id]
            for fill in fills:
                is_last = fill is fills[-1] and order.status is OrderStatus.FILLED
                self._send(account, "fill" if is_last else "partial_fill", order, fill)
            if order.status is OrderStatus.CANCELED:
                self._send(account, status_of(account, order), order)

    def _authenticate(self, action: Json) -> None:
        data = action.get("data")
        given = data if isinstance(data, Mapping) else action
        key, secret = given.get("key_id", given.get("key")), given.get("secret_key", given.get("secret"))
        account = self._feed.accounts.get(str(key))
        if account is None or account.secret != secret:
            self._answer("authorization", status="unauthorized", action="authenticate")
        elif self._account is None and self._feed.is_taken(account.key, self.around.monotonic()):
            self.send({"stream": "error", "data": {"code": 406, "error": "connection limit exceeded"}})
        else:
            self._account = account
            self._feed.connected.add(account.key)
            self._answer("authorization", status="authorized", action="authenticate")

    def _listen(self, account: AlpacaAccount, action: Json) -> None:
        data = action.get("data")
        streams = data.get("streams") if isinstance(data, Mapping) else None
        self._listens = isinstance(streams, list) and TRADE_UPDATES in streams
        self._known.update(account.ledger.orders)
        self.follow(account.ledger)
        accepted = [TRADE_UPDATES] if self._listens else []
        self.confirm(lambda: self._answer("listening", streams=accepted))

    def _send(self, account: AlpacaAccount, event: str, order: Order, fill: Fill | None = None) -> None:
        at = iso_time(fill.at if fill else order.closed_at or order.opened_at)
        data: dict[str, object] = {
            "event": event,
            "execution_id": fill.id if fill else str(uuid.uuid5(uuid.NAMESPACE_OID, f"{order.id} {event}")),
            "timestamp": at,
            "order": order_row(account, account.order(account.shown_id(order.id)) or order),
        }
        if fill is not None:
            position = account.ledger.total(fill.listing.base)
            data |= {
                "price": plain(fill.price),
                "qty": plain(fill.quantity),
                "position_qty": plain(position),
            }
        self.send({"stream": TRADE_UPDATES, "data": data}, is_news=True)

    def _answer(self, stream: str, **data: object) -> None:
        self.send({"stream": stream, "data": data})


def _parsed(text: str) -> Json:
    try:
        action = json.loads(text)
    except ValueError:
        return {}
    return action if isinstance(action, Mapping) else {}
