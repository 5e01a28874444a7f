"""What `/status` shows of the process, and what of it needs the owner; bot/ fills it, the chat shows it."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import TypeAlias

from engine import wall_time
from engine.accounts.live_accounts import AccountStreamStatus
from engine.alerts.messages import RecordUnreadable
from engine.alerts.posts import PostCounts
from engine.brokers.streams.price_stream import Loss
from engine.entries.gates import Gate
from engine.guards.unwatched import Unwatched
from engine.model.delays import Wait
from engine.model.guard_reasons import GuardReason
from engine.model.venues import Account
from engine.nonce.store import NonceStatus

#: What happens at an interval is missing when it stayed out this many times.
_MISSED_RUNS = 3
#: Short intervals are given this much anyway.
_GRACE = timedelta(seconds=15)
_OUTBOX_MAX_DELAY = timedelta(minutes=2)
_EXIT_MAX_DELAY = timedelta(seconds=10)
#: A stream that comes back sooner needs nobody: its venue is polled meanwhile.
_STREAM_LOST_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerStatus:
    """When a broker last answered, and what it last complained of."""

    account: Account
    last_answer_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    #: Why it reported no prices although the account answered; None when it did.
    prices_error: str | None = None
    #: Open orders that could not be read: what they hold cannot be freed for a sale.
    unreadable_orders: tuple[str, ...] = ()
    #: Why the account takes no orders; None when it takes some.
    block: str | None = None
    #: What is not possible although it trades.
    limits: tuple[str, ...] = ()
    #: How what its orders do comes in.
    orders: AccountStreamStatus = field(default_factory=partial(AccountStreamStatus, has_stream=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """One scheduled job: how often, when last, how late."""

    name: str
    every_s: float
    last_run_at: datetime | None
    #: Seconds the last run started after it was due.
    lag_s: float | None
    last_error: str | None
    #: Seconds since it began a run, or since it was set up; None where no steady clock measured it.
    idle_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PausedGuard:
    """A guard that waits for its owner's answer."""

    symbol: str
    venue_label: str
    reason: GuardReason | str | None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingExit:
    """An exit that does not get through."""

    symbol: str
    venue_label: str
    #: Why, as it was reported last; empty where that cannot be read.
    why: str
    since: datetime
    #: Orders of NIJA's that may stand or have filled, the latest first; none where nothing can have been sold.
    order_ids: tuple[str, ...] = ()
    intent_id: str = ""
    #: Why its owner could not be reminded of it; empty where that was done.
    why_unsent: str = ""
    #: What it waits for, where that is known.
    wait: Wait | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAge:
    """The last accepted price of something guarded."""

    venue_label: str
    symbol: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolledPrice:
    """The price of something guarded that its venue does not push, although it should."""

    symbol: str
    #: None while nothing is wrong and nothing was pushed yet, as of a market that is shut.
    loss: Loss | None
    lasting: timedelta
    #: Whether its stream has no connection that answers, which its owner may have to see to.
    is_disconnected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VenuePrices:
    """How the prices of what is guarded at a venue come in."""

    venue_label: str
    #: False where they are only polled, as its owner wished.
    has_stream: bool
    polled: tuple[PolledPrice, ...] = ()
    #: How many are pushed now.
    live: int = 0
    #: Why the latest question for prices failed; empty when it was answered.
    polling_error: str = ""


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
    #: Armed, and able to act.
    guards_armed: int
    exits_in_flight: int
    outbox_waiting: int
    outbox_oldest_at: datetime | None
    database_revision: str
    database_bytes: int
    #: Armed guards that cannot act now, each with the reason.
    unwatched: tuple[Unwatched, ...] = ()
    #: Guards and sales whose stored records cannot be read: nobody watches or follows them.
    unreadable: tuple[RecordUnreadable, ...] = ()
    #: What its owner has to see to before it is watched or sold again.
    paused: tuple[PausedGuard, ...] = ()
    failing: tuple[FailingExit, ...] = ()
    #: How prices come in, venue by venue.
    streams: tuple[VenuePrices, ...] = ()
    #: Positions in the latest readings that have no guard.
    unguarded: int = 0
    #: When the oldest exit in flight was written down.
    exits_since: datetime | None = None
    #: For how long the database could not be written; None while it can.
    database_failing_s: float | None = None
    #: Of the waiting alerts, how many Telegram refused as they are.
    outbox_refused: int = 0
    #: Alerts of this user that were given up, and what the last one was about.
    alerts_given_up: int = 0
    last_given_up: str = ""
    #: Critical alerts of this user that `NIJA_ALERT_URL` refused and will be sent again, or that were given up.
    posts: PostCounts = field(default_factory=PostCounts)
    #: What keeps entries back; no exit checks them.
    gates: tuple[Gate, ...] = ()

    @property
    def guards(self) -> int:
        """Return how many positions have a guard, whatever it does now; what is being sold has one."""
        watched = self.guards_armed + len(self.unwatched)
        return watched + len(self.paused) + self.exits_in_flight + len(self.unreadable)


class Symptom(StrEnum):
    """Something the owner must know of at once."""

    BROKER_SILENT = "a broker does not answer"
    PRICES_MISSING = "a broker tells no prices"
    PRICES_POLLED = "a venue pushes no prices"
    ACCOUNT_BLOCKED = "an account takes no orders"
    ORDERS_UNREADABLE = "an open order cannot be read"
    DATABASE_FAILING = "the database cannot be written"
    GUARDS_UNREADABLE = "guards cannot be read"
    GUARDS_UNWATCHED = "guards cannot act"
    EXIT_FAILING = "an exit does not get through"
    EXIT_UNKNOWN = "nobody knows whether an exit sold"
    EXIT_UNFINISHED = "an exit takes too long"
    GUARDS_PAUSED = "guards wait for an answer"
    JOB_FAILED = "a job failed"
    JOB_LATE = "a job does not run"
    ALERTS_WAITING = "alerts are not delivered"
    ALERTS_REFUSED = "Telegram does not take an alert"
    POSTS_REFUSED = "the second address does not take an alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One symptom, with what the chat needs to describe it."""

    symptom: Symptom
    #: A broker's or job's name.
    name: str = ""
    count: int = 0
    lasting: timedelta = timedelta(0)
    #: The error text, if any.
    detail: str = ""
    #: Why a stream delivers nothing.
    loss: Loss | None = None


def overdue_after(every_s: float) -> timedelta:
    """Return how long what happens at an interval may stay out before it counts as missing."""
    return max(timedelta(seconds=_MISSED_RUNS * every_s), _GRACE)


def is_late(job: JobStatus, *, started_at: datetime, now: datetime) -> bool:
    """Return whether a job has not begun a run for longer than its interval explains."""
    if job.idle_s is not None:
        return timedelta(seconds=job.idle_s) > overdue_after(job.every_s)
    return wall_time.is_older(job.last_run_at or started_at, now, overdue_after(job.every_s))


def find_job_trouble(job: JobStatus, *, started_at: datetime, now: datetime) -> Trouble | None:
    """Return why a job does not do its work; None when it does."""
    if job.last_error:
        return Trouble(symptom=Symptom.JOB_FAILED, name=job.name, detail=job.last_error)
    if is_late(job, started_at=started_at, now=now):
        return Trouble(symptom=Symptom.JOB_LATE, name=job.name)
    return None


def find_troubles(report: StatusReport) -> tuple[Trouble, ...]:
    """Return everything that needs the owner, the worst kinds first; nothing when all is well."""
    jobs = (find_job_trouble(job, started_at=report.started_at, now=report.at) for job in report.jobs)
    return (
        *_broker_troubles(report),
        *_guard_troubles(report),
        *(trouble for trouble in jobs if trouble),
        *_alert_troubles(report),
    )


def _broker_troubles(report: StatusReport) -> Iterator[Trouble]:
    for broker in report.brokers:
        if broker.last_error_at is not None and broker.last_error is not None:
            yield Trouble(symptom=Symptom.BROKER_SILENT, name=broker.account.venue.label)
        elif broker.prices_error is not None:
            yield Trouble(
                symptom=Symptom.PRICES_MISSING, name=broker.account.venue.label, detail=broker.prices_error
            )
        if broker.block:
            yield Trouble(
                symptom=Symptom.ACCOUNT_BLOCKED, name=broker.account.venue.label, detail=broker.block
            )
        if broker.unreadable_orders:
            detail = ", ".join(broker.unreadable_orders)
            label = broker.account.venue.label
            yield Trouble(symptom=Symptom.ORDERS_UNREADABLE, name=label, detail=detail)
    for streamed in report.streams:
        lost = [one for one in streamed.polled if one.is_disconnected and one.lasting > _STREAM_LOST_AFTER]
        if lost:
            longest = max(lost, key=lambda one: one.lasting)
            yield Trouble(
                symptom=Symptom.PRICES_POLLED,
                name=streamed.venue_label,
                lasting=longest.lasting,
                loss=longest.loss,
            )
    if report.database_failing_s is not None:
        lasting = timedelta(seconds=report.database_failing_s)
        yield Trouble(symptom=Symptom.DATABASE_FAILING, lasting=lasting)


def _guard_troubles(report: StatusReport) -> Iterator[Trouble]:
    if report.unreadable:
        yield Trouble(symptom=Symptom.GUARDS_UNREADABLE, count=len(report.unreadable))
    unusual = [one for one in report.unwatched if not (one.is_usual or one.is_starting)]
    if unusual:
        yield Trouble(symptom=Symptom.GUARDS_UNWATCHED, count=len(unusual))
    unknown = sum(bool(one.order_ids) for one in report.failing)
    if unknown:
        yield Trouble(symptom=Symptom.EXIT_UNKNOWN, count=unknown)
    if len(report.failing) > unknown:
        yield Trouble(symptom=Symptom.EXIT_FAILING, count=len(report.failing) - unknown)
    since = None if report.failing else report.exits_since
    if since is not None and wall_time.is_older(since, report.at, _EXIT_MAX_DELAY):
        yield Trouble(symptom=Symptom.EXIT_UNFINISHED, lasting=wall_time.between(since, report.at))
    if report.paused:
        yield Trouble(symptom=Symptom.GUARDS_PAUSED, count=len(report.paused))


def _alert_troubles(report: StatusReport) -> Iterator[Trouble]:
    if report.outbox_refused:
        yield Trouble(symptom=Symptom.ALERTS_REFUSED, count=report.outbox_refused)
    if report.posts.refused:
        yield Trouble(symptom=Symptom.POSTS_REFUSED, count=report.posts.refused)
    oldest = report.outbox_oldest_at
    if oldest is not None and wall_time.is_older(oldest, report.at, _OUTBOX_MAX_DELAY):
        yield Trouble(symptom=Symptom.ALERTS_WAITING, count=report.outbox_waiting)


#: Returns the process's state, with only one user's accounts and guards; bot/ knows it.
FetchStatus: TypeAlias = Callable[[int], Awaitable[StatusReport]]
