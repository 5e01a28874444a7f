"""Take up paused guards again: never at a cost that says nothing any more, and never into a sale that was not confirmed."""

from collections.abc import Sequence
from dataclasses import replace

from engine.alerts.questions import About, Armed, ChoiceKind
from engine.clock import Clock
from engine.guards import store as rows
from engine.guards.changes import resume
from engine.guards.guard import Guard, GuardState, Seen
from engine.guards.guard_mark import is_past, ratio_of
from engine.guards.store import StaleGuardError
from engine.market.mark import Mark, PriceUnknown
from engine.offers.inquiry import Inquiry
from engine.offers.offering import GuardProposal, may_resume, propose_paused, propose_resuming
from engine.offers.outcomes import GuardChanged, Nothing, Outcome, Outdated, StaysPaused
from engine.offers.questions import Button
from engine.offers.shown import ConfirmedPositions, may_sell
from engine.portfolio.position import Position
from engine.storage.database import Database


class Resuming:
    """Answers *Guard again* and the further question when that would sell at once."""

    def __init__(self, *, inquiry: Inquiry, database: Database, clock: Clock) -> None:
        self._inquiry = inquiry
        self._database = database
        self._clock = clock

    async def resume(self, pressed: ConfirmedPositions) -> Outcome:
        """Let the paused guard of a button watch again, or ask further."""
        for position in await self._inquiry.find_again(pressed):
            guard = position.guard
            if guard is None or guard.state is not GuardState.PAUSED:
                continue
            return await self._resume(pressed, position, guard)
        return Nothing(why=Outdated.NO_PAUSED_GUARD)

    async def _resume(self, pressed: ConfirmedPositions, position: Position, guard: Guard) -> Outcome:
        kept = resume(guard, there=position.sellable, venue_entry=position.venue_entry)
        if kept.state is GuardState.CLOSED:
            return Nothing(why=Outdated.GONE)
        if not may_resume(guard, position):
            proposal = propose_paused(position, guard)
            return await self._inquiry.offer(pressed.user_id, About.PAUSED, [proposal], buttons_of(proposal))
        [confirmed] = await self._inquiry.confirm([position], quantity=kept.quantity)
        mark = confirmed.mark
        if isinstance(mark, PriceUnknown):
            return StaysPaused(symbol=guard.symbol, venue=guard.venue, problem=mark.problem)
        if is_past(kept, mark) and not self._is_confirmed(pressed, kept, mark):
            proposal = propose_resuming(confirmed, kept, mark)
            buttons = (*buttons_of(proposal), Button(kind=ChoiceKind.LEAVE_ALONE, keys=(guard.key,)))
            return await self._inquiry.offer(pressed.user_id, About.WOULD_SELL, [proposal], buttons)
        outcome = await self._go_on(guard, kept, position.seen)
        if not isinstance(outcome, Armed):
            return outcome
        shown = pressed.shown.of(kept.key)
        is_sold, was_to_be_sold = is_past(kept, mark), shown is not None and shown.resumes
        return replace(
            outcome,
            sold_now=outcome.guards if is_sold else (),
            not_sold=outcome.guards if was_to_be_sold and not is_sold else (),
        )

    def _is_confirmed(self, pressed: ConfirmedPositions, kept: Guard, mark: Mark) -> bool:
        shown = pressed.shown.of(kept.key)
        return (
            shown is not None
            and shown.resumes
            and may_sell(
                shown,
                quantity=kept.quantity,
                cost=kept.cost,
                ratio=ratio_of(kept, mark),
                now=self._clock.now(),
            )
        )

    async def _go_on(self, guard: Guard, kept: Guard, seen: Seen) -> Outcome:
        now = self._clock.now()
        try:
            async with self._database.write() as session:
                await rows.save_guard(session, kept, was=guard, now=now, cause="resumed by its owner")
                await rows.note_seen(session, guard.guard_id, seen)
        except StaleGuardError:
            return Nothing(why=GuardChanged(symbol=guard.symbol))
        return Armed(guards=(kept,))


def buttons_of(proposal: GuardProposal) -> Sequence[Button]:
    """Return one button for each choice of a proposal."""
    return [Button(kind=kind, keys=(proposal.key,)) for kind in proposal.choices]
