"""Whether an exit that takes a profit still wins by the prices of now, and whether it or that of a part is one of a loss by then."""

from dataclasses import replace

from engine.clock import moment
from engine.exits.context import ExitContext
from engine.exits.manual_close import leaves_guarded
from engine.guards.guard import Guard
from engine.guards.guard_mark import is_past, mark_request, trigger_of
from engine.guards.verdict import Verdict, judge
from engine.market.feed import VenueMarket
from engine.market.mark import Mark
from engine.market.whole_mark import read_whole_mark
from engine.orders.intents import Intent, Trigger

#: Any quote of the book just read is of now.
BOOK_MAX_AGE_S = 15.0


class ProfitCheck:
    """Judges one exit before its orders; what no price shows does not win."""

    def __init__(self, guard: Guard, *, context: ExitContext, market: VenueMarket) -> None:
        self._guard = guard
        self._context = context
        self._market = market

    def wins_by_mark(self, trigger: Trigger) -> bool:
        """Return whether an exit may go by the latest mark; one that takes no profit always may."""
        current = self._context.guard_marks.of(self._guard).current
        return trigger.target is None or (isinstance(current, Mark) and self._wins(current))

    async def is_gone(self) -> bool:
        """Return whether the venue shows no profit for all of it any more."""
        request = mark_request(self._guard, max_age_s=BOOK_MAX_AGE_S)
        shown = await read_whole_mark(
            self._market, request, clock=self._context.clock, since=moment(self._context.clock)
        )
        return shown is None or not self._wins(shown)

    async def as_breach(self, intent: Intent) -> Intent | None:
        """Return an exit that was to take a profit, or to sell a part, as that of all with a loss; None if it is none."""
        current, trigger = self._context.guard_marks.of(self._guard).current, intent.trigger
        if trigger is None or not isinstance(current, Mark) or not is_past(self._guard, current):
            return None
        if trigger.target is None and not leaves_guarded(trigger.manual):
            return None
        breach = trigger_of(self._guard, current, now=self._context.clock.now())
        return await self._context.journal.orders.retrigger(intent, replace(breach, paid=trigger.paid))

    def _wins(self, mark: Mark) -> bool:
        costs = self._context.costs_of_sales.of(self._guard)
        return judge(self._guard, mark.price, costs) is Verdict.TAKE_PROFIT
