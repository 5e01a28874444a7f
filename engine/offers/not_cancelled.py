"""Why nothing was cancelled."""

from dataclasses import dataclass
from enum import StrEnum

from engine.model.venues import Venue


class OrderKept(StrEnum):
    """Why the order of a button is left as it is."""

    #: Its account is not set any more.
    ACCOUNT_GONE = "account_gone"
    #: It turned out to be NIJA's own.
    OURS = "ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersUnread:
    """A broker did not list its open orders, and why."""

    venue: Venue
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOpen:
    """No open order that is known has such an id or symbol, as it was typed."""

    name: str
    #: The brokers that did not list theirs anew.
    unread: tuple[OrdersUnread, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUnreadable:
    """The order of this id is listed and cannot be read."""

    name: str
    venue: Venue


NotCancelled = OrderKept | OrdersUnread | NotOpen | OrderUnreadable
