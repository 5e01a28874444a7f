"""Take the profit of guards whose target a price has reached, once the venue's order book shows it for all of it too."""

from functools import partial

from engine.clock import Clock, Moment, moment
from engine.guards.guard import AtTarget, Guard, GuardState
from engine.guards.guard_mark import mark_request
from engine.guards.sale_costs import CostsOfSales
from engine.guards.verdict import Verdict, judge, reaches_target
from engine.market.mark import Mark, PriceUnknown
from engine.market.mark_rules import look_reason, mark_from_side
from engine.market.marks import Marks
from engine.market.pushed import Pushed
from engine.market.stream_check import is_late, is_overtaken
from engine.tasks import Tasks
from engine.watch.break_even import BreakEven
from engine.watch.judging import Judging
from engine.watch.price_news import PriceNews

#: What was not confirmed is not tried again sooner: each try costs a request.
AGAIN_AFTER_S = 5.0


class Profits:
    """Confirms that a guard would win beside the looks, so that no loss waits for it."""

    def __init__(
        self,
        *,
        judging: Judging,
        news: PriceNews,
        costs: CostsOfSales,
        break_even: BreakEven,
        tasks: Tasks,
        clock: Clock,
    ) -> None:
        self._judging = judging
        self._news = news
        self._costs = costs
        self._break_even = break_even
        self._tasks = tasks
        self._clock = clock

    def consider(self, marks: Marks, guard: Guard, seen: Mark | PriceUnknown, begun: Moment) -> None:
        """Have a profit confirmed that an accepted mark shows."""
        if isinstance(seen, Mark) and self._wins(guard, seen):
            self._tasks.spawn(f"target {guard.guard_id}", partial(self._confirm, marks, guard, begun))

    def consider_tick(self, marks: Marks, guard: Guard, pushed: Pushed) -> None:
        """Have a profit confirmed that a tick shows; what is surprising about it is left to the poll."""
        now, last = moment(self._clock), self._judging.last_mark(guard)
        if not pushed.is_whole_market or is_late(pushed.quote, pushed.received, now):
            return
        seen = mark_from_side(mark_request(guard, max_age_s=marks.max_age_s), quote=pushed.quote, now=now.at)
        if isinstance(seen, Mark) and look_reason(seen, last=last) is None and not is_overtaken(seen, last):
            self.consider(marks, guard, seen, pushed.received)

    async def _confirm(self, marks: Marks, guard: Guard, begun: Moment) -> None:
        request = mark_request(guard, max_age_s=marks.max_age_s)
        shown = await marks.whole_mark(request, since=begun)
        if shown is None or not self._wins(guard, shown) or not await self._take(guard, shown, begun):
            await self._clock.sleep(AGAIN_AFTER_S)

    async def _take(self, guard: Guard, shown: Mark, begun: Moment) -> bool:
        async with self._judging.turn(guard):
            # No price, or a newer one, may have been seen meanwhile.
            if not self._judging.has_price(guard) or is_overtaken(shown, self._judging.last_mark(guard)):
                return False
            await self._news.accept(guard, shown, begun)
            if guard.at_target is AtTarget.BREAK_EVEN:
                return await self._break_even.secure(guard, shown)
            return self._judging.take_profit(guard, shown)

    def _wins(self, guard: Guard, mark: Mark) -> bool:
        # Most prices are far from any target: what selling costs is looked up for the others alone.
        if guard.state is not GuardState.ARMED or not reaches_target(guard, mark.price):
            return False
        return judge(guard, mark.price, self._costs.of(guard)) is Verdict.TAKE_PROFIT
