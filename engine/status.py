"""What `/status` shows of the process: bot/ fills it, the chat shows it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

from engine.accounts.live_accounts import AccountStreamStatus
from engine.alerts.messages import RecordUnreadable
from engine.alerts.posts import PostCounts
from engine.brokers.streams.price_stream import Loss
from engine.guards.unwatched import Unwatched
from engine.market.mark import PriceProblem
from engine.model.delays import Wait
from engine.model.failing_reasons import FailingReason
from engine.model.guard_reasons import GuardReason
from engine.model.venues import Account
from engine.nonce.store import NonceStatus


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
    #: The guard it carries out; None where it was none.
    guard_id: str | None = None
    #: Why, as it was reported last; empty where that cannot be read.
    why: FailingReason
    since: datetime
    #: Orders of NIJA's that may stand or have filled, the latest first; none where nothing can have been sold.
    order_ids: tuple[str, ...] = ()
    intent_id: str = ""
    #: Why its owner could not be reminded of it; empty where that was done.
    why_unsent: str = ""
    #: What it waits for, where that is known.
    wait: Wait | None = None
    #: Open orders that could not be read and may hold what is sold.
    unreadable: tuple[str, ...] = ()


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
    #: Why the latest question for prices failed; None when it was answered.
    polling_error: PriceProblem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrances:
    """What keeps guards from selling now, each by the guard's id."""

    unwatched: Mapping[str, Unwatched] = field(default_factory=dict)
    failing: Mapping[str, FailingExit] = field(default_factory=dict)


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
    #: Questions about guards that wait for this user's answer.
    open_questions: int = 0
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

    @property
    def guards(self) -> int:
        """Return how many positions have a guard, whatever it does now; what is being sold has one."""
        watched = self.guards_armed + len(self.unwatched)
        return watched + len(self.paused) + self.exits_in_flight + len(self.unreadable)

    @property
    def hindrances(self) -> Hindrances:
        """Return what other screens say of a guard, so that they say the same."""
        return Hindrances(
            unwatched={one.guard_id: one for one in self.unwatched},
            failing={one.guard_id: one for one in self.failing if one.guard_id is not None},
        )


#: Returns the process's state, with only one user's accounts and guards; bot/ knows it.
FetchStatus: TypeAlias = Callable[[int], Awaitable[StatusReport]]
