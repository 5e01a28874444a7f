"""Guards that wait: of a restored or copied database, or of a key that opens another account now."""

from collections.abc import Callable, Mapping

from engine import wall_time
from engine.accounts.reports import Reports
from engine.clock import Clock
from engine.guards import store as rows
from engine.guards.changes import Paused
from engine.guards.comparison import SHOWN_LATE_WITHIN, quantity_there
from engine.guards.guard import Guard, GuardState, Seen
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import AccountReport
from engine.model.movements import concerns
from engine.model.orders import Fill
from engine.orders.fills_store import load_fills_seen_since
from engine.storage.database import Database
from engine.sync.guard_changes import GuardChanges

_OF_ANOTHER_ACCOUNT: Mapping[str | None, GuardReason] = {
    GuardReason.SWAPPED: GuardReason.OTHER_ACCOUNT,
    GuardReason.SWAPPED_IN_SALE: GuardReason.OTHER_ACCOUNT_IN_SALE,
}


class WaitingGuards:
    """Compares waiting guards with what is held before they watch again, or asks their owner."""

    def __init__(
        self,
        *,
        reports: Reports,
        changes: GuardChanges,
        is_alone: Callable[[], bool],
        database: Database,
        clock: Clock,
    ) -> None:
        self._reports = reports
        self._changes = changes
        #: Whether no other NIJA is known, or may turn up yet, that guards the same positions.
        self._is_alone = is_alone
        self._database = database
        self._clock = clock

    async def take(self, report: AccountReport, guard: Guard, new: tuple[Fill, ...]) -> bool:
        """Deal with a guard that waits for such a reason; return whether it does.

        Raises:
            StaleGuardError: it changed meanwhile and was left as it is.

        """
        if guard.reason in {GuardReason.RESTORED, GuardReason.RESTORED_IN_SALE}:
            await self._compare_restored(report, guard, new)
        elif guard.reason == GuardReason.COPIED and await self._is_traded(guard, new):
            await self._note_traded(guard)
        elif guard.reason in _OF_ANOTHER_ACCOUNT:
            await self._ask_of_another_account(report, guard)
        else:
            return False
        return True

    async def _compare_restored(self, report: AccountReport, guard: Guard, new: tuple[Fill, ...]) -> None:
        """Arm a guard from a backup again if nothing happened to its position since; ask otherwise."""
        there = self._there(report, guard)
        async with self._database.read() as session:
            seen = await rows.load_seen(session, guard.guard_id)
        least = max(guard.quantity, seen.quantity) if seen else guard.quantity
        traded = await self._is_traded(guard, new)
        if guard.reason == GuardReason.RESTORED and not traded and there.quantity >= least:
            if not self._is_alone():
                # The bot that was backed up may still run and guard the same: each would sell all of it.
                return
            armed = guard.in_state(GuardState.ARMED)
            async with self._database.write() as session:
                now = self._clock.now()
                await rows.save_guard(session, armed, was=guard, now=now, cause="as it was backed up")
                await rows.note_seen(session, guard.guard_id, there)
            return
        waiting = guard.in_state(guard.state, GuardReason.CHANGED_SINCE_BACKUP)
        change = Paused(guard=waiting, reason=GuardReason.CHANGED_SINCE_BACKUP)
        await self._changes.store(guard, change, seen=there, there=there.quantity)

    async def _note_traded(self, guard: Guard) -> None:
        """Store for a guard that waits for its owner that something was traded: new fills are returned once only."""
        changed = guard.in_state(guard.state, GuardReason.COPIED_AND_CHANGED)
        async with self._database.write() as session:
            now = self._clock.now()
            await rows.save_guard(session, changed, was=guard, now=now, cause="traded meanwhile")

    async def _ask_of_another_account(self, report: AccountReport, guard: Guard) -> None:
        reason = _OF_ANOTHER_ACCOUNT[guard.reason]
        there = self._there(report, guard)
        change = Paused(guard=guard.in_state(guard.state, reason), reason=reason)
        await self._changes.store(guard, change, seen=there, there=there.quantity)

    async def _is_traded(self, guard: Guard, new: tuple[Fill, ...]) -> bool:
        """Return whether a fill is known that the database lacked when the guard began to wait.

        What a process that died had stored is not new to the next one.
        """
        async with self._database.read() as session:
            seen = await rows.load_seen(session, guard.guard_id)
            waits_since = await rows.load_changed_at(session, guard.guard_id)
            stored = (
                await load_fills_seen_since(session, guard.account_id, since=waits_since)
                if waits_since
                else ()
            )
        before = seen.at if seen else guard.created_at
        # History that is read backwards is stored now and was traded long ago.
        later = [fill for fill in stored if wall_time.is_before(before, fill.at)]
        return any(concerns(guard.asset, fill) or fill.symbol == guard.symbol for fill in (*new, *later))

    def _there(self, report: AccountReport, guard: Guard) -> Seen:
        return Seen(
            quantity=quantity_there(report, guard),
            at=report.at,
            venue_at=report.venue_at,
            step=self._reports.certain_step(report.account.account_id, SHOWN_LATE_WITHIN),
        )
