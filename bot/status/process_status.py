"""Fill `/status` from every part of the process."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from bot.commands.nonce_lines import with_broker
from bot.status.stored import load_stored
from bot.status.streamed import venue_prices
from engine import wall_time
from engine.accounts.live_accounts import LiveAccounts
from engine.accounts.reader import AccountReader
from engine.alerts.messages import RecordUnreadable
from engine.alerts.outbox import GivenUp
from engine.clock import Clock, moment
from engine.guards.guard import Guard, GuardState
from engine.guards.guard_mark import GuardMark
from engine.guards.unwatched import Watching, find_unwatched
from engine.market.feed import Markets
from engine.model.delays import HeldUp
from engine.model.errors import InvalidNonceError, KeyRejectedError, LockedOutError
from engine.model.venues import Account, Venue
from engine.nonce.store import NonceStatus, NonceStore
from engine.orders.intents import Intent
from engine.status import BrokerStatus, JobStatus, PausedGuard, PriceAge, StatusReport, VenuePrices
from engine.storage.database import Database
from engine.sync.unreadable import URGENT, describe
from engine.tasks import Tasks
from engine.troubles import overdue_after
from engine.watch.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What stays as it is while the process runs."""

    version: str
    mode: str
    #: None for a database that is no file.
    database_file: Path | None
    revision: str
    guard_interval_s: float
    #: Whose key has which fingerprint.
    brokers: Mapping[str, str] = field(default_factory=dict)
    owner_ids: frozenset[int] = frozenset()


class ProcessStatus:
    """Answers `/status`."""

    def __init__(
        self,
        *,
        facts: Facts,
        clock: Clock,
        reader: AccountReader,
        watch: Watch,
        markets: Markets,
        live_accounts: LiveAccounts,
        is_key_certain: Callable[[str], bool],
        why_failing: Callable[[str], HeldUp | None],
        why_unsent: Callable[[str], str],
        tasks: Tasks,
        nonces: NonceStore,
        database: Database,
        jobs: Callable[[], tuple[JobStatus, ...]],
        database_failing_s: Callable[[], float | None],
    ) -> None:
        self._facts = facts
        self._clock = clock
        self._started = moment(clock)
        self._reader = reader
        self._watch = watch
        self._markets = markets
        self._live_accounts = live_accounts
        self._is_key_certain = is_key_certain
        self._why_failing = why_failing
        self._why_unsent = why_unsent
        self._tasks = tasks
        self._nonces = nonces
        self._database = database
        self._jobs = jobs
        self._database_failing_s = database_failing_s
        self._look_overdue_after = overdue_after(facts.guard_interval_s)

    async def fetch_status(self, user_id: int) -> StatusReport:
        """Return the process's state, with only this user's accounts and guards; what is nobody's is for owners."""
        is_owner = user_id in self._facts.owner_ids
        async with self._database.read() as session:
            stored = await load_stored(
                session, user_id, self._why_failing, is_owner=is_owner, now=self._clock.now()
            )
        guards = [guard for guard in stored.watched if guard.user_id == user_id]
        armed = [guard for guard in guards if guard.state is GuardState.ARMED]
        found = (find_unwatched(guard, self._watching(guard)) for guard in armed)
        unwatched = tuple(one for one in found if one is not None)
        return StatusReport(
            at=self._clock.now(),
            version=self._facts.version,
            mode=self._facts.mode,
            started_at=self._started.at,
            brokers=self._brokers(user_id),
            jobs=self._jobs() if is_owner else tuple(map(_without_reason, self._jobs())),
            nonces=await self._list_nonces() if is_owner else (),
            streams=tuple(self._streams(guards)),
            # The price of a paused guard is not fetched.
            prices=tuple(self._price(guard) for guard in guards if guard.state is not GuardState.PAUSED),
            guards_armed=len(armed) - len(unwatched),
            unwatched=unwatched,
            unguarded=self._count_unguarded(user_id, guards),
            unreadable=tuple(self._unreadable(user_id)),
            paused=tuple(_paused(guard) for guard in guards if guard.state is GuardState.PAUSED),
            failing=tuple(replace(one, why_unsent=self._why_unsent(one.intent_id)) for one in stored.failing),
            exits_in_flight=self._count_exits(guards, stored.exits),
            open_questions=stored.open_questions,
            exits_since=wall_time.earliest(one.created_at for one in stored.exits),
            outbox_waiting=stored.outbox.waiting,
            outbox_oldest_at=stored.outbox.oldest_at,
            outbox_refused=stored.outbox.refused,
            alerts_given_up=stored.given_up.alerts,
            last_given_up=_named(stored.given_up),
            posts=stored.posts,
            database_revision=self._facts.revision,
            database_failing_s=self._database_failing_s(),
            database_bytes=_size(self._facts.database_file),
        )

    def _count_exits(self, guards: Sequence[Guard], exits: Sequence[Intent]) -> int:
        # Not every one has both: a row found at the start waits for its key, a task for its first row.
        driven = {f"exit {guard.guard_id}" for guard in guards} & set(self._tasks.names())
        return max(len(exits), len(driven))

    async def _list_nonces(self) -> tuple[NonceStatus, ...]:
        return tuple(with_broker(one, self._facts.brokers) for one in await self._nonces.list_nonces())

    def _count_unguarded(self, user_id: int, guards: Sequence[Guard]) -> int:
        guarded = {(guard.account_id, guard.kind, guard.asset) for guard in guards}
        states = (self._reader.state(account) for account in self._reader.accounts(user_id))
        held = {(one.account_id, each.kind, each.asset) for one in states for each in one.open_positions}
        return len(held - guarded)

    def _unreadable(self, user_id: int) -> Iterator[RecordUnreadable]:
        readers = {user_id, None} if user_id in self._facts.owner_ids else {user_id}
        for row in self._database.unreadable:
            record = describe(row) if row.user_id in readers else None
            if record is not None and record.record in URGENT:
                yield record

    def _brokers(self, user_id: int) -> tuple[BrokerStatus, ...]:
        accounts = self._reader.accounts(user_id)
        return tuple(
            BrokerStatus(
                account=account,
                last_answer_at=self._reader.state(account).last_updated,
                last_error=self._reader.state(account).error,
                last_error_at=self._reader.last_error_at(account),
                prices_error=error.message if (error := self._reader.prices_error(account)) else None,
                unreadable_orders=self._reader.unreadable_orders(account),
                block=self._reader.restrictions(account)[0],
                limits=self._reader.restrictions(account)[1],
                orders=self._live_accounts.status(account.account_id),
            )
            for account in accounts
        )

    def _is_looked_at(self, venue: Venue) -> bool:
        at = self._watch.looked_at.get(venue)
        return at is not None and moment(self._clock) - at <= self._look_overdue_after

    def _watching(self, guard: Guard) -> Watching:
        account = Account(account_id=guard.account_id, user_id=guard.user_id, venue=guard.venue)
        error = self._reader.error(account)
        return Watching(
            guard_mark=self._watch.guard_marks.get(guard.guard_id, GuardMark()),
            looked_at=looked.at if (looked := self._watch.looked_at.get(guard.venue)) else None,
            is_looked_at=self._is_looked_at(guard.venue),
            key_refused=error.message if isinstance(error, KeyRejectedError | LockedOutError) else None,
            read_error=error.message
            if error is not None and not isinstance(error, InvalidNonceError)
            else None,
            read_at=self._reader.state(account).last_updated,
            is_key_certain=self._is_key_certain(guard.account_id),
            has_just_started=moment(self._clock) - self._started <= self._look_overdue_after,
        )

    def _streams(self, guards: Sequence[Guard]) -> Iterator[VenuePrices]:
        return venue_prices(
            guards,
            {venue: market.pushed.status() for venue, market in self._markets.items()},
            polling_failed=self._watch.polling_failed,
            now=moment(self._clock),
        )

    def _price(self, guard: Guard) -> PriceAge:
        guard_mark = self._watch.guard_marks.get(guard.guard_id)
        at: datetime | None = guard_mark.last.at if guard_mark and guard_mark.last else None
        return PriceAge(venue_label=guard.venue.label, symbol=guard.symbol, at=at)


def _without_reason(job: JobStatus) -> JobStatus:
    """Return a job without the text of its failure, which may name another user's account."""
    return job if job.last_error is None else replace(job, last_error="owners are shown why")


def _paused(guard: Guard) -> PausedGuard:
    return PausedGuard(
        symbol=guard.symbol, venue_label=guard.venue.label, reason=guard.reason, detail=guard.detail
    )


def _named(given_up: GivenUp) -> str:
    if given_up.last_kind is None:
        return ""
    kind = given_up.last_kind.replace("_", " ")
    return f"{kind} ({given_up.last_error})" if given_up.last_error else kind


def _size(file: Path | None) -> int:
    return file.stat().st_size if file and file.exists() else 0
