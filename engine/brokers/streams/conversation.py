"""How a client talks over one connection of a stream: what it sends, and what it makes of what it receives.

It reads no clock, opens nothing and waits for nothing, so that a venue's language is tested message by message.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.brokers.parse import Row, iso_time_in, lenient, note_once
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.clock import Moment
from engine.model.money import InvalidNumberError, parse_decimal
from engine.redaction import beginning

LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """Why a connection is of no use any more, and how long at least its venue is to be left alone."""

    loss: Loss
    rest_s: float = 0.0

    @property
    def has_failed(self) -> bool:
        """Return whether it ended by a fault, and not because nobody wants it any more."""
        return self.loss.reason is not LossReason.UNWANTED


class Conversation(ABC):
    """The protocol spoken on one connection, from the first message to the last."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        #: Why the connection is to be given up; None while it is good.
        self.end: StreamEnd | None = None
        #: Takes every secret out of a venue's text.
        self.redact = redact

    def greet(self) -> Iterable[object]:
        """Return what is to be sent first."""
        return ()

    @abstractmethod
    def receive(self, text: str | bytes, now: Moment) -> Iterable[object]:
        """Read a message and return what is to be sent; where nothing is to be believed any more, set `end`.

        Raises:
            MalformedAnswerError: the message cannot be read at all.

        """

    @abstractmethod
    def check_overdue(self, now: Moment) -> Iterable[object]:
        """Act on what is overdue and return what is to be sent; called each second."""

    def note_unknown(self, kind: object) -> None:
        """Name in the log, once, what the venue sends and nothing here reads."""
        note_once(f"{type(self).__name__}: a message of a kind that is not read: {self.text(kind)}")

    def text(self, message: object) -> str:
        """Return a venue's error text, free of secrets and no longer than anybody reads."""
        return beginning(str(message), LONGEST_TEXT, self.redact)


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
