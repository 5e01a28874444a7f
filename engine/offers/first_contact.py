"""Pure: what is guarded and what is asked about when an account is met for the first time."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.alerts.questions import About, Exclusion, Standing
from engine.offers.arming import Arming, ArmingMode, ArmingPlan
from engine.offers.arming_plan import plan_arming
from engine.offers.offering import GuardProposal, largest_first, propose
from engine.offers.questions import Button, overview_buttons, sell_now_buttons
from engine.portfolio.position import Position

_WITHOUT_PRICE = frozenset({Exclusion.PRICE_UNKNOWN, Exclusion.MARKET_CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What is done about the positions of an account that was not known yet."""

    proposals: tuple[GuardProposal, ...]
    #: Whether its owner is told what was guarded without asking.
    reports_guards: bool
    #: To be guarded without asking.
    arm_now: tuple[Arming, ...]
    #: The positions that its owner is asked about; none where there is no question.
    in_question: tuple[GuardProposal, ...]
    buttons: tuple[Button, ...]
    #: What is held, which is not asked about again; an empty name where nothing is, so that the first external buy
    #: is not asked about either.
    assets: tuple[str, ...]

    @property
    def about(self) -> About:
        """Return what the question is about."""
        return About.WOULD_SELL if all(map(_would_sell, self.in_question)) else About.FIRST_CONTACT


def plan_contact(positions: Sequence[Position], mode: ArmingMode, *, threshold: Decimal) -> Contact:
    """Decide what is guarded and what is asked about."""
    plan = plan_arming(positions, mode, threshold=threshold)
    proposals = largest_first(propose(one, threshold=threshold) for one in positions)
    in_question, buttons = _question(plan, proposals, mode)
    return Contact(
        proposals=tuple(proposals),
        reports_guards=mode is ArmingMode.ALL and bool(positions),
        arm_now=plan.arm_now,
        in_question=tuple(in_question),
        buttons=tuple(buttons),
        assets=tuple(one.asset for one in positions) or ("",),
    )


def is_too_early(positions: Sequence[Position], mode: ArmingMode, *, threshold: Decimal) -> bool:
    """Return whether nothing could be answered or guarded yet, because a market is shut or prices are unknown."""
    plan = plan_arming(positions, mode, threshold=threshold)
    if mode is ArmingMode.ALL:
        lacks_price = any(excluded.reason is Exclusion.PRICE_UNKNOWN for excluded in plan.excluded)
        return lacks_price and not (plan.arm_now or plan.would_sell)
    return mode is ArmingMode.ASK and not plan.ask and _waits_for_price(plan)


def _question(
    plan: ArmingPlan, proposals: Sequence[GuardProposal], mode: ArmingMode
) -> tuple[Sequence[GuardProposal], Sequence[Button]]:
    """Return what is asked about, if anything, and the buttons for it."""
    if mode is ArmingMode.ASK and plan.ask:
        return proposals, overview_buttons(proposals)
    if mode is ArmingMode.ALL:
        would_sell = [proposal for proposal in proposals if _would_sell(proposal)]
        unpriced = [proposal for proposal in proposals if _is_unpriced(proposal)]
        return [*would_sell, *unpriced], sell_now_buttons(would_sell, others=unpriced)
    return (), ()


def _waits_for_price(plan: ArmingPlan) -> bool:
    return any(excluded.reason in _WITHOUT_PRICE for excluded in plan.excluded)


def _is_unpriced(proposal: GuardProposal) -> bool:
    """Return whether only a price is missing to guard a position from its cost."""
    return proposal.position.cost is not None and _waits_for_price(proposal.plan)


def _would_sell(proposal: GuardProposal) -> bool:
    return proposal.line.standing is Standing.WOULD_BE_SOLD_NOW
