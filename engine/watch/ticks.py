"""Judge guards the moment a price is pushed that reaches them; whatever that misses, the next poll sees."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import partial

from engine.clock import Clock, moment
from engine.guards.guard import Guard, GuardState
from engine.guards.guard_mark import mark_request
from engine.guards.store import changed_guards
from engine.guards.trigger_index import TriggerIndex
from engine.market.marks import Marks
from engine.market.pushed import Pushed
from engine.market.stream_check import is_late, is_overtaken
from engine.model.venues import Venue
from engine.storage.session import DatabaseSession
from engine.tasks import Tasks
from engine.watch.judging import Judging
from engine.watch.price_news import PriceNews
from engine.watch.profits import Profits

#: A guard that a tick reached and that was not sold is judged by the next one so much later: each may cost requests.
AGAIN_AFTER_S = 1.0
#: The same where each costs one for certain, because the tick is of a part of the market.
AGAIN_AFTER_PART_S = 5.0


class Ticks:
    """Leads each pushed price to the guards it reaches."""

    def __init__(
        self,
        *,
        marks: Mapping[Venue, Marks],
        judging: Judging,
        news: PriceNews,
        profits: Profits,
        tasks: Tasks,
        clock: Clock,
    ) -> None:
        self._marks = marks
        self._judging = judging
        self._news = news
        self._profits = profits
        self._tasks = tasks
        self._clock = clock
        self._triggers = TriggerIndex()
        #: By venue, the instruments that are wanted.
        self._wanted: dict[Venue, frozenset[str]] = {}
        for venue, one in marks.items():
            one.pushed.listen(partial(self._take, venue))

    @property
    def version(self) -> int:
        """Return how often a commit changed what is watched."""
        return self._triggers.version

    def follow(self, watched: Iterable[Guard], *, version: int) -> None:
        """Watch what was read when this many commits had changed it, and have its prices pushed."""
        active = [guard for guard in watched if guard.state is not GuardState.PAUSED]
        is_latest = version == self._triggers.version
        if is_latest:
            self._triggers.replace(active)
        # What commits have changed meanwhile is known to be newer.
        self._want(active, also={} if is_latest else self._wanted)
        for venue in self._marks:
            self._read(venue)

    def note_commit(self, session: DatabaseSession) -> None:
        """Follow what a transaction has made of guards."""
        if changed := changed_guards(session):
            self._triggers.change(changed)
            self._want((guard for guard in changed if guard.state is GuardState.ARMED), also=self._wanted)

    def _want(self, guards: Iterable[Guard], *, also: Mapping[Venue, frozenset[str]]) -> None:
        symbols = defaultdict[Venue, set[str]](set)
        for guard in guards:
            symbols[guard.venue].add(guard.symbol)
        for venue, marks in self._marks.items():
            wanted = also.get(venue, frozenset()) | symbols[venue]
            if wanted != self._wanted.get(venue, frozenset()):
                self._wanted[venue] = wanted
                marks.pushed.want(wanted)
                self._read(venue)

    def _read(self, venue: Venue) -> None:
        """Read every stream that is needed and not being read: one that has ended is begun again by the next cycle."""
        pushed = self._marks[venue].pushed
        for stream in pushed.streams if self._wanted.get(venue) else ():
            self._tasks.spawn(f"stream {stream.name}", partial(pushed.run, stream))

    def _take(self, venue: Venue, pushed: Pushed) -> None:
        for guard in self._reached(venue, pushed):
            self._tasks.spawn(f"tick {guard.guard_id}", partial(self._judge_until_quiet, venue, guard))
        for guard in self._at_target(venue, pushed):
            self._profits.consider_tick(self._marks[venue], guard, pushed)

    def _at_target(self, venue: Venue, pushed: Pushed) -> Collection[Guard]:
        if pushed.sides is None:
            return ()
        bid, ask = pushed.sides
        return self._triggers.at_target(venue, pushed.quote.symbol, bid=bid, ask=ask)

    def _reached(self, venue: Venue, pushed: Pushed) -> Collection[Guard]:
        if pushed.sides is None:
            return ()
        bid, ask = pushed.sides
        return self._triggers.reached(venue, pushed.quote.symbol, bid=bid, ask=ask)

    async def _judge_until_quiet(self, venue: Venue, guard: Guard) -> None:
        """Judge a guard by the latest tick, and by those that come meanwhile, until one does not reach it."""
        judged: Pushed | None = None
        found: Guard | None = guard
        while found is not None:
            pushed = self._marks[venue].pushed.believed(guard.symbol)
            if pushed is None or pushed is judged:
                return
            await self._judge(venue, found, pushed)
            judged = pushed
            await self._clock.sleep(AGAIN_AFTER_S if pushed.is_whole_market else AGAIN_AFTER_PART_S)
            found = self._still_reached(venue, guard)

    def _still_reached(self, venue: Venue, guard: Guard) -> Guard | None:
        """Return a guard as it is now if the latest tick reaches it, and is not too old to sell."""
        pushed = self._marks[venue].pushed.believed(guard.symbol)
        if pushed is None or is_late(pushed.quote, pushed.received, moment(self._clock)):
            return None
        if is_overtaken(pushed.quote, self._judging.last_mark(guard)):
            return None
        return next((one for one in self._reached(venue, pushed) if one.guard_id == guard.guard_id), None)

    async def _judge(self, venue: Venue, guard: Guard, pushed: Pushed) -> None:
        """Have a breach confirmed before the guard's turn, so that no poll waits for it, and sell by what is true then."""
        begun, marks = moment(self._clock), self._marks[venue]
        request = mark_request(guard, max_age_s=marks.max_age_s)
        seen = await marks.mark_of_tick(request, pushed, last=self._judging.last_mark(guard))
        if seen is None:
            # That there is no price is for the poll to say.
            return
        async with self._judging.turn(guard):
            # The price may have come back meanwhile, and what was pushed while the process stood still is read by now.
            reached = self._still_reached(venue, guard)
            if reached is None or is_overtaken(seen, self._judging.last_mark(guard)):
                return
            self._judging.act_on(reached, seen)
            await self._news.accept(reached, seen, begun)
