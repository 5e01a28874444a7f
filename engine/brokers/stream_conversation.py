"""How a client talks over one connection of a stream: what it sends, and what it makes of what it receives.

It reads no clock, opens nothing and waits for nothing, so that a venue's language is tested message by message.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from engine.brokers.parse import Row, iso_time_in, lenient, note_once
from engine.brokers.price_stream import Loss
from engine.brokers.stream_subscriptions import Subscriptions
from engine.clock import Moment
from engine.model.money import InvalidNumberError, parse_decimal
from engine.model.quotes import Quote

LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """Why a connection is of no use any more, and how long at least its venue is to be left alone."""

    loss: Loss
    rest_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a conversation reads with: where it reports, the venue's clock, what is secret."""

    subscriptions: Subscriptions
    #: How far the venue's clock is ahead of ours.
    ahead: Callable[[], timedelta]
    #: Takes every secret out of a venue's text.
    redact: Callable[[str], str]


class Conversation(ABC):
    """One connection's, from the first message to the last, in the venue's names of instruments."""

    #: False while the venue takes no subscription yet.
    is_ready = True

    def __init__(self, reading: Reading) -> None:
        self.subscriptions = reading.subscriptions
        #: Why the connection is to be given up; None while it is good.
        self.end: StreamEnd | None = None
        self._reading = reading
        self._wanted: frozenset[str] = frozenset()

    # what a venue defines

    def greet(self) -> Iterable[object]:
        """Return what is to be sent first."""
        return ()

    @abstractmethod
    def subscribe(self, names: Sequence[str]) -> Iterable[object]:
        """Return what subscribes to these."""

    @abstractmethod
    def unsubscribe(self, names: Sequence[str]) -> Iterable[object]:
        """Return what ends these subscriptions."""

    @abstractmethod
    def receive(self, text: str | bytes, now: Moment) -> Iterable[object]:
        """Read a message and return what is to be sent; where nothing is to be believed any more, set `end`.

        Raises:
            MalformedAnswerError: the message cannot be read at all.

        """

    # what all share

    def want(self, names: Iterable[str], now: Moment) -> Iterable[object]:
        """Return what makes the subscriptions what is wanted now."""
        self._wanted = frozenset(names)
        return self.catch_up(now)

    def renew(self, names: Collection[str], loss: Loss, now: Moment) -> list[object]:
        """Return what ends some subscriptions and begins them anew."""
        known = self.subscriptions.known.intersection(names)
        self.subscriptions.end(known, loss)
        return [*self._unsubscribe(known), *self.catch_up(now)]

    def catch_up(self, now: Moment) -> list[object]:
        """Return what is to be sent for the difference between what is wanted and what is subscribed."""
        if not self.is_ready:
            return []
        known = self.subscriptions.known
        over, new = known - self._wanted, self._wanted - known
        self.subscriptions.forget(over)
        self.subscriptions.subscribe(new, now)
        return [*self._unsubscribe(over), *self._subscribe(new)]

    def request_again(self, now: Moment) -> Iterable[object]:
        """Return what subscribes to what was refused or not confirmed, some time later."""
        again = self.subscriptions.to_request_again(now)
        self.subscriptions.subscribe(again, now)
        return self._subscribe(again)

    def refuse(self, names: Iterable[str], message: object) -> None:
        """Report that the venue refused subscriptions, in its own text."""
        self.subscriptions.refuse(names, self.text(message))

    def note_unknown(self, kind: object) -> None:
        """Name in the log, once, what the venue sends and nothing here reads."""
        note_once(f"{type(self).__name__}: a message of a kind that is not read: {self.text(kind)}")

    def text(self, message: object) -> str:
        """Return a venue's error text, free of secrets and no longer than anybody reads."""
        return self._reading.redact(str(message))[:LONGEST_TEXT]

    def known_names(self, names: Iterable[object]) -> list[str]:
        """Return those of the names that are subscribed, whatever a message holds instead of names."""
        return [str(name) for name in names if self.subscriptions.knows(name)]

    def hand_over(
        self,
        name: str,
        sides: tuple[Decimal | None, Decimal | None, Decimal | None, Decimal | None],
        venue_at: datetime | None,
        now: Moment,
    ) -> None:
        """Make a quote of bid, ask and their quantities, dated as our clock shows what the venue's did."""
        bid, ask, bid_quantity, ask_quantity = sides
        quote = Quote(
            symbol=name,
            bid=bid,
            ask=ask,
            bid_quantity=bid_quantity,
            ask_quantity=ask_quantity,
            at=now.at if venue_at is None else venue_at - self._reading.ahead(),
        )
        self.subscriptions.quote(quote, now, venue_at=venue_at)

    def _subscribe(self, names: Collection[str]) -> Iterable[object]:
        return self.subscribe(sorted(names)) if names else ()

    def _unsubscribe(self, names: Collection[str]) -> Iterable[object]:
        return self.unsubscribe(sorted(names)) if names else ()


def figure(row: Row, key: str) -> Decimal | None:
    """Return an exact amount, or None where it is missing or is none."""
    try:
        return parse_decimal(row.get(key))
    except InvalidNumberError:
        return None


def venue_time(row: Row, key: str) -> datetime | None:
    """Return a time, or None where it is missing or is none."""
    return lenient(row, key, iso_time_in)


def written(message: object) -> str:
    """Return a message as it is sent."""
    return json.dumps(message, separators=(",", ":"))
