"""What is new of the prices that guards are judged by: kept, and reported once for all guards of an account."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from engine.clock import Clock, Moment, moment
from engine.failures import Failures
from engine.guards.guard import Guard, GuardState
from engine.guards.guard_mark import after_look, after_report, due_event
from engine.guards.guard_marks import GuardMarks
from engine.market.mark import Mark, PriceUnknown
from engine.model.price_event import PriceEvent
from engine.watch.price_alerts import PriceAlerts


class PriceNews:
    """Reports missing prices, wide spreads and their end."""

    def __init__(
        self, *, alerts: PriceAlerts, guard_marks: GuardMarks, clock: Clock, alarm_after: timedelta
    ) -> None:
        self._alerts = alerts
        self._guard_marks = guard_marks
        self._clock = clock
        #: So long a price may be missing before that is reported.
        self._alarm_after = alarm_after

    async def restore(self) -> None:
        """Take up what an earlier process reported."""
        self._guard_marks.restore(await self._alerts.load_reported())

    async def accept(self, guard: Guard, seen: Mark | PriceUnknown, begun: Moment | None = None) -> None:
        """Store what was seen and report what is new of it; missing prices and their return once for all guards."""
        before, now = self._guard_marks.of(guard), moment(self._clock)
        after, of_spread = after_look(before, seen, now=now, begun=begun)
        if of_spread is None:
            self._guard_marks.put(guard.guard_id, after)
            return
        # What is seen counts before it is reported; where that fails, the next look reports it.
        self._guard_marks.put(guard.guard_id, replace(before, current=after.current))
        spread = before.spread if of_spread is PriceEvent.NARROW_SPREAD else after.spread
        await self._alerts.write(
            [guard], of_spread, [replace(after, reminders=before.reminders, spread=spread)]
        )
        self._guard_marks.put(guard.guard_id, after)

    async def report_all(self, guards: Sequence[Guard]) -> list[Exception]:
        """Report what is new of prices and return what went wrong: it must not keep the look from going on."""
        outcomes = await asyncio.gather(self.report_together(guards), return_exceptions=True)
        return [failure for failure in outcomes if isinstance(failure, Exception)]

    async def report_together(self, guards: Sequence[Guard]) -> None:
        """Report to each owner once all guards that still lack a price, and all that have one again.

        Raises:
            ExceptionGroup: reports that failed; the next look repeats them.

        """
        by_account = defaultdict[str, list[Guard]](list)
        for guard in guards:
            by_account[guard.account_id].append(guard)
        failures = Failures()
        for account_id, ones in by_account.items():
            with failures.turn_of(f"prices that are back, {account_id}"):
                await self._report(PriceEvent.BACK, self._due(PriceEvent.BACK, ones))
            with failures.turn_of(f"missing prices, {account_id}"):
                await self._report_missing(ones)
        failures.raise_together("some of what is new of prices was not reported")

    async def _report_missing(self, guards: Sequence[Guard]) -> None:
        due = self._due(PriceEvent.UNKNOWN, guards)
        if not due:
            return
        # One that was reported a moment ago is named with those that are due.
        missing = [
            *due,
            *(one for one in guards if one not in due and self._guard_marks.of(one).unknown_reported),
        ]
        missing = [guard for guard in missing if self._guard_marks.of(guard).is_unknown]
        await self._report(PriceEvent.UNKNOWN, missing)

    def _due(self, event: PriceEvent, guards: Sequence[Guard]) -> list[Guard]:
        """Return the guards of which this is to be reported now."""
        now = moment(self._clock)
        return [guard for guard in guards if self._due_event(guard, now) is event]

    def _due_event(self, guard: Guard, now: Moment) -> PriceEvent | None:
        is_closing = guard.state is GuardState.CLOSING
        return due_event(
            self._guard_marks.of(guard), now=now, alarm_after=self._alarm_after, is_closing=is_closing
        )

    async def _report(self, event: PriceEvent, guards: Sequence[Guard]) -> None:
        if not guards:
            return
        now = moment(self._clock)
        await self._alerts.write(guards, event, [self._guard_marks.of(guard) for guard in guards])
        for guard in guards:
            # As it is by now: a tick may have been seen while this was written.
            after = after_report(self._guard_marks.of(guard), event, now=now)
            self._guard_marks.put(guard.guard_id, after)
