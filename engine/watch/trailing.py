"""Let a trailing stop follow the price, once the venue's order book shows that price for all that is guarded."""

from contextlib import suppress
from functools import partial

from engine.clock import Clock, Moment
from engine.guards import store as guard_rows
from engine.guards.guard import Guard, GuardState
from engine.guards.guard_mark import mark_request
from engine.guards.stop import with_stop_behind
from engine.guards.store import StaleGuardError
from engine.market.mark import Mark, PriceUnknown
from engine.market.marks import Marks
from engine.model.holdings import Direction
from engine.storage.database import Database
from engine.tasks import Tasks


class Trailing:
    """Writes each step of a stop down with its guard, so that a restart knows it; no look waits for it."""

    def __init__(self, *, database: Database, tasks: Tasks, clock: Clock) -> None:
        self._database = database
        self._tasks = tasks
        self._clock = clock

    def consider(self, marks: Marks, guard: Guard, seen: Mark | PriceUnknown, begun: Moment) -> None:
        """Have a stop follow an accepted mark."""
        if guard.state is not GuardState.ARMED or not isinstance(seen, Mark):
            return
        if with_stop_behind(guard, seen.price) != guard:
            self._tasks.spawn(f"stop {guard.guard_id}", partial(self._follow, marks, guard, seen, begun))

    async def _follow(self, marks: Marks, guard: Guard, seen: Mark, begun: Moment) -> None:
        shown = await marks.whole_mark(mark_request(guard, max_age_s=marks.max_age_s), since=begun)
        if shown is None:
            return
        nearer = min if guard.direction is Direction.LONG else max
        raised = with_stop_behind(guard, nearer(seen.price, shown.price))
        if raised == guard:
            return
        # What changed it meanwhile is newer; the next look tries again.
        with suppress(StaleGuardError):
            async with self._database.write() as session:
                await guard_rows.save_guard(
                    session, raised, was=guard, now=self._clock.now(), cause="its stop followed the price"
                )
