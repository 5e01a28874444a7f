"""Hold the guards of an account against each reading of it."""

from collections.abc import Collection
from dataclasses import replace

from engine.accounts.reports import Reports
from engine.clock import Clock, Moment, moment
from engine.failures import Failures
from engine.guards import store as rows
from engine.guards.comparison import (
    SHOWN_LATE_WITHIN,
    Comparison,
    compare_holding,
    is_covered,
    quantity_there,
)
from engine.guards.dating import SeenTimes, Unconfirmed, ids_of
from engine.guards.guard import Guard, GuardState
from engine.guards.vanished import REPORTED_LATE_WITHIN, compare_vanished, is_vanished
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import AccountReport
from engine.model.money import ZERO
from engine.model.orders import Fill
from engine.model.venues import Account
from engine.orders.filled_intents_store import has_bought_after
from engine.orders.store import is_being_bought
from engine.storage.database import Database
from engine.sync.guard_changes import GuardChanges
from engine.sync.guard_reading import GuardReading, gather_reading
from engine.sync.renamings import Renamings, renamed
from engine.sync.waiting_guards import WaitingGuards


class GuardReconciler:
    """Holds each guard of an account against what its latest reading shows and what is known to be traded since."""

    def __init__(
        self,
        *,
        waiting: WaitingGuards,
        changes: GuardChanges,
        renamings: Renamings,
        reports: Reports,
        database: Database,
        clock: Clock,
    ) -> None:
        self._waiting = waiting
        self._changes = changes
        self._renamings = renamings
        self._reports = reports
        self._database = database
        self._clock = clock
        #: By account and guard: a quantity no fill explains, waiting for a later reading that agrees.
        self._unconfirmed: dict[str, dict[str, Unconfirmed]] = {}
        self._seen_times = SeenTimes()

    async def is_waiting(self, account: Account) -> bool:
        """Return whether a later reading or fill may explain what the last one showed of an account's guards."""
        return (
            bool(self._unconfirmed.get(account.account_id))
            or self._renamings.is_waiting(account.account_id)
            or await self._may_be_explained(account)
        )

    async def was_seen(self, report: AccountReport) -> bool:
        """Return whether every guard that watches, or waits for its position, was compared with what is there."""
        async with self._database.read() as session:
            guards = await rows.load_open_with_seen(session, report.account.account_id)
        for guard, seen in guards:
            there = quantity_there(report, guard)
            is_seen = seen is not None and seen.quantity == there
            is_new = guard.state is GuardState.ARMED and not is_seen
            is_back = guard.reason == GuardReason.VANISHED and there != ZERO
            is_restored = guard.reason in {GuardReason.RESTORED, GuardReason.RESTORED_IN_SALE}
            if is_covered(report, guard) and (is_new or is_back or is_restored):
                return False
        return True

    async def reconcile(
        self,
        report: AccountReport,
        requested_at: Moment,
        new: tuple[Fill, ...],
        *,
        unattributed: Collection[str] = (),
    ) -> bool:
        """Compare every open guard of an account with a reading and its new fills, and store what changed.

        Guards of `unattributed` assets wait: the venue does not report whether an order of ours filled there.
        False means that one changed meanwhile and was left as it is: the next reading judges it anew, by the same
        fills.

        Raises:
            ExceptionGroup: guards that could not be compared; every other one was.

        """
        account_id = report.account.account_id
        async with self._database.read() as session:
            guards = await rows.load_open_guards(session, account_id)
        self._forget_unconfirmed(account_id, kept={guard.guard_id for guard in guards})
        self._renamings.begin_reading(account_id)
        failures, is_complete = Failures(), True
        for guard in guards:
            if guard.asset not in unattributed and is_covered(report, guard):
                with failures.turn_of(f"the guard of {guard.symbol}, {guard.guard_id}"):
                    is_complete &= await self._judge(report, requested_at, guard, new)
            elif guard.reason in {GuardReason.COPIED, GuardReason.RESTORED} and not is_covered(report, guard):
                # What it waits for may be among these fills.
                is_complete = False
        failures.raise_together(f"guards of {account_id} were not compared")
        return is_complete

    def _forget_unconfirmed(self, account_id: str, *, kept: Collection[str]) -> None:
        before = self._unconfirmed.get(account_id, {})
        self._unconfirmed[account_id] = {
            one: unconfirmed for one, unconfirmed in before.items() if one in kept
        }

    async def _judge(
        self, report: AccountReport, requested_at: Moment, guard: Guard, new: tuple[Fill, ...]
    ) -> bool:
        """Judge one guard; False when the watch, its owner or a buy changed it meanwhile."""
        if await self._is_growing(report, guard):
            return False
        pending = self._unconfirmed[guard.account_id]
        unconfirmed, found = pending.get(guard.guard_id), None
        try:
            if not await self._waiting.take(report, guard, new):
                found = await self._reconcile_guard(report, requested_at, guard, new, unconfirmed=unconfirmed)
        except rows.StaleGuardError:
            return False
        # Only now: what could not be judged to its end is judged by the same next time.
        if found is None:
            pending.pop(guard.guard_id, None)
        return True

    async def _is_growing(self, report: AccountReport, guard: Guard) -> bool:
        """Return whether a buy of ours keeps a reading from being compared with a guard.

        It lacks what was bought after it and the guard covers; or it shows more than the guard knows of, as a buy that
        is not settled yet may have brought it.
        """
        async with self._database.read() as session:
            if report.step is not None and await has_bought_after(session, guard.key, step=report.step):
                return True
            seen = await rows.load_seen(session, guard.guard_id)
            known = guard.quantity if seen is None else seen.quantity
            return quantity_there(report, guard) > known and await is_being_bought(session, guard.key)

    async def _may_be_explained(self, account: Account) -> bool:
        """Return whether something guarded vanished so recently that a sale of it may still be reported."""
        now = moment(self._clock)
        async with self._database.read() as session:
            guards = await rows.load_open_with_seen(session, account.account_id)
        return any(
            self._seen_times.is_younger(guard.guard_id, seen.at, now=now, limit=REPORTED_LATE_WITHIN)
            for guard, seen in guards
            if seen is not None and is_vanished(guard)
        )

    async def _reconcile_guard(
        self,
        report: AccountReport,
        requested_at: Moment,
        guard: Guard,
        new: tuple[Fill, ...],
        *,
        unconfirmed: Unconfirmed | None,
    ) -> Unconfirmed | None:
        """Follow a guard; return the quantity that waits for a later reading that agrees."""
        now = moment(self._clock)
        known = await gather_reading(
            report,
            requested_at,
            guard,
            new,
            seen_times=self._seen_times,
            database=self._database,
            now=now,
        )
        comparison, found = self._compare(guard, known, unconfirmed, requested_at=requested_at, now=now)
        if found is not None:
            # Read is read, whatever goes wrong from here on.
            self._unconfirmed[guard.account_id][guard.guard_id] = found
        await self._store(report, requested_at, guard, known, comparison)
        return found

    async def _store(
        self,
        report: AccountReport,
        requested_at: Moment,
        guard: Guard,
        known: GuardReading,
        comparison: Comparison,
    ) -> None:
        after = known.to_store(comparison)
        if not (guard.state is GuardState.ARMED or is_vanished(guard)) or after is None:
            return
        became = await self._renamings.find_successor(report, guard, comparison.change, was=comparison.seen)
        if after == known.seen and comparison.change.guard == guard and not became:
            return
        is_new = after.at == known.reading.at
        noted = (
            replace(after, step=self._reports.step_at(requested_at + -SHOWN_LATE_WITHIN)) if is_new else after
        )
        change = renamed(comparison.change.guard) if became else comparison.change
        await self._changes.store(guard, change, seen=noted, there=known.reading.there, became=became)
        if is_new:
            ids = ids_of(known.reading.fills)
            self._seen_times.note(
                guard.guard_id, after.at, requested_at=requested_at, step=report.step, known=ids
            )
        else:
            self._seen_times.move(guard.guard_id, after.at)

    def _compare(
        self,
        guard: Guard,
        known: GuardReading,
        unconfirmed: Unconfirmed | None,
        *,
        requested_at: Moment,
        now: Moment,
    ) -> tuple[Comparison, Unconfirmed | None]:
        """Compare a guard with its reading; a quantity that no fill explains waits for a later one that agrees."""
        seen = replace(known.seen, at=known.dated.at) if known.seen else None
        waiting = unconfirmed.seen_at(now) if unconfirmed else None
        compare = compare_vanished if is_vanished(guard) else compare_holding
        comparison = compare(guard, known.reading, seen=seen, unconfirmed=waiting)
        if comparison.unconfirmed is None:
            return comparison, None
        if unconfirmed is None or comparison.unconfirmed != waiting:
            unconfirmed = Unconfirmed(quantity=comparison.unconfirmed.quantity, requested_at=requested_at)
        return comparison, unconfirmed
