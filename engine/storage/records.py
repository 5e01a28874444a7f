"""What rows mean where no part of the engine has a value for it: frozen, and without SQL."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.balances.snapshot import UserBrokerState
from engine.brokers.base import FeeQuote
from engine.people.roles import Role
from engine.positions import AccountReport
from engine.venues import Account, Venue


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person the bot answers, as stored."""

    user_id: int
    role: Role
    time_zone: str = "UTC"
    language: str = "en"
    usual_trade_usd: Decimal = Decimal(30)
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """One sealed field of an account's key; only the vault can read it."""

    account_id: str
    user_id: int
    #: What the field is called where it was sealed, like `api_secret`.
    field: str
    #: The master key it was sealed with.
    kid: str
    sealed: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotFigures:
    """One point of an account's history."""

    account_id: str
    user_id: int
    taken_at: datetime
    total_equity_usd: Decimal
    available_usd: Decimal
    locked_in_positions_usd: Decimal
    held_usd: Decimal
    #: False when something had no price, so that every figure is a lower bound.
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """The latest reading of an account, kept so that a restart starts from it."""

    state: UserBrokerState
    #: What the venue said last; None until it said something.
    report: AccountReport | None
    last_attempt: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAsset:
    """An asset seen in an account, and what its owner answered about guarding it."""

    account_id: str
    user_id: int
    asset: str
    #: None where it was seen, and nobody can read when.
    first_seen_at: datetime | None
    asked_at: datetime | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FillCursor:
    """How far back an account's fills were read."""

    account_id: str
    user_id: int
    #: Where the venue's next older page starts; None at the newest page.
    cursor: str | None
    #: True when there is nothing older to read.
    complete: bool
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFee:
    """The taker fee an account was quoted for a symbol, and when."""

    account: Account
    symbol: str
    quote: FeeQuote
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSpread:
    """The spread seen for a symbol at a venue, as a fraction of its price."""

    venue: Venue
    symbol: str
    spread: Decimal
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRoute:
    """A routing decision; its amounts are strings."""

    user_id: int
    #: The account that was chosen; None when none could take the trade.
    account_id: str | None
    decided_at: datetime
    request: dict[str, Any]
    decision: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who holds a name; a higher epoch overrules every lower one."""

    name: str
    owner: str
    epoch: int
    acquired_at: datetime
    heartbeat_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRun:
    """One life of the process."""

    run_id: int
    started_at: datetime
    last_guard_cycle_at: datetime | None
    stopped_at: datetime | None
    #: True when it stopped on purpose.
    clean: bool
    #: Where each guard stood at the last cycle, as fractions of cost in text, by guard id.
    last_ratios: dict[str, str] = field(default_factory=dict)
