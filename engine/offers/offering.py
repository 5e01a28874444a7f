"""Pure: how positions could be guarded, and what is offered for each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.accounts.cost_basis import share
from engine.alerts.questions import (
    Armed,
    ChoiceKind,
    Exclusion,
    NoEntry,
    Offer,
    OfferLine,
    PartLeftOut,
    PartReason,
    Standing,
    TradingCost,
)
from engine.guards.changes import SPLIT_RATIO
from engine.guards.guard import Guard
from engine.guards.guard_mark import ratio_of
from engine.guards.rule import is_within_trading_cost, pnl
from engine.market.mark import Mark
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import PositionKey
from engine.model.money import ZERO, exact
from engine.model.venues import Venue
from engine.offers.arming import Arming, ArmingMode, ArmingPlan
from engine.offers.arming_plan import plan_arming
from engine.portfolio.position import Position

#: The choices that guard a position without regard to a paused guard of it.
ANEW = (ChoiceKind.GUARD_FROM_COST, ChoiceKind.GUARD_FROM_PRICE)


_OTHER_UNITS = frozenset(
    {GuardReason.QUANTITY_CHANGED, GuardReason.ENTRY_CHANGED, GuardReason.RETURNED_OTHERWISE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumable:
    """A paused guard as it would go on, and what it would have lost."""

    guard: Guard
    ratio: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCost:
    """What was guarded of a coin under another name, and what that cost."""

    quantity: Decimal
    cost: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardProposal:
    """One position with what can be done about guarding it."""

    position: Position
    line: OfferLine
    plan: ArmingPlan
    #: The buttons that make sense for it.
    choices: tuple[ChoiceKind, ...]
    #: Its paused guard, where taking that up would sell it at once.
    resumable: Resumable | None = None
    #: What a coin that its venue renamed had cost under its old name.
    old_cost: OldCost | None = None

    @property
    def key(self) -> PositionKey:
        """Return which position it is."""
        return self.position.key


def propose(position: Position, *, threshold: Decimal) -> GuardProposal:
    """Work out how one position could be guarded."""
    plan = plan_arming([position], ArmingMode.ASK, threshold=threshold)
    line = _line(position, plan)
    return GuardProposal(position=position, line=line, plan=plan, choices=_choices(plan))


def largest_first(proposals: Iterable[GuardProposal]) -> list[GuardProposal]:
    """Order positions as their owner weighs them: by value, those without a price last."""
    return sorted(proposals, key=_by_value)


def propose_renamed(position: Position, old_cost: OldCost, *, threshold: Decimal) -> GuardProposal:
    """Return how a coin that its venue renamed could be guarded from what it cost under its old name."""
    taken_over = replace(
        position,
        explained=old_cost.quantity,
        cost=old_cost.cost,
        cost_currency=old_cost.currency,
        fills_pending=False,
    )
    return replace(propose(taken_over, threshold=threshold), old_cost=old_cost)


def propose_resuming(position: Position, guard: Guard, mark: Mark) -> GuardProposal:
    """Return the question about a paused guard that would be sold as soon as it watches again."""
    proposal, ratio = propose(position, threshold=guard.threshold), ratio_of(guard, mark)
    loss = pnl(mark=mark.price, quantity=guard.quantity, cost=guard.cost, direction=guard.direction)
    line = replace(
        proposal.line,
        standing=Standing.WOULD_BE_SOLD_NOW,
        pnl_ratio=ratio,
        pnl=loss,
        excluded=None,
        no_entry=None,
    )
    others = tuple(kind for kind in proposal.choices if kind in ANEW)
    return replace(
        proposal,
        line=line,
        choices=(ChoiceKind.GUARD_AND_SELL_NOW, *others),
        resumable=Resumable(guard=guard, ratio=ratio),
    )


def propose_paused(position: Position, guard: Guard) -> GuardProposal:
    """Return the question about a guard that was paused, with its own result at the present price."""
    proposal = propose(replace(position, guard=guard), threshold=guard.threshold)
    mark, line, choices = position.mark, proposal.line, list[ChoiceKind]()
    if isinstance(mark, Mark):
        loss = pnl(mark=mark.price, quantity=guard.quantity, cost=guard.cost, direction=guard.direction)
        line = replace(line, pnl_ratio=ratio_of(guard, mark), pnl=loss)
    if may_resume(guard, position) and position.quantity > ZERO:
        choices.append(ChoiceKind.RESUME_GUARD)
    choices += [kind for kind in proposal.choices if kind in ANEW]
    return replace(proposal, line=line, choices=(*choices, ChoiceKind.UNGUARD))


def propose_returned(position: Position, guard: Guard, *, was: Decimal) -> GuardProposal:
    """Return the question about what was gone and came back as another quantity: its old cost goes with it."""
    old_cost = OldCost(quantity=guard.quantity, cost=guard.cost, currency=guard.currency)
    with exact():
        if position.quantity < was:
            quantity = max(guard.quantity - (was - position.quantity), ZERO)
            old_cost = replace(old_cost, quantity=quantity, cost=share(guard.cost, quantity, guard.quantity))
        elif position.quantity >= was * SPLIT_RATIO:
            # So many more are other units of the same.
            old_cost = replace(old_cost, quantity=share(position.quantity, guard.quantity, was))
    proposal = propose_renamed(replace(position, guard=guard), old_cost, threshold=guard.threshold)
    return replace(proposal, choices=(*proposal.choices, ChoiceKind.UNGUARD))


def may_resume(guard: Guard, position: Position) -> bool:
    """Return whether a paused guard's cost still is the cost of what is there.

    Where a quantity changed and the venue has no entry of it, its unit may be another one.
    """
    is_uncertain = guard.reason in _OTHER_UNITS
    return not is_uncertain or (guard.venue_entry is not None and position.venue_entry is not None)


def parts_left_out(position: Position, guard: Guard) -> Iterator[PartLeftOut]:
    """Return what of a position the guard just set on it does not cover, and why."""
    shown = position.with_known_cost()
    if position.locked:
        yield PartLeftOut(position=shown, quantity=position.locked, why=PartReason.STAKED)
    with exact():
        uncovered = position.quantity - position.locked - guard.quantity
    if uncovered > ZERO:
        yield PartLeftOut(position=shown, quantity=uncovered, why=PartReason.NO_COST)


def conclude(
    guards: Sequence[Guard],
    armings: Iterable[Arming],
    proposals: Sequence[GuardProposal],
    needs_confirmation: Sequence[GuardProposal] = (),
    follow_up: Offer | None = None,
) -> Armed:
    """Return what came of arming: the guards set, and what of the positions they leave out."""
    armed = {guard.key: guard for guard in guards}
    wanted = {arming.position.key for arming in armings}
    parts = (part for p in proposals if p.key in armed for part in parts_left_out(p.position, armed[p.key]))
    return Armed(
        guards=tuple(guards),
        parts_left_out=tuple(parts),
        left_out=tuple(
            _changed(p.line) if p.key in wanted else p.line
            for p in proposals
            if p.key not in armed and p not in needs_confirmation
        ),
        follow_up=follow_up,
    )


def costly_at(proposals: Iterable[GuardProposal], *, threshold: Decimal) -> tuple[TradingCost, ...]:
    """Return the brokers where the fees both ways are more than the threshold, each with its dearest."""
    dearest = dict[Venue, TradingCost]()
    for position in (proposal.position for proposal in proposals):
        venue, taker = position.account.venue, position.taker
        cost = TradingCost(venue=venue, fees=2 * taker.ratio, is_own=taker.is_own)
        dearest[venue] = max(cost, dearest.get(venue, cost), key=lambda one: one.fees)
    return tuple(
        cost for cost in dearest.values() if is_within_trading_cost(threshold=threshold, fees=cost.fees)
    )


def _changed(line: OfferLine) -> OfferLine:
    return replace(line, standing=Standing.CANNOT_BE_GUARDED, excluded=Exclusion.CHANGED, no_entry=None)


def _by_value(proposal: GuardProposal) -> tuple[bool, Decimal]:
    value = proposal.line.position.value_usd
    return value is None, -(value or ZERO)


def _line(position: Position, plan: ArmingPlan) -> OfferLine:
    shown = position.with_known_cost()
    if plan.excluded:
        return OfferLine(
            position=shown,
            standing=Standing.CANNOT_BE_GUARDED,
            pnl_ratio=shown.pnl_ratio,
            pnl=shown.pnl,
            excluded=plan.excluded[0].reason,
        )
    if plan.would_sell:
        sale = plan.would_sell[0]
        return OfferLine(
            position=shown, standing=Standing.WOULD_BE_SOLD_NOW, pnl_ratio=sale.pnl_ratio, pnl=sale.pnl
        )
    if plan.from_cost:
        return OfferLine(
            position=shown, standing=Standing.ABOVE_THRESHOLD, pnl_ratio=shown.pnl_ratio, pnl=shown.pnl
        )
    reason = plan.without_entry[0].reason if plan.without_entry else NoEntry.ENTRY_UNKNOWN
    return OfferLine(
        position=shown, standing=Standing.ENTRY_UNKNOWN, pnl_ratio=None, pnl=None, no_entry=reason
    )


def _choices(plan: ArmingPlan) -> tuple[ChoiceKind, ...]:
    choices = list[ChoiceKind]()
    if plan.from_cost:
        choices.append(ChoiceKind.GUARD_FROM_COST)
    if plan.from_price:
        choices.append(ChoiceKind.GUARD_FROM_PRICE)
    if plan.would_sell:
        choices.append(ChoiceKind.GUARD_AND_SELL_NOW)
    return tuple(choices)
