"""Coinbase's public websocket: level2 and heartbeats, numbered over all channels of a connection."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from engine.brokers.paper.book import Book, Level
from sandbox.catalogue import COINBASE
from sandbox.coinbase.products import unified
from sandbox.formats import iso_time, plain
from sandbox.streams.session import ClosedError, Session, Surroundings
from sandbox.streams.wire import Wire

#: A client that has subscribed nothing by then is disconnected.
SUBSCRIBE_WITHIN_S = 5.0
#: A connection on which nothing is sent for so long is closed; heartbeats keep it open.
IDLE_S = 75.0
HEARTBEATS = "heartbeats"
LEVEL2 = "level2"
#: The one text for a wrong token and for a channel that does not exist.
FAILURE = {"type": "error", "message": "authentication failure"}

#: price to quantity, by side
Sides = dict[str, dict[str, str]]


class CoinbaseSession(Session):
    """Numbers are texts, quantities absolute, and 0 deletes a level."""

    def __init__(self, wire: Wire, around: Surroundings) -> None:
        super().__init__(wire, around)
        self._books: dict[str, Sides] = {}
        self._has_heartbeats = False
        self._sequence = 0
        self._beats = 0

    def greet(self) -> None:
        """Say nothing: the client speaks first."""

    def receive(self, text: str) -> None:
        """Subscribe to one channel, or end it."""
        request = parsed(text)
        channel, ids = request.get("channel"), request.get("product_ids", [])
        if request.get("type") not in {"subscribe", "unsubscribe"} or channel not in {LEVEL2, HEARTBEATS}:
            self.send(FAILURE)
            return
        begins = request["type"] == "subscribe"
        if channel == HEARTBEATS:
            self._has_heartbeats = begins
        elif isinstance(ids, list) and begins:
            self._begin(
                [name for name in map(str, ids) if name in self._listed() and name not in self._books]
            )
        elif isinstance(ids, list):
            for name in ids:
                self._books.pop(str(name), None)
        self.confirm(self.send_set)

    def push(self) -> None:
        """Send what changed in the books."""
        for name, before in self._books.items():
            now = self._sides(name)
            if updates := list(_updates(before, now)):
                self._books[name] = now
                self._send_level2(name, "update", updates)

    def beat(self) -> None:
        """Send a heartbeat, and close what is not used."""
        now_s = self.around.monotonic()
        if not self.channels() and now_s - self.opened_s >= SUBSCRIBE_WITHIN_S:
            raise ClosedError(1008, "no subscription")
        if now_s - self.sent_s >= IDLE_S:
            raise ClosedError(1000)
        if self._has_heartbeats:
            self._beats += 1
            moment = datetime.fromtimestamp(self.around.now(), UTC).replace(tzinfo=None)
            event = {
                "current_time": f"{moment}000 +0000 UTC m=+{now_s:.9f}",
                "heartbeat_counter": self._beats,
            }
            self.send_event(HEARTBEATS, [event])

    def send_event(self, channel: str, events: list[Mapping[str, object]], *, is_news: bool = False) -> None:
        """Send a message in its turn; its number is used up whether it arrives or not."""
        envelope = {
            "channel": channel,
            "timestamp": iso_time(self.around.now()).replace("Z", "000Z"),
            "sequence_num": self._sequence,
            "events": events,
        }
        self._sequence += 1
        self.send(envelope, is_news=is_news)

    def _begin(self, names: list[str]) -> None:
        for name in names:
            self._books[name] = self._sides(name)
            if not self.around.faults.stalls:
                empty: Sides = {"bid": {}, "offer": {}}
                self._send_level2(name, "snapshot", list(_updates(empty, self._books[name])))

    def channels(self) -> dict[str, list[str]]:
        """What is subscribed, by channel."""
        books = {LEVEL2: sorted(self._books)} if self._books else {}
        beats = {HEARTBEATS: [HEARTBEATS]} if self._has_heartbeats else {}
        return {**books, **beats}

    def send_set(self) -> None:
        """Confirm what is subscribed now, all of it."""
        self.send_event("subscriptions", [{"subscriptions": self.channels()}])

    def _send_level2(self, name: str, kind: str, updates: list[Mapping[str, str]]) -> None:
        at = iso_time(self.around.now())
        rows = [{**update, "event_time": at} for update in updates]
        event = {"type": kind, "product_id": unified(name), "updates": rows}
        self.send_event("l2_data", [event], is_news=True)

    def _listed(self) -> frozenset[str]:
        listings = self.around.market.listings(COINBASE)
        return frozenset(each.symbol.replace("/", "-") for each in listings)

    def _sides(self, name: str) -> Sides:
        of = unified(name) if unified(name) in self._listed() else name
        book: Book = self.around.market.book(COINBASE, of.replace("-", "/"))
        return {"bid": _levels(book.bids), "offer": _levels(book.asks)}


def parsed(text: str) -> Mapping[str, object]:
    """A request; one that cannot be read has nothing in it."""
    try:
        request = json.loads(text)
    except ValueError:
        return {}
    return request if isinstance(request, Mapping) else {}


def _levels(levels: Iterable[Level]) -> dict[str, str]:
    return {plain(level.price): plain(level.size) for level in levels}


def _updates(before: Sides, now: Sides) -> Iterable[Mapping[str, str]]:
    for side, levels in now.items():
        for price in before[side].keys() - levels.keys():
            yield {"side": side, "price_level": price, "new_quantity": "0"}
        for price, quantity in levels.items():
            if before[side].get(price) != quantity:
                yield {"side": side, "price_level": price, "new_quantity": quantity}
