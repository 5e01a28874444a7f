"""Alerts about stored records that cannot be read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertUnreadable:
    """An alert whose stored data cannot be read: what is known of it without."""

    kind: Literal["alert_unreadable"] = "alert_unreadable"
    #: The number and the kind of that alert.
    alert_id: int
    lost: str
    written_at: datetime
    #: What can be made out of it; empty where that is nothing.
    text: str = ""


class RecordKind(StrEnum):
    """What a stored row stands for."""

    GUARD = "guard"
    EXIT = "exit"
    ENTRY = "entry"
    #: What entries and results are worked out from.
    FILL = "fill"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordUnreadable:
    """A stored guard, exit, entry or fill cannot be read, so that it is left out; or can be again."""

    kind: Literal["record_unreadable"] = "record_unreadable"
    record: RecordKind
    #: Its own number or name in the database.
    name: str
    #: What is known of it without its row; empty where that is damaged too.
    symbol: str = ""
    venue_label: str = ""
    #: What of it cannot be read.
    why: str
    #: True for a guard whose sale had begun.
    on_sale: bool = False
    #: True once it can be read again, or is no longer requested.
    over: bool = False
