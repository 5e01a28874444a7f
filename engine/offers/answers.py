"""Carry out an answer that guards something: only what was shown, and only at a confirmed price."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain

from engine.alerts.questions import About, Armed, Offer, Standing
from engine.clock import Clock
from engine.offers.arming import Arming
from engine.offers.inquiry import Inquiry
from engine.offers.offering import GuardProposal, conclude
from engine.offers.outcomes import Nothing, Outcome, Outdated
from engine.offers.questions import sell_now_buttons, single_buttons
from engine.offers.setter import GuardSetter
from engine.offers.shown import ConfirmedPositions, is_covered, may_sell

_CAUSE = "armed by its owner"


class Answers:
    """Arms guards from buttons; what is not as it was shown is shown again."""

    def __init__(self, *, inquiry: Inquiry, setter: GuardSetter, clock: Clock) -> None:
        self._inquiry = inquiry
        self._setter = setter
        self._clock = clock

    async def guard_from_cost(self, pressed: ConfirmedPositions) -> Outcome:
        """Guard what is above its threshold from its cost, and ask about what would be sold."""
        proposals = await self._inquiry.propose_confirmed(pressed)
        would_sell = [p for p in proposals if p.line.standing is Standing.WOULD_BE_SOLD_NOW]
        return await self._arm(pressed, proposals, lambda p: p.plan.from_cost, would_sell)

    async def guard_from_price(self, pressed: ConfirmedPositions) -> Outcome:
        """Guard from today's price."""
        proposals = await self._inquiry.propose_confirmed(pressed)
        return await self._arm(pressed, proposals, lambda p: p.plan.from_price, ())

    async def guard_and_sell(self, pressed: ConfirmedPositions) -> Outcome:
        """Guard what is past its threshold, so that it is sold, if that is what was shown just now."""
        proposals = await self._inquiry.propose_confirmed(pressed)
        changed = [proposal for proposal in proposals if not self._may_sell(pressed, proposal)]
        if changed:
            return await self._ask_again(pressed, changed)
        # If the price came back meanwhile, it is guarded all the same and nothing is sold.
        outcome = await self._conclude(
            list(chain.from_iterable(map(_to_sell, proposals))), proposals, (), None
        )
        if not isinstance(outcome, Armed):
            return outcome
        above = {proposal.key for proposal in proposals if not proposal.plan.would_sell}
        return replace(
            outcome,
            not_sold=tuple(one for one in outcome.guards if one.key in above),
            sold_now=tuple(one for one in outcome.guards if one.key not in above),
        )

    def _may_sell(self, pressed: ConfirmedPositions, proposal: GuardProposal) -> bool:
        shown, plan = pressed.shown.of(proposal.key), proposal.plan
        sales = [(sale.arming, sale.pnl_ratio) for sale in plan.would_sell]
        return all(
            may_sell(shown, quantity=arming.quantity, cost=arming.cost, ratio=ratio, now=self._clock.now())
            for arming, ratio in (*sales, *((arming, None) for arming in plan.from_cost))
        )

    async def _arm(
        self,
        pressed: ConfirmedPositions,
        proposals: Sequence[GuardProposal],
        armings_of: Callable[[GuardProposal], Sequence[Arming]],
        would_sell: Sequence[GuardProposal],
    ) -> Outcome:
        covered = [
            arming
            for proposal in proposals
            for arming in armings_of(proposal)
            if is_covered(pressed.shown.of(proposal.key), arming)
        ]
        fit = {id(arming) for arming in covered}
        grown = [p for p in proposals if any(id(arming) not in fit for arming in armings_of(p))]
        needs_confirmation = [p for p in proposals if p in would_sell or p in grown]
        follow_up = await self._ask_again(pressed, needs_confirmation) if needs_confirmation else None
        return await self._conclude(covered, proposals, needs_confirmation, follow_up)

    async def _ask_again(self, pressed: ConfirmedPositions, proposals: Sequence[GuardProposal]) -> Offer:
        if all(proposal.line.standing is Standing.WOULD_BE_SOLD_NOW for proposal in proposals):
            buttons = sell_now_buttons(proposals)
            return await self._inquiry.offer(pressed.user_id, About.WOULD_SELL, proposals, buttons)
        return await self._inquiry.offer(pressed.user_id, About.CHANGED, proposals, single_buttons(proposals))

    async def _conclude(
        self,
        armings: Sequence[Arming],
        proposals: Sequence[GuardProposal],
        needs_confirmation: Sequence[GuardProposal],
        follow_up: Offer | None,
    ) -> Outcome:
        guards = await self._setter.arm(armings, cause=_CAUSE)
        armed = conclude(guards, armings, proposals, needs_confirmation, follow_up)
        if not guards and follow_up is not None and not armed.left_out:
            return follow_up
        if not guards and follow_up is None and not proposals:
            return Nothing(why=Outdated.NOT_HELD)
        return armed


def _to_sell(proposal: GuardProposal) -> tuple[Arming, ...]:
    plan = proposal.plan
    return (*(sale.arming for sale in plan.would_sell), *plan.from_cost)
