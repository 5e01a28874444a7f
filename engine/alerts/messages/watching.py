"""Alerts about the watch: a price, a broker or the process itself that was away."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from engine.alerts.messages.at_stake import AtStake
from engine.model.price_event import PriceEvent
from engine.model.venues import Venue


class StillUnwatched(StrEnum):
    """Why nothing watches a guard after all, where its price had no problem."""

    PAUSED = "paused"
    NO_PRICE_YET = "no_price_yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How far a guarded position moved while nothing watched it, as fractions of its cost."""

    venue: Venue
    symbol: str
    before: Decimal | None
    after: Decimal | None
    #: Why nothing watches it after all: a `StillUnwatched` or a `PriceProblem`, its sentence in records of earlier
    #: versions; empty where it is watched again or its guard is over.
    why_unwatched: str = ""
    #: True where its guard was over before its price was seen again.
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotWatching:
    """No process ran: from when to when, and what moved meanwhile."""

    kind: Literal["not_watching"] = "not_watching"
    since: datetime
    until: datetime
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTrouble:
    """A guarded position has no trustworthy price, or a wide spread; or has one again."""

    kind: Literal["price_trouble"] = "price_trouble"
    venue: Venue
    symbol: str
    #: `unknown` until `back`, `wide_spread` until `narrow_spread`.
    what: PriceEvent
    #: The `PriceProblem`, its sentence in records of earlier versions; empty where the price has none.
    why: str
    since: datetime
    #: Other instruments of the same account of which the same is true.
    others: tuple[str, ...] = ()
    #: Of which guards it is true.
    guard_ids: tuple[str, ...] = ()
    #: True for a reminder.
    again: bool = False
    #: True of a wide spread whose end is reported too; once none was.
    has_end: bool = False
    #: Of each guard without a price, or with a wide spread; empty in records of earlier versions.
    at_stake: tuple[AtStake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerTrouble:
    """A broker does not answer, refuses the key or reports no prices; or does again."""

    kind: Literal["broker_trouble"] = "broker_trouble"
    venue: Venue
    #: Of prices: `unpriced` and `priced`; the account itself answers.
    what: Literal["unreachable", "key_rejected", "back", "unpriced", "priced"]
    why: str
    since: datetime
    #: True for a reminder.
    again: bool = False
    #: False when nothing is guarded at it.
    guarded: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeUnattributed:
    """A venue does not report whose order traded a coin, which may be an abandoned sell order; or reports it now."""

    kind: Literal["order_untold"] = "order_untold"
    venue: Venue
    asset: str
    why: str
    since: datetime
    #: False when nothing of it is guarded.
    guarded: bool
    over: bool = False
    #: True for a reminder.
    again: bool = False
