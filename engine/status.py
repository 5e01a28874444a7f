"""What `/status` tells of the process: who fills it is the process, who shows it is the chat."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.venues import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerStatus:
    """When a broker last answered, and what it last complained of."""

    account: Account
    last_answer_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """One scheduled job: how often, when last, how late."""

    name: str
    every_s: float
    last_run_at: datetime | None
    #: Seconds the last run started after it was due.
    lag_s: float | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NonceStatus:
    """The durable counter of one key."""

    fingerprint: str
    last_nonce: int
    last_used_at: datetime
    issued: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAge:
    """The last accepted price of something guarded."""

    venue_label: str
    symbol: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateStatus:
    """One gate that entries must pass, and why it is shut."""

    name: str
    #: A sentence; None while the gate is open.
    shut: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """The state of the whole process in one reading."""

    at: datetime
    version: str
    mode: str
    started_at: datetime
    brokers: tuple[BrokerStatus, ...]
    jobs: tuple[JobStatus, ...]
    nonces: tuple[NonceStatus, ...]
    prices: tuple[PriceAge, ...]
    #: Armed, and their venue was looked at in the last intervals.
    guards_armed: int
    guards_paused: int
    exits_in_flight: int
    outbox_waiting: int
    outbox_oldest_at: datetime | None
    database: str
    database_revision: str
    database_bytes: int
    #: Armed, but their venue was not looked at for too long, or never.
    guards_unwatched: int = 0
    #: When the oldest exit in flight was written down.
    exits_since: datetime | None = None
    #: For how long the database could not be written; None while it can.
    database_failing_s: float | None = None
    #: What keeps entries back; no exit asks them.
    gates: tuple[GateStatus, ...] = ()


class StatusSource(Protocol):
    """Whoever knows the process; bot/ fills it."""

    async def fetch_status(self, user_id: int) -> StatusReport:
        """Return the process's state, with only this user's accounts."""
