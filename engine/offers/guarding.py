"""Guarding and unguarding at the owner's request: offers first, changes only by a confirmed button."""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal

from engine.alerts.questions import About, Armed, ChoiceKind, Offer
from engine.clock import Clock
from engine.guards import store as rows
from engine.guards.guard import Guard, GuardState
from engine.model.guard_reasons import GuardReason
from engine.model.venues import Venue
from engine.offers.answers import Answers
from engine.offers.copies import guard_here
from engine.offers.inquiry import Inquiry
from engine.offers.not_held import HoldingUnknown, NotHeld, Wanted
from engine.offers.outcomes import (
    BeingSold,
    LeftAlone,
    NotGuarded,
    Nothing,
    Outcome,
    Outdated,
    SaleBegun,
    Unguarded,
)
from engine.offers.questions import Button, choosing_buttons, overview_buttons, single_buttons
from engine.offers.questions_store import load_open_choices
from engine.offers.resuming import Resuming
from engine.offers.setter import GuardSetter
from engine.offers.shown import GUARD_BUTTONS, ConfirmedPositions
from engine.portfolio.position import Position
from engine.portfolio.service import PortfolioService
from engine.storage.database import Database
from engine.storage.session import DatabaseSession


class GuardService:
    """Answers `/guard`, `/unguard` and every button that changes a guard."""

    #: Of every new guard.
    threshold: Decimal

    def __init__(
        self,
        *,
        portfolio: PortfolioService,
        database: Database,
        clock: Clock,
        threshold: Decimal,
        setter: GuardSetter,
    ) -> None:
        self.threshold = threshold
        self._database = database
        self._clock = clock
        self._inquiry = Inquiry(portfolio=portfolio, database=database, clock=clock, threshold=threshold)
        self._answers = Answers(inquiry=self._inquiry, setter=setter, clock=clock)
        self._resuming = Resuming(inquiry=self._inquiry, database=database, clock=clock)

    async def offer_guard(self, user_id: int, symbol: str | None, venue: Venue | None) -> Outcome:
        """Ask how to guard a position, or every one without a symbol; or return why it cannot be."""
        positions = await self._inquiry.find(user_id, symbol, venue)
        if not positions:
            never_read = self._inquiry.why_never_read(user_id, venue)
            if not never_read:
                return Nothing(why=NotHeld(symbol=symbol, venue=venue, wanted=Wanted.GUARD))
            return Nothing(why=HoldingUnknown(symbol=symbol, unread=never_read, wanted=Wanted.GUARD))
        proposals = self._inquiry.propose(positions)
        able = [proposal for proposal in proposals if proposal.choices]
        if not able:
            return Armed(guards=(), left_out=tuple(proposal.line for proposal in proposals))
        # Those that cannot be guarded are shown too, with the reason.
        if symbol is None:
            return await self._inquiry.offer(user_id, About.GUARD_ALL, proposals, overview_buttons(proposals))
        return await self._inquiry.offer(user_id, About.GUARD, proposals, single_buttons(proposals))

    async def offer_unguard(self, user_id: int, symbol: str, venue: Venue | None) -> Offer | Nothing:
        """Ask whether to stop guarding a position, or return that it is not guarded."""
        positions = [one for one in await self._inquiry.find(user_id, symbol, venue) if one.guard]
        if not positions:
            return Nothing(why=NotGuarded(symbol=symbol, venue=venue))
        if all(_is_closing(one) for one in positions):
            return Nothing(why=BeingSold(guards=tuple(one.guard for one in positions if one.guard)))
        proposals = self._inquiry.propose([one for one in positions if not _is_closing(one)])
        several = len(proposals) > 1
        buttons = [
            Button(
                kind=ChoiceKind.UNGUARD,
                keys=(proposal.key,),
                subject=proposal.position.account.venue.label if several else None,
            )
            for proposal in proposals
        ]
        return await self._inquiry.offer(
            user_id, About.UNGUARD, proposals, (*buttons, Button(kind=ChoiceKind.CANCEL))
        )

    async def confirm(self, user_id: int, confirmation_id: str) -> Outcome:
        """Carry out the chosen button once, for its owner, before it expires."""
        pressed = await GUARD_BUTTONS.confirm(
            self._database, confirmation_id, user_id=user_id, clock=self._clock
        )
        if isinstance(pressed, Nothing):
            return pressed
        return await self._actions[ChoiceKind(pressed.action)](pressed)

    async def fetch_open_choices(self, user_id: int, confirmation_id: str) -> frozenset[str]:
        """Return the buttons beside a pressed one that still wait for an answer about another position."""
        async with self._database.read() as session:
            return await load_open_choices(session, user_id, confirmation_id, now=self._clock.now())

    @property
    def _actions(self) -> Mapping[ChoiceKind, Callable[[ConfirmedPositions], Awaitable[Outcome]]]:
        return {
            ChoiceKind.GUARD_ALL_FROM_COST: self._answers.guard_from_cost,
            ChoiceKind.GUARD_ALL_FROM_PRICE: self._answers.guard_from_price,
            ChoiceKind.GUARD_FROM_COST: self._answers.guard_from_cost,
            ChoiceKind.GUARD_FROM_PRICE: self._answers.guard_from_price,
            ChoiceKind.GUARD_AND_SELL_NOW: self._guard_and_sell,
            ChoiceKind.CHOOSE: self._choose,
            ChoiceKind.LEAVE_ALONE: _leave_alone,
            ChoiceKind.CANCEL: _leave_alone,
            ChoiceKind.UNGUARD: self._unguard,
            ChoiceKind.RESUME_GUARD: self._resuming.resume,
            ChoiceKind.GUARD_HERE: self._guard_here,
        }

    async def _guard_here(self, pressed: ConfirmedPositions) -> Outcome:
        return await guard_here(self._database, pressed.user_id, clock=self._clock)

    async def _guard_and_sell(self, pressed: ConfirmedPositions) -> Outcome:
        is_resumed = any(shown.resumes for shown in pressed.shown.shown)
        return await (self._resuming.resume if is_resumed else self._answers.guard_and_sell)(pressed)

    async def _choose(self, pressed: ConfirmedPositions) -> Outcome:
        proposals = self._inquiry.propose(await self._inquiry.find_again(pressed))
        able = [proposal for proposal in proposals if proposal.choices]
        if not able:
            return Nothing(why=Outdated.NOTHING_TO_GUARD)
        return await self._inquiry.offer(pressed.user_id, About.CHOOSE, able, choosing_buttons(able))

    async def _unguard(self, pressed: ConfirmedPositions) -> Outcome:
        ended = list[Guard]()
        async with self._database.write() as session:
            for guard in await self._guards(session, pressed):
                if guard.state is GuardState.CLOSING:
                    return Nothing(why=SaleBegun(symbol=guard.symbol))
                closed = guard.closed(GuardReason.TAKEN_OFF)
                await rows.save_guard(session, closed, was=guard, now=self._clock.now(), cause="owner")
                ended.append(guard)
        return Unguarded(guards=tuple(ended)) if ended else Nothing(why=Outdated.NOT_GUARDED)

    async def _guards(self, session: DatabaseSession, pressed: ConfirmedPositions) -> list[Guard]:
        guards = [await rows.load_open_guard(session, key) for key in pressed.shown.positions]
        return [guard for guard in guards if guard is not None and guard.user_id == pressed.user_id]


async def _leave_alone(_pressed: ConfirmedPositions) -> Outcome:
    return LeftAlone()


def _is_closing(position: Position) -> bool:
    return position.guard is not None and position.guard.state is GuardState.CLOSING
