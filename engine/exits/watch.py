"""Watch every guard: take marks, judge them and start exits."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from itertools import groupby

from engine.alerts.outages import Watched
from engine.clock import Clock, Moment, moment
from engine.exits.execute import Exits
from engine.exits.price_alerts import PriceAlerts
from engine.exits.price_news import PriceNews
from engine.failures import Failures
from engine.guards import store as guard_rows
from engine.guards.guard import Guard, GuardState
from engine.guards.guard_mark import GuardMark, is_past, mark_request, trigger_of
from engine.guards.guard_marks import GuardMarks
from engine.market.mark import Mark, MarkRequest, PriceProblem, PriceUnknown
from engine.market.marks import Marks
from engine.market.quote_reading import QuoteReading
from engine.model.quotes import Quote
from engine.model.venues import Account, Venue
from engine.storage.database import Database
from engine.tasks import Tasks

#: A look at a venue takes no longer, so that one that hangs is looked at again before its alarm is due.
LOOK_BUDGET_S = 10.0
#: Whatever is due by then, a venue gets so long to answer.
LEAST_S = 2.0
#: Looks come in steps: an alarm that the next one would raise just too late is raised before.
ALARM_EARLY_S = 0.5
#: What a venue that does not answer looks like; a shut market is not queried.
_GIVES_NONE = frozenset(
    {
        PriceProblem.NO_QUOTE,
        PriceProblem.NO_ANSWER,
        PriceProblem.NO_PRICES,
        PriceProblem.NOT_CONNECTED,
        PriceProblem.MARKET_CLOSED,
    }
)


class Watch:
    """Looks at each venue's prices on its own, so that one that hangs delays no other."""

    def __init__(
        self,
        *,
        database: Database,
        marks: Mapping[Venue, Marks],
        exits: Exits,
        guard_marks: GuardMarks,
        clock: Clock,
        tasks: Tasks,
        price_max_age_s: float,
    ) -> None:
        self._database = database
        self._exits = exits
        self._clock = clock
        self._tasks = tasks
        self._alarm_after = timedelta(seconds=price_max_age_s - min(ALARM_EARLY_S, price_max_age_s / 10))
        self._marks = marks
        self._guard_marks = guard_marks
        self._news = PriceNews(
            alerts=PriceAlerts(database=database, clock=clock),
            guard_marks=guard_marks,
            clock=clock,
            alarm_after=self._alarm_after,
        )
        #: When every watched venue was last looked at to the end.
        self._looked_at: dict[Venue, Moment] = {}

    @property
    def guard_marks(self) -> Mapping[str, GuardMark]:
        """Return what is seen of each guard, by guard id."""
        return self._guard_marks.by_id

    @property
    def looked_at(self) -> Mapping[Venue, Moment]:
        """Return when each venue's guards were last looked at to the end."""
        return self._looked_at

    async def cycle(self) -> None:
        """Start one look at every venue that has guards and is not being looked at already.

        Raises:
            ExceptionGroup: unfinished exits could not be taken up, or what was reported before could not be read.

        """
        async with self._database.read() as session:
            watched = await guard_rows.load_watched(session)
        failures = Failures()
        if not self._guard_marks.is_restored:
            with failures.turn_of("what was told of prices before"):
                await self._news.restore()
        with failures.turn_of("unfinished exits"):
            await self._exits.resume()
        # One that is being sold is looked at too: a sale that is refused stands down when its price came back.
        looked_at = sorted(
            (guard for guard in watched if guard.state is not GuardState.PAUSED),
            key=lambda guard: guard.venue,
        )
        self._guard_marks.keep({guard.guard_id for guard in watched})
        for venue, guards in groupby(looked_at, key=lambda guard: guard.venue):
            self._tasks.spawn(f"look {venue}", partial(self.look, venue, tuple(guards)))
        failures.raise_together("exits or what was told before could not be taken up")

    async def look(self, venue: Venue, guards: tuple[Guard, ...]) -> None:
        """Judge a venue's guards once."""
        marks = self._marks.get(venue)
        if marks is None:
            # Its key was taken out of the settings; the owner is alerted that it is not watched.
            for guard in guards:
                await self._news.accept(guard, PriceUnknown(problem=PriceProblem.NOT_CONNECTED))
            await self._news.report_together(guards)
            return
        begun = moment(self._clock)
        symbols = {guard.symbol for guard in guards}
        reading = await marks.fetch_quotes(symbols, within_s=self._left_s(guards, begun))
        differed = marks.checks.differing()
        alike = [guard for guard in guards if guard.symbol not in differed]
        failures = await self._judge_all(marks, alike, reading, begun)
        # Now, because a second source may take its time.
        failures += await self._news.report_all(alike)
        # The second source is queried after the first was judged by, so that it delays no sale.
        failures += await marks.checks.run(reading.quotes, wanted=_wanted(guards, marks.max_age_s))
        differing = differed | marks.checks.differing()
        unlike = [guard for guard in guards if guard.symbol in differing]
        failures += await self._judge_all(marks, unlike, reading, begun)
        failures += await self._news.report_all(guards)
        if failures:
            raise ExceptionGroup(f"guards at {venue.label} were not judged", failures)
        if reading.quotes:
            self._looked_at[venue] = moment(self._clock)

    async def _judge_all(
        self, marks: Marks, guards: Sequence[Guard], reading: QuoteReading, begun: Moment
    ) -> list[Exception]:
        """Judge guards together and return what went wrong: one must not keep the others from it."""
        judged = await asyncio.gather(
            *(self._judge(marks, guard, reading.of(guard.symbol), begun) for guard in guards),
            return_exceptions=True,
        )
        outcomes = zip(guards, judged, strict=True)
        blind = [guard for guard, outcome in outcomes if isinstance(outcome, Exception)]
        unjudged = PriceUnknown(problem=PriceProblem.NOT_JUDGED)
        # The alarm counts on, unless reporting is what failed.
        await asyncio.gather(*(self._news.accept(guard, unjudged) for guard in blind), return_exceptions=True)
        return [failure for failure in judged if isinstance(failure, Exception)]

    def _left_s(self, guards: Sequence[Guard], begun: Moment) -> float:
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

    async def watched(self, account: Account) -> Watched:
        """Return whether an account has guards, and whether its owner knows that none of them has a price."""
        async with self._database.read() as session:
            guards = await guard_rows.load_open_guards(session, account.account_id)
        return Watched(is_guarded=bool(guards), is_alarmed=self._has_price_alarm(guards))

    def _has_price_alarm(self, guards: Sequence[Guard]) -> bool:
        guard_marks = [
            self._guard_marks.of(guard) for guard in guards if guard.state is not GuardState.PAUSED
        ]
        return all(_is_unanswered(guard_mark) for guard_mark in guard_marks) and any(
            one.unknown_reported for one in guard_marks
        )

    async def _judge(self, marks: Marks, guard: Guard, quoted: Quote | PriceUnknown, begun: Moment) -> None:
        try:
            async with asyncio.timeout(self._left_s([guard], begun)):
                request = mark_request(guard, max_age_s=marks.max_age_s)
                seen = await marks.look(request, quoted, last=self._guard_marks.of(guard).last)
        except TimeoutError:
            seen = PriceUnknown(problem=PriceProblem.NO_ANSWER)
        # Accepting a mark may involve a report, which may fail or take long.
        self._begin_if_breached(guard, seen)
        await self._news.accept(guard, seen, begun)

    def _begin_if_breached(self, guard: Guard, seen: Mark | PriceUnknown) -> None:
        if guard.state is GuardState.ARMED and isinstance(seen, Mark) and is_past(guard, seen):
            unseen = self._guard_marks.unseen(guard, moment(self._clock))
            self._exits.begin(guard, trigger_of(guard, seen, now=self._clock.now(), unseen=unseen))


def _wanted(guards: Iterable[Guard], max_age_s: float) -> Mapping[str, Sequence[MarkRequest]]:
    """Return the prices that the guards of each instrument are judged by."""
    by_symbol = defaultdict[str, list[MarkRequest]](list)
    for guard in guards:
        by_symbol[guard.symbol].append(mark_request(guard, max_age_s=max_age_s))
    return by_symbol


def _is_unanswered(guard_mark: GuardMark) -> bool:
    """Return whether a price is missing because its venue gives none, not because what it gives is odd."""
    return isinstance(guard_mark.current, PriceUnknown) and guard_mark.current.problem in _GIVES_NONE
