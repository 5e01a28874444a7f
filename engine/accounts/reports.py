"""The latest raw reading of each account, whoever made it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from engine.accounts.known_steps import KnownSteps
from engine.clock import Clock, Moment, moment
from engine.model.holdings import AccountReport
from engine.orders.unreported import FILLS_AWAITED, Awaited


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """When a reading was asked for, and the last step of our orders that was written down then."""

    moment: Moment
    step: int


class Reports:
    """Keeps the newest report of each account, by when it was asked for and not by the time printed in it."""

    def __init__(self, clock: Clock, *, last_step: Callable[[], Awaitable[int]]) -> None:
        self._clock = clock
        self._last_step = last_step
        self._steps = KnownSteps()
        self._latest: dict[str, AccountReport] = {}
        #: When the latest reading was asked for; one that an earlier process made is not in here.
        self._asked: dict[str, Moment] = {}
        self._changed: dict[str, Moment] = {}
        self._unreadable: dict[str, tuple[str, ...]] = {}

    async def ask(self) -> Asked:
        """Return what to `keep` a reading under that is asked for now."""
        now = moment(self._clock)
        step = await self._last_step()
        self._steps.note(step, now)
        return Asked(moment=now, step=step)

    def keep(self, report: AccountReport, *, asked: Asked) -> None:
        """Remember a reading unless one that was asked for later is known."""
        account_id = report.account.account_id
        known, left = self._asked.get(account_id), self.departure(report, asked)
        if known is None or known <= left.moment:
            self._latest[account_id] = replace(report, step=left.step, left=None)
            self._asked[account_id] = left.moment

    def departure(self, report: AccountReport, asked: Asked) -> Asked:
        """Return when the requests of a reading left, which may have been queued long before, and the last step then."""
        if report.left is None or report.left <= asked.moment:
            return asked
        return Asked(moment=report.left, step=max(asked.step, self._steps.at(report.left) or 0))

    def note_step(self, step: int) -> None:
        """Remember a step of our orders that was written down just now."""
        self._steps.note(step, moment(self._clock))

    def step_at(self, then: Moment) -> int | None:
        """Return a step of our orders that was written down by then; None where this process knows of none."""
        return self._steps.at(then)

    def certain_step(self, account_id: str, late: timedelta) -> int | None:
        """Return the last step that the latest reading of an account shows, though it may be late by so much.

        None where this process did not read it, or knows of no step so long ago.
        """
        asked = self._asked.get(account_id)
        return None if asked is None else self.step_at(asked + -late)

    def awaited(self) -> Awaited:
        """Return which orders ended so lately that their fills may still be told."""
        now = moment(self._clock)
        after = self._steps.at(now + -FILLS_AWAITED)
        if after is not None:
            return Awaited(after=after, stored_since=None)
        return Awaited(after=self._steps.first, stored_since=now.at - FILLS_AWAITED)

    def restore(self, report: AccountReport) -> None:
        """Start from a reading of an earlier process: older than every other, whatever its time says."""
        self._latest.setdefault(report.account.account_id, report)

    def outdate(self, account_id: str) -> None:
        """Note that an account changed: readings asked for until now are not fresh any more."""
        self._changed[account_id] = moment(self._clock)

    def keep_unreadable(self, account_id: str, orders: tuple[str, ...]) -> None:
        """Remember which open orders could not be read the last time an account was asked for them."""
        self._unreadable[account_id] = orders

    def unreadable_orders(self, account_id: str) -> tuple[str, ...]:
        """Return the open orders that could not be read."""
        return self._unreadable.get(account_id, ())

    def is_outdated(self, account_id: str) -> bool:
        """Tell whether an account has changed since it was last read."""
        asked, changed = self._asked.get(account_id), self._changed.get(account_id)
        return changed is not None and (asked is None or asked <= changed)

    def latest(self, account_id: str) -> AccountReport | None:
        """Return the latest reading."""
        return self._latest.get(account_id)

    def asked(self, account_id: str) -> Moment | None:
        """Return when the latest reading was asked for; None if this process made none."""
        return self._asked.get(account_id)

    def no_older_than(self, account_id: str, age: timedelta) -> AccountReport | None:
        """Return the latest reading if it is at most so old, and of after the account last changed."""
        asked = self._asked.get(account_id)
        if asked is None or moment(self._clock) - asked > age or self.is_outdated(account_id):
            return None
        return self._latest.get(account_id)
