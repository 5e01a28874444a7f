"""From a price to a sale: the one way on which a guard is judged, whether its price was polled or pushed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from weakref import WeakValueDictionary

from engine.clock import Clock, Moment, moment
from engine.exits.execute import Exits
from engine.guards.guard import Guard, GuardState
from engine.guards.guard_mark import is_past, mark_request, trigger_of
from engine.guards.guard_marks import GuardMarks
from engine.market.mark import Mark, PriceProblem, PriceUnknown
from engine.market.marks import BOOK_BESIDE_POLLS_S, Marks
from engine.model.quotes import Quote

#: A look at a venue takes no longer, so that one that hangs is looked at again before its alarm is due.
LOOK_BUDGET_S = 10.0
#: Whatever is due by then, a venue gets so long to answer.
LEAST_S = BOOK_BESIDE_POLLS_S + 0.5


class Judging:
    """Turns a quote into a guard's mark and begins its exit where that is past its threshold."""

    def __init__(
        self, *, exits: Exits, guard_marks: GuardMarks, clock: Clock, alarm_after: timedelta
    ) -> None:
        self._exits = exits
        self._guard_marks = guard_marks
        self._clock = clock
        #: So long a price may be missing before that is reported.
        self._alarm_after = alarm_after
        self._turns = WeakValueDictionary[str, asyncio.Lock]()

    @asynccontextmanager
    async def turn(self, guard: Guard) -> AsyncIterator[None]:
        """Wait until nobody else judges a guard: what one has seen of it the next one must know."""
        lock = self._turns.setdefault(guard.guard_id, asyncio.Lock())
        async with lock:
            yield

    async def judge(
        self, marks: Marks, guard: Guard, quoted: Quote | PriceUnknown, begun: Moment
    ) -> Mark | PriceUnknown:
        """Return the mark a guard was judged by, or why there is none; its exit has begun if it was to be sold."""
        try:
            async with asyncio.timeout(self.left_s([guard], begun)):
                request = mark_request(guard, max_age_s=marks.max_age_s)
                seen = await marks.mark_of(request, quoted, last=self._guard_marks.of(guard).last)
        except TimeoutError:
            seen = PriceUnknown(problem=PriceProblem.NO_ANSWER)
        self.act_on(guard, seen)
        return seen

    def last_mark(self, guard: Guard) -> Mark | None:
        """Return the last mark that was accepted of a guard."""
        return self._guard_marks.of(guard).last

    def has_price(self, guard: Guard) -> bool:
        """Return whether the latest look at a guard brought a price."""
        return isinstance(self._guard_marks.of(guard).current, Mark)

    def left_s(self, guards: Sequence[Guard], begun: Moment) -> float:
        """Return for how long a look may go on: no longer than until a missing price of theirs is to be reported."""
        now, waiting = moment(self._clock), [self._guard_marks.of(guard) for guard in guards]
        missing = [
            now - (guard_mark.unknown_since or begun)
            for guard_mark in waiting
            if not guard_mark.unknown_reported
        ]
        left = min((self._alarm_after - one for one in missing), default=self._alarm_after)
        # Two looks fit before an alarm.
        budget_s = min(LOOK_BUDGET_S, self._alarm_after.total_seconds() / 2)
        return max(LEAST_S, min(budget_s - (now - begun).total_seconds(), left.total_seconds()))

    def act_on(self, guard: Guard, seen: Mark | PriceUnknown) -> None:
        """Begin a guard's exit if what was seen of it is past its threshold; its turn is held meanwhile."""
        if guard.state is GuardState.ARMED and isinstance(seen, Mark) and is_past(guard, seen):
            unseen = self._guard_marks.unseen(guard, moment(self._clock))
            self._exits.begin(guard, trigger_of(guard, seen, now=self._clock.now(), unseen=unseen))

    def take_profit(self, guard: Guard, seen: Mark) -> bool:
        """Begin the exit of a guard that wins at a confirmed mark; its turn is held meanwhile."""
        return self._exits.begin(guard, trigger_of(guard, seen, now=self._clock.now(), target=guard.target))
