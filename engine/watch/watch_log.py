"""When guards were watched, so that a gap is reported first thing with what moved in it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.alerts.messages import Moved, NotWatching, StillUnwatched
from engine.alerts.outbox import append_alert
from engine.clock import Clock, Moment, moment
from engine.guards import store as guard_rows
from engine.guards.guard import Guard, GuardState
from engine.guards.guard_mark import GuardMark, ratio_of
from engine.guards.guard_marks import GuardMarks
from engine.guards.nearest import accounts_nearest_first, nearest_first
from engine.guards.table import GuardRow
from engine.market.mark import Mark, PriceUnknown
from engine.model.delays import Away
from engine.model.venues import Account
from engine.orders.table import IntentRow
from engine.storage import process_store as rows
from engine.storage.database import Database
from engine.storage.process_store import LastSeen, ProcessRun
from engine.watch.watch import Watch

#: After a start, guards without a price by then are reported as moved by an unknown amount.
REPORT_LATEST = timedelta(seconds=30)


class WatchLog:
    """Writes down that the process watches, and reports to each owner the time when none did."""

    def __init__(
        self,
        *,
        database: Database,
        watch: Watch,
        guard_marks: GuardMarks,
        clock: Clock,
        shortest_gap: timedelta,
    ) -> None:
        self._database = database
        self._watch = watch
        self._guard_marks = guard_marks
        self._clock = clock
        self._shortest_gap = shortest_gap
        self._run_id = 0
        self._before: ProcessRun | None = None
        #: What was guarded when this run began: some of it may be sold before the gap is reported.
        self._guarded_then: tuple[Guard, ...] = ()
        self._began = moment(clock)
        #: Whether all guards were being watched at the last beat; None before the first.
        self.all_watched: bool | None = None
        #: By guard id, where each stood when it was seen last, by this process or an earlier one.
        self._seen: Mapping[str, LastSeen] = {}

    async def begin(self) -> None:
        """Note the start of a run and remember the one before."""
        self._began = moment(self._clock)
        async with self._database.write() as session:
            self._before = await rows.load_last_watched(session)
            self._guarded_then = await guard_rows.load_watched(session)
            self._run_id = await rows.begin_run(session, now=self._began.at)
        if self._before is None or self._before.last_guard_cycle_at is None:
            return
        self._seen = self._before.last_seen
        self._guard_marks.note_results(self._results())
        away = Away(since=self._before.last_guard_cycle_at, until=self._began.at)
        last_seen = {
            guard.guard_id: _seen_at(self._seen.get(guard.guard_id), away) for guard in self._guarded_then
        }
        self._guard_marks.note_away(away, last_seen)

    def nearest_first(self, accounts: Iterable[Account]) -> tuple[Account, ...]:
        """Return accounts in the order to read them in after the start, by what was guarded then."""
        guards = (guard for guard in self._guarded_then if guard.state is not GuardState.PAUSED)
        return accounts_nearest_first(accounts, nearest_first(guards, self._results()))

    async def beat(self) -> bool:
        """Note that the process runs, and report the time before it once every guard was looked at.

        Return whether all of them are being watched now.
        """
        self.all_watched = await self._beat()
        return self.all_watched

    async def _beat(self) -> bool:
        async with self._database.read() as session:
            guards = await guard_rows.load_watched(session)
        guard_marks = self._watch.guard_marks
        looked_for = [guard for guard in guards if guard.state is not GuardState.PAUSED]
        if not all(guard.guard_id in guard_marks for guard in looked_for) and not self._is_late():
            return False
        await self._report_gap({guard.guard_id: guard for guard in guards}, guard_marks)
        self._seen = self._seen_now(guards, guard_marks)
        async with self._database.write() as session:
            await rows.note_cycle(session, self._run_id, at=self._clock.now(), seen=self._seen)
        watched_until = self._watched_until(guards)
        if watched_until is None:
            return False
        # Of a guard or an order that cannot be read nobody knows what it covers.
        is_whole = not self._database.unreadable.of(str(GuardRow.__tablename__), str(IntentRow.__tablename__))
        return is_whole and moment(self._clock) - watched_until < self._shortest_gap

    async def end(self) -> None:
        """Note that the run ended on purpose."""
        async with self._database.write() as session:
            await rows.end_run(session, self._run_id, now=self._clock.now())

    def _results(self) -> Mapping[str, Decimal]:
        return {guard_id: Decimal(seen.ratio) for guard_id, seen in self._seen.items()}

    def _is_late(self) -> bool:
        return moment(self._clock) - self._began >= REPORT_LATEST

    def _watched_until(self, guards: tuple[Guard, ...]) -> Moment | None:
        """Return until when all guards were looked at; None when some venue never was."""
        venues = {guard.venue for guard in guards if guard.state is GuardState.ARMED}
        looks = [self._watch.looked_at.get(venue) for venue in venues]
        if None in looks:
            return None
        return min((at for at in looks if at is not None), default=moment(self._clock))

    def _seen_now(
        self, guards: tuple[Guard, ...], guard_marks: Mapping[str, GuardMark]
    ) -> Mapping[str, LastSeen]:
        """Return where each guard stood when it was seen last; who did not see it since the start keeps what was noted."""
        now = {
            guard.guard_id: self._seen_of(guard, guard_marks.get(guard.guard_id, GuardMark()))
            for guard in guards
        }
        seen = ((guard_id, one or self._seen.get(guard_id)) for guard_id, one in now.items())
        return {guard_id: one for guard_id, one in seen if one is not None}

    def _seen_of(self, guard: Guard, guard_mark: GuardMark) -> LastSeen | None:
        if guard_mark.last is None:
            return None
        looked_at = self._watch.looked_at.get(guard.venue)
        is_seen = isinstance(guard_mark.current, Mark) and looked_at is not None
        at = looked_at.at if is_seen and looked_at is not None else guard_mark.last.at
        return LastSeen(ratio=str(ratio_of(guard, guard_mark.last)), at=at)

    async def _report_gap(self, watched: Mapping[str, Guard], guard_marks: Mapping[str, GuardMark]) -> None:
        guards = self._guarded_then
        before, self._before = self._before, None
        since = before.last_guard_cycle_at if before else None
        # How long ago a time ahead was is unknown; the alert shows what moved since.
        if since is None or before is None or wall_time.is_younger(since, self._began.at, self._shortest_gap):
            return
        now = self._clock.now()
        async with self._database.write() as session:
            for user_id in sorted({guard.user_id for guard in guards}):
                own = [guard for guard in guards if guard.user_id == user_id]
                await append_alert(
                    session,
                    NotWatching(
                        since=since,
                        until=self._began.at,
                        moved=tuple(
                            _moved(
                                guard,
                                before,
                                guard_marks.get(guard.guard_id, GuardMark()),
                                present=watched.get(guard.guard_id),
                            )
                            for guard in own
                        ),
                    ),
                    user_id=user_id,
                    account_id=None,
                    dedup_key=f"not_watching:{user_id}:{since.isoformat()}",
                    now=now,
                )


def _seen_at(seen: LastSeen | None, away: Away) -> datetime:
    at = seen.at if seen is not None else None
    return wall_time.at_most(at or away.since, away.since)


def _moved(guard: Guard, before: ProcessRun, guard_mark: GuardMark, *, present: Guard | None) -> Moved:
    seen, current = before.last_seen.get(guard.guard_id), guard_mark.current
    after = ratio_of(guard, current) if isinstance(current, Mark) else None
    return Moved(
        venue=guard.venue,
        symbol=guard.symbol,
        before=Decimal(seen.ratio) if seen is not None else None,
        after=after,
        why_unwatched="" if after is not None or present is None else _why_unwatched(present, guard_mark),
        is_over=present is None and after is None,
    )


def _why_unwatched(guard: Guard, guard_mark: GuardMark) -> str:
    if guard.state is GuardState.PAUSED:
        return StillUnwatched.PAUSED
    current = guard_mark.current
    return current.problem if isinstance(current, PriceUnknown) else StillUnwatched.NO_PRICE_YET
