"""The latest raw reading of each account, whoever made it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from engine.accounts.known_steps import KnownSteps
from engine.clock import Clock, Moment, moment
from engine.model.holdings import AccountReport
from engine.orders.unreported import FILLS_AWAITED, Awaited


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingStart:
    """When a reading was requested, and the last journal step that was stored then."""

    moment: Moment
    step: int


class Reports:
    """Keeps the newest report of each account, by when it was requested and not by the time printed in it."""

    def __init__(self, clock: Clock, *, last_step: Callable[[], Awaitable[int]]) -> None:
        self._clock = clock
        self._last_step = last_step
        self._steps = KnownSteps()
        self._latest: dict[str, AccountReport] = {}
        #: When the latest reading was requested; one that an earlier process made is not in here.
        self._requested_at: dict[str, Moment] = {}
        self._changed: dict[str, Moment] = {}
        #: When a reading was requested that showed a change which nothing had announced.
        self._unannounced: dict[str, Moment] = {}
        self._unreadable: dict[str, tuple[str, ...]] = {}

    async def begin(self) -> ReadingStart:
        """Return the start of a reading that is requested now, to `keep` it under."""
        now = moment(self._clock)
        step = await self._last_step()
        self._steps.note(step, now)
        return ReadingStart(moment=now, step=step)

    def keep(self, report: AccountReport, *, start: ReadingStart) -> None:
        """Remember a reading unless one that was requested later is known."""
        account_id = report.account.account_id
        known, left = self._requested_at.get(account_id), self.departure(report, start)
        if known is None or known <= left.moment:
            self._note_unannounced(report, left.moment)
            self._latest[account_id] = replace(report, step=left.step, left=left.moment)
            self._requested_at[account_id] = left.moment

    def departure(self, report: AccountReport, start: ReadingStart) -> ReadingStart:
        """Return when the requests of a reading left, which may have been queued long before, and the last step then."""
        if report.left is None or report.left <= start.moment:
            return start
        return ReadingStart(moment=report.left, step=max(start.step, self._steps.at(report.left) or 0))

    def note_step(self, step: int) -> None:
        """Remember a step of our orders that was written down just now."""
        self._steps.note(step, moment(self._clock))

    def step_at(self, then: Moment) -> int | None:
        """Return a step of our orders that was written down by then; None where this process knows of none."""
        return self._steps.at(then)

    def certain_step(self, account_id: str, late: timedelta) -> int | None:
        """Return the last step that the latest reading of an account shows, even if it is late by so much.

        None where this process did not read it, or knows of no step so long ago.
        """
        requested_at = self._requested_at.get(account_id)
        return None if requested_at is None else self.step_at(requested_at + -late)

    def awaited(self) -> Awaited:
        """Return which orders ended so recently that their fills may still be reported."""
        now = moment(self._clock)
        after = self._steps.at(now + -FILLS_AWAITED)
        if after is not None:
            return Awaited(after=after, stored_since=None)
        return Awaited(after=self._steps.first, stored_since=now.at - FILLS_AWAITED)

    def restore(self, report: AccountReport) -> None:
        """Start from a reading of an earlier process: older than every other, whatever its time is."""
        self._latest.setdefault(report.account.account_id, report)

    def outdate(self, account_id: str) -> None:
        """Note that an account changed: readings requested until now are not fresh any more."""
        self._changed[account_id] = moment(self._clock)

    def announce_change(self, account_id: str) -> None:
        """Note that an account changed because its stream says so."""
        self.outdate(account_id)
        self._unannounced.pop(account_id, None)

    def unannounced_at(self, account_id: str) -> Moment | None:
        """Return when the reading was requested that found the last change alone; None once a stream announced one."""
        return self._unannounced.get(account_id)

    def keep_unreadable(self, account_id: str, orders: tuple[str, ...]) -> None:
        """Remember which open orders could not be read the last time an account's open orders were requested."""
        self._unreadable[account_id] = orders

    def unreadable_orders(self, account_id: str) -> tuple[str, ...]:
        """Return the open orders that could not be read."""
        return self._unreadable.get(account_id, ())

    def is_outdated(self, account_id: str) -> bool:
        """Return whether an account has changed since it was last read."""
        requested_at, changed = self._requested_at.get(account_id), self._changed.get(account_id)
        return changed is not None and (requested_at is None or requested_at <= changed)

    def _note_unannounced(self, report: AccountReport, requested_at: Moment) -> None:
        account_id = report.account.account_id
        before = self._latest.get(account_id) if account_id in self._requested_at else None
        if before is not None and not self.is_outdated(account_id) and not report.holds_the_same(before):
            self._unannounced[account_id] = requested_at

    def latest(self, account_id: str) -> AccountReport | None:
        return self._latest.get(account_id)

    def requested_at(self, account_id: str) -> Moment | None:
        """Return when the latest reading was requested; None if this process made none."""
        return self._requested_at.get(account_id)

    def no_older_than(self, account_id: str, age: timedelta) -> AccountReport | None:
        """Return the latest reading if it is at most so old, and of after the account last changed."""
        requested_at = self._requested_at.get(account_id)
        if requested_at is None or moment(self._clock) - requested_at > age or self.is_outdated(account_id):
            return None
        return self._latest.get(account_id)
