"""Guarding and unguarding by the owner's word: offers first, changes only by a confirmed button."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sqlmodel.ext.asyncio.session import AsyncSession

from engine.balances.reader import AccountReader
from engine.clock import Clock
from engine.confirmations.confirm import Claimed, claim_confirmation
from engine.guards.arming import Arming
from engine.guards.asking import (
    CONVERSATION,
    Button,
    ask,
    load_keys,
    sell_now_buttons,
    single_buttons,
)
from engine.guards.changes import resume
from engine.guards.guard import Guard, GuardState, PositionKey
from engine.guards.offering import Proposal, propose
from engine.guards.offers import (
    Armed,
    ChoiceKind,
    LeftAlone,
    Nothing,
    Offer,
    Outcome,
    Standing,
    Unguarded,
)
from engine.guards.setter import GuardSetter
from engine.liquidation.mark import Mark, PriceUnknown
from engine.liquidation.sight import is_past
from engine.portfolio.assemble import Found
from engine.portfolio.service import PortfolioService
from engine.storage.database import Database
from engine.storage.repositories import guards as rows
from engine.venues import Account, Venue


class GuardService:
    """Answers `/guard`, `/unguard` and every button that changes a guard."""

    def __init__(
        self,
        *,
        portfolio: PortfolioService,
        reader: AccountReader,
        database: Database,
        clock: Clock,
        threshold: Decimal,
        setter: GuardSetter,
    ) -> None:
        self._portfolio = portfolio
        self._reader = reader
        self._database = database
        self._clock = clock
        self._threshold = threshold
        self._setter = setter

    async def offer_guard(self, user_id: int, symbol: str, venue: Venue | None) -> Offer | Nothing:
        """Ask how to guard a position, or say why it cannot be."""
        found = await self._find(user_id, symbol, venue)
        if not found:
            return Nothing(why=_not_held(symbol, venue))
        proposals = [propose(one, threshold=self._threshold) for one in found]
        able = [proposal for proposal in proposals if proposal.choices]
        if not able:
            return Nothing(why=_cannot_guard(proposals[0]))
        return await self._ask(user_id, "guard", able, single_buttons(able))

    async def offer_unguard(self, user_id: int, symbol: str, venue: Venue | None) -> Offer | Nothing:
        """Ask whether to stop guarding a position, or say that it is not guarded."""
        found = [one for one in await self._find(user_id, symbol, venue) if one.guard]
        if not found:
            return Nothing(why=f"{symbol.upper()} is not guarded{_at(venue)}. /positions shows what is.")
        proposals = [propose(one, threshold=self._threshold) for one in found]
        several = len(proposals) > 1
        buttons = [
            Button(
                kind=ChoiceKind.UNGUARD,
                keys=(proposal.key,),
                subject=proposal.found.account.venue.label if several else None,
            )
            for proposal in proposals
        ]
        return await self._ask(user_id, "unguard", proposals, (*buttons, Button(kind=ChoiceKind.CANCEL)))

    async def take(self, user_id: int, confirmation_id: str) -> Outcome:
        """Carry out the chosen button once, for its owner, before it expires."""
        async with self._database.write() as session:
            claim = await claim_confirmation(session, confirmation_id, user_id=user_id, now=self._clock.now())
        if not isinstance(claim, Claimed):
            return Nothing(why=claim.value)
        kind, keys = ChoiceKind(claim.action), load_keys(claim.params["positions"])
        act = self._actions()[kind]
        return await act(user_id, keys)

    def _actions(self) -> Mapping[ChoiceKind, Callable[[int, tuple[PositionKey, ...]], Awaitable[Outcome]]]:
        return {
            ChoiceKind.GUARD_ALL_FROM_COST: self._guard_from_cost,
            ChoiceKind.GUARD_ALL_FROM_PRICE: self._guard_from_price,
            ChoiceKind.GUARD_FROM_COST: self._guard_from_cost,
            ChoiceKind.GUARD_FROM_PRICE: self._guard_from_price,
            ChoiceKind.GUARD_AND_SELL_NOW: self._guard_and_sell,
            ChoiceKind.CHOOSE: self._choose,
            ChoiceKind.LEAVE_ALONE: _leave_alone,
            ChoiceKind.CANCEL: _leave_alone,
            ChoiceKind.UNGUARD: self._unguard,
            ChoiceKind.RESUME_GUARD: self._resume,
        }

    async def _guard_from_cost(self, user_id: int, keys: tuple[PositionKey, ...]) -> Outcome:
        proposals = await self._propose(user_id, keys)
        armings = [arming for proposal in proposals for arming in proposal.plan.from_cost]
        would_sell = [p for p in proposals if p.line.standing is Standing.WOULD_BE_SOLD_NOW]
        follow_up = None
        if would_sell:
            follow_up = await self._ask(user_id, "would_sell", would_sell, sell_now_buttons(would_sell))
        return await self._arm(armings, proposals, would_sell, follow_up)

    async def _guard_from_price(self, user_id: int, keys: tuple[PositionKey, ...]) -> Outcome:
        proposals = await self._propose(user_id, keys)
        armings = [arming for proposal in proposals for arming in proposal.plan.from_price]
        return await self._arm(armings, proposals, [], None)

    async def _guard_and_sell(self, user_id: int, keys: tuple[PositionKey, ...]) -> Outcome:
        proposals = await self._propose(user_id, keys)
        # If the price came back meanwhile, it is guarded all the same and nothing is sold.
        armings = [sale.arming for proposal in proposals for sale in proposal.plan.would_sell]
        armings += [arming for proposal in proposals for arming in proposal.plan.from_cost]
        return await self._arm(armings, proposals, [], None)

    async def _choose(self, user_id: int, keys: tuple[PositionKey, ...]) -> Outcome:
        proposals = await self._propose(user_id, keys)
        able = [proposal for proposal in proposals if proposal.choices]
        if not able:
            return Nothing(why="Nothing is left to guard there. /positions shows what is held now.")
        return await self._ask(user_id, "choose", able, single_buttons(able))

    async def _unguard(self, user_id: int, keys: tuple[PositionKey, ...]) -> Outcome:
        ended = list[Guard]()
        async with self._database.write() as session:
            for guard in await self._guards(session, user_id, keys):
                if guard.state is GuardState.CLOSING:
                    return Nothing(why=f"{guard.symbol} is being sold right now; it was not unguarded.")
                closed = replace(guard, state=GuardState.CLOSED, state_reason="taken off by its owner")
                await rows.save_guard(session, closed, now=self._clock.now(), cause="owner")
                ended.append(guard)
        return Unguarded(guards=tuple(ended)) if ended else Nothing(why="It was not guarded any more.")

    async def _resume(self, user_id: int, keys: tuple[PositionKey, ...]) -> Outcome:
        there = {found.key: found for found in await self._gather(user_id, keys)}
        armed = list[Guard]()
        async with self._database.write() as session:
            for guard in await self._guards(session, user_id, keys):
                found = there.get(guard.key)
                if found is None or guard.state is not GuardState.PAUSED:
                    continue
                kept = resume(guard, there=found.quantity - found.locked, venue_entry=found.venue_entry)
                if kept.state is GuardState.CLOSED:
                    continue
                if not isinstance(found.mark, Mark) or is_past(kept, found.mark):
                    return Nothing(why=_not_resumed(kept, found.mark))
                await rows.save_guard(session, kept, now=self._clock.now(), cause="resumed by its owner")
                armed.append(kept)
        return Armed(guards=tuple(armed)) if armed else Nothing(why="There is no paused guard any more.")

    async def _arm(
        self,
        armings: Sequence[Arming],
        proposals: Sequence[Proposal],
        asked_apart: Sequence[Proposal],
        follow_up: Offer | None,
    ) -> Outcome:
        guards = await self._setter.arm(armings, cause="armed by its owner")
        armed = {guard.key for guard in guards}
        left_out = tuple(p.line for p in proposals if p.key not in armed and p not in asked_apart)
        if not guards and follow_up is not None and not left_out:
            return follow_up
        if not guards and follow_up is None:
            return Nothing(why=_cannot_guard(proposals[0]) if proposals else "Nothing is held there now.")
        return Armed(guards=guards, left_out=left_out, follow_up=follow_up)

    async def _ask(
        self, user_id: int, about: str, proposals: Sequence[Proposal], buttons: Sequence[Button]
    ) -> Offer:
        async with self._database.write() as session:
            return await ask(
                session,
                user_id=user_id,
                about=about,
                proposals=proposals,
                buttons=buttons,
                threshold=self._threshold,
                now=self._clock.now(),
                valid_for=CONVERSATION,
            )

    async def _propose(self, user_id: int, keys: tuple[PositionKey, ...]) -> list[Proposal]:
        found = await self._gather(user_id, keys)
        return [propose(one, threshold=self._threshold) for one in found]

    async def _find(self, user_id: int, symbol: str, venue: Venue | None) -> list[Found]:
        accounts = tuple(a for a in self._reader.accounts(user_id) if venue in {None, a.venue})
        asset, _, quote = symbol.upper().partition("/")
        return [
            found
            for found in await self._gather_accounts(accounts)
            if found.asset == asset and (not quote or _is_quoted_in(found, quote))
        ]

    async def _gather(self, user_id: int, keys: tuple[PositionKey, ...]) -> list[Found]:
        wanted = {key.account_id for key in keys}
        accounts = tuple(a for a in self._reader.accounts(user_id) if a.account_id in wanted)
        return [found for found in await self._gather_accounts(accounts) if found.key in keys]

    async def _gather_accounts(self, accounts: tuple[Account, ...]) -> list[Found]:
        await self._portfolio.refresh(accounts)
        return [found for account in accounts for found in await self._portfolio.gather(account)]

    async def _guards(
        self, session: AsyncSession, user_id: int, keys: tuple[PositionKey, ...]
    ) -> list[Guard]:
        return [
            guard
            for account_id in sorted({key.account_id for key in keys})
            for guard in await rows.load_open_guards(session, account_id)
            if guard.user_id == user_id and guard.key in keys
        ]


async def _leave_alone(_user_id: int, _keys: tuple[PositionKey, ...]) -> Outcome:
    return LeftAlone()


def _is_quoted_in(found: Found, quote: str) -> bool:
    return found.instrument is not None and found.instrument.quote == quote


def _not_held(symbol: str, venue: Venue | None) -> str:
    return f"You hold no {symbol.upper()}{_at(venue)}; nothing was guarded. /positions shows what you hold."


def _cannot_guard(proposal: Proposal) -> str:
    found, why = proposal.found, proposal.line.why_not or "not possible now"
    return f"{found.asset} at {found.account.venue.label} was not guarded: {why}."


def _not_resumed(guard: Guard, mark: Mark | PriceUnknown) -> str:
    # Guarding again must never sell: after a split or a gift the old cost may say little about the price.
    held_back = (
        "it would be sold at once" if isinstance(mark, Mark) else f"there is no price ({mark.problem})"
    )
    return (
        f"{guard.symbol} stays paused: from what it cost {held_back}. "
        f"To guard it from today's price: /unguard {guard.asset}, then /guard {guard.asset}."
    )


def _at(venue: Venue | None) -> str:
    return f" at {venue.label}" if venue else " at any of your brokers"
