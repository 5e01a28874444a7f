"""Watch every guard: take marks, judge them and start exits."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import groupby

from engine.alerts.outages import Watched
from engine.clock import Clock, Moment, moment
from engine.exits.execute import Exits
from engine.failures import Failures
from engine.guards import store as guard_rows
from engine.guards.guard import Guard, GuardState
from engine.guards.guard_mark import GuardMark, mark_request
from engine.guards.guard_marks import GuardMarks
from engine.market.mark import MarkRequest, PriceProblem, PriceUnknown
from engine.market.marks import Marks
from engine.market.quote_reading import QuoteReading
from engine.model.quotes import Quote
from engine.model.venues import Account, Venue
from engine.storage.database import Database
from engine.tasks import Tasks
from engine.watch.judging import Judging
from engine.watch.price_news import PriceNews
from engine.watch.profits import Profits
from engine.watch.ticks import Ticks
from engine.watch.trailing import Trailing

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
        judging: Judging,
        news: PriceNews,
        profits: Profits,
        trailing: Trailing,
        ticks: Ticks,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self._database = database
        self._exits = exits
        self._clock = clock
        self._tasks = tasks
        self._marks = marks
        self._guard_marks = guard_marks
        self._judging = judging
        self._news = news
        self._profits = profits
        self._trailing = trailing
        self._ticks = ticks
        #: When every watched venue was last looked at to the end.
        self._looked_at: dict[Venue, Moment] = {}
        #: Why the latest question for prices failed, by venue; one that was answered is not in it.
        self._polling_failed: dict[Venue, PriceProblem] = {}

    @property
    def guard_marks(self) -> Mapping[str, GuardMark]:
        """Return what is seen of each guard, by guard id."""
        return self._guard_marks.by_id

    @property
    def looked_at(self) -> Mapping[Venue, Moment]:
        """Return when each venue's guards were last looked at to the end."""
        return self._looked_at

    @property
    def polling_failed(self) -> Mapping[Venue, PriceProblem]:
        """Return of which venues no price could be polled at the latest look, and why."""
        return self._polling_failed

    async def cycle(self) -> None:
        """Start one look at every venue that has guards and is not being looked at already.

        Raises:
            ExceptionGroup: unfinished exits could not be taken up, or what was reported before could not be read.

        """
        version = self._ticks.version
        async with self._database.read() as session:
            watched = await guard_rows.load_watched(session)
        self._ticks.follow(watched, version=version)
        failures = Failures()
        if not self._guard_marks.is_restored:
            with failures.turn_of("price alerts of earlier processes"):
                await self._news.restore()
        with failures.turn_of("unfinished exits"):
            await self._exits.resume()
        # One that is being sold is looked at too: a sale that is refused stands down when its price came back.
        wanted = [guard for guard in watched if guard.state is not GuardState.PAUSED]
        looked_at = sorted(self._guard_marks.in_order(wanted), key=lambda guard: guard.venue)
        self._guard_marks.keep({guard.guard_id for guard in watched})
        for venue, guards in groupby(looked_at, key=lambda guard: guard.venue):
            self._tasks.spawn(f"look {venue}", partial(self.look, venue, tuple(guards)))
        failures.raise_together("exits or alerts of earlier processes could not be taken up")

    async def look(self, venue: Venue, guards: tuple[Guard, ...]) -> None:
        """Judge a venue's guards once."""
        marks = self._marks.get(venue)
        if marks is None:
            # Its key was taken out of the settings; the owner is alerted that it is not watched.
            for guard in guards:
                async with self._judging.turn(guard):
                    await self._news.accept(guard, PriceUnknown(problem=PriceProblem.NOT_CONNECTED))
            await self._news.report_together(guards)
            return
        begun = moment(self._clock)
        symbols = {guard.symbol for guard in guards}
        reading = await marks.fetch_quotes(symbols, within_s=self._judging.left_s(guards, begun))
        marks.pushed.compare(symbols, reading.quotes, requested=begun)
        differed = marks.checks.differing()
        agreeing = [guard for guard in guards if guard.symbol not in differed]
        # What was answered waits for no order book of what was not.
        failures, (others, held) = await asyncio.gather(
            self._judge_all(marks, [one for one in agreeing if one.symbol in reading.quotes], reading, begun),
            self._judge_by_books(marks, guards, reading, begun),
        )
        failures += others
        # Now, because a second source may take its time.
        failures += await self._news.report_all(agreeing)
        # The second source is queried after the first was judged by, so that it delays no sale.
        failures += await marks.checks.run(reading.quotes, wanted=_wanted(guards, marks.max_age_s))
        differing = differed | marks.checks.differing()
        contradicted = [guard for guard in guards if guard.symbol in differing]
        failures += await self._judge_all(marks, contradicted, held, begun)
        failures += await self._news.report_all(guards)
        if failures:
            raise ExceptionGroup(f"guards at {venue.label} were not judged", failures)
        if held.quotes:
            self._looked_at[venue] = moment(self._clock)

    async def _judge_by_books(
        self, marks: Marks, guards: Sequence[Guard], reading: QuoteReading, begun: Moment
    ) -> tuple[list[Exception], QuoteReading]:
        """Judge what a reading has no quote of, with the order books that stand in for it; return what those added too."""
        symbols, differed = {guard.symbol for guard in guards}, marks.checks.differing()
        held = await marks.with_books(symbols, reading, within_s=self._judging.left_s(guards, begun))
        self._note_polling(marks.venue, held)
        unpolled = [one for one in guards if one.symbol not in reading.quotes.keys() | differed]
        return await self._judge_all(marks, unpolled, held, begun), held

    def _note_polling(self, venue: Venue, reading: QuoteReading) -> None:
        if reading.failed is None:
            self._polling_failed.pop(venue, None)
        else:
            self._polling_failed[venue] = reading.no_quote.problem

    async def _judge_all(
        self, marks: Marks, guards: Sequence[Guard], reading: QuoteReading, begun: Moment
    ) -> list[Exception]:
        """Judge guards together and return what went wrong: one must not keep the others from it."""
        judged = await asyncio.gather(
            *(self._judge(marks, guard, reading.of(guard.symbol), begun) for guard in guards),
            return_exceptions=True,
        )
        return [failure for failure in judged if isinstance(failure, Exception)]

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
        async with self._judging.turn(guard):
            try:
                # Accepting a mark may involve a report, which may fail or take long.
                seen = await self._judging.judge(marks, guard, quoted, begun)
                await self._news.accept(guard, seen, begun)
                self._profits.consider(marks, guard, seen, begun)
                self._trailing.consider(marks, guard, seen, begun)
            except Exception:
                # Within the turn: what a tick shows after it is newer. The alarm counts on, unless reporting is what failed.
                with suppress(Exception):
                    await self._news.accept(guard, PriceUnknown(problem=PriceProblem.NOT_JUDGED))
                raise


def _wanted(guards: Iterable[Guard], max_age_s: float) -> Mapping[str, Sequence[MarkRequest]]:
    """Return the prices that the guards of each instrument are judged by."""
    by_symbol = defaultdict[str, list[MarkRequest]](list)
    for guard in guards:
        by_symbol[guard.symbol].append(mark_request(guard, max_age_s=max_age_s))
    return by_symbol


def _is_unanswered(guard_mark: GuardMark) -> bool:
    """Return whether a price is missing because its venue gives none, not because what it gives is odd."""
    return isinstance(guard_mark.current, PriceUnknown) and guard_mark.current.problem in _GIVES_NONE
