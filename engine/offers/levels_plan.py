"""Pure: what a guard becomes with another stop or target, and why it stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, auto

from engine.accounts.fees import FeeProfile
from engine.guards.guard import AtTarget, Guard, GuardState
from engine.guards.guard_mark import is_past
from engine.guards.stop import stop_behind
from engine.guards.verdict import SaleCosts, Verdict, break_even_price, judge
from engine.market.mark import Mark, MarkBasis, PriceUnknown
from engine.model.holdings import Direction
from engine.offers.levels_kept import GuardedSeveralTimes, LevelObstacle, LevelsKept, NoGuard
from engine.offers.outcomes import Nothing
from engine.portfolio.position import Position

_NOT_ARMED = {
    GuardState.PAUSED: LevelObstacle.PAUSED,
    GuardState.CLOSING: LevelObstacle.BEING_SOLD,
}


class Same(Enum):
    """Stands for a level that stays as it is, where none is a level of its own."""

    SAME = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What its owner wants of a guard."""

    #: None leaves it as it is.
    threshold: Decimal | None = None
    #: None takes it off.
    target: Decimal | Same | None = Same.SAME
    #: What is done at a target that is named here.
    at_target: AtTarget = AtTarget.SELL
    #: How far the stop trails behind the price from now on; None takes it off.
    trail: Decimal | Same | None = Same.SAME
    #: Where a stop that trails from now on was shown to begin: it begins there at least.
    shown_stop: Decimal | None = None


KEEP = Change()


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelsPlan:
    """A guard before and after."""

    position: Position
    guard: Guard
    changed: Guard
    fees: FeeProfile
    #: Where nothing would be lost any more after every fee.
    break_even: Decimal
    #: Whether its target is reached at the mark of now.
    is_at_target: bool

    @property
    def is_change(self) -> bool:
        """Return whether anything is changed at all."""
        return self.changed != self.guard

    @property
    def is_looser(self) -> bool:
        """Return whether more may be lost than before."""
        return self.changed.threshold < self.guard.threshold or self.is_stop_looser

    @property
    def is_stop_looser(self) -> bool:
        """Return whether its trailing stop is further away than before, or gone."""
        before, now = self.guard.stop, self.changed.stop
        if before is None or now is None:
            return before is not None
        return now < before if self.guard.direction is Direction.LONG else now > before

    @property
    def is_below_profitable(self) -> bool:
        """Return whether its target is a smaller move than one that is worth trading for at its broker."""
        target = self.changed.target
        return target is not None and target < self.fees.minimum_profitable


def guarded_ones(positions: Sequence[Position]) -> Position | Nothing:
    """Return the guarded one of positions that have one name; more than one must be told apart by its broker."""
    guarded = [one for one in positions if one.guard is not None and not one.guard.is_for_one_sale]
    match guarded:
        case []:
            return Nothing(why=NoGuard(symbol=positions[0].symbol or positions[0].asset))
        case [one]:
            return one
        case _:
            venues = dict.fromkeys(one.account.venue for one in guarded)
            return Nothing(why=GuardedSeveralTimes(venues=tuple(venues)))


def plan_levels(
    position: Position, guard: Guard, change: Change, *, fees: FeeProfile, costs: SaleCosts
) -> LevelsPlan | Nothing:
    """Decide what a guard becomes; a stop that would sell at once is set by nobody: a change never sells at a loss."""
    if (obstacle := _NOT_ARMED.get(guard.state)) is not None:
        return Nothing(why=LevelsKept(symbol=guard.symbol, obstacle=obstacle))
    mark = position.mark
    # The middle of a wide spread is no price that anything could be sold at.
    is_sale_price = isinstance(mark, Mark) and mark.basis is not MarkBasis.MID
    if isinstance(change.trail, Decimal) and change.trail != guard.trail and not is_sale_price:
        return Nothing(why=LevelsKept(symbol=guard.symbol, obstacle=LevelObstacle.NOTHING_TO_TRAIL))
    changed = _changed(guard, change, mark)
    if changed.threshold > guard.threshold or changed.stop not in {guard.stop, None}:
        if not isinstance(mark, Mark):
            return Nothing(why=LevelsKept(symbol=guard.symbol, obstacle=LevelObstacle.NO_PRICE))
        if is_past(changed, mark):
            return Nothing(why=LevelsKept(symbol=guard.symbol, obstacle=LevelObstacle.WOULD_SELL_NOW))
    return LevelsPlan(
        position=position,
        guard=guard,
        changed=changed,
        fees=fees,
        break_even=break_even_price(guard, costs),
        is_at_target=isinstance(mark, Mark) and judge(changed, mark.price, costs) is Verdict.TAKE_PROFIT,
    )


def _changed(guard: Guard, change: Change, mark: Mark | PriceUnknown) -> Guard:
    changed = replace(guard, threshold=guard.threshold if change.threshold is None else change.threshold)
    if not isinstance(change.target, Same):
        changed = replace(changed, target=change.target, at_target=change.at_target)
    if isinstance(change.trail, Same) or (change.trail is not None and change.trail == guard.trail):
        # One that trails by as much already stays where the price has taken it.
        return changed
    if change.trail is None or not isinstance(mark, Mark):
        return replace(changed, trail=None, stop=None)
    stop = stop_behind(mark.price, trail=change.trail, direction=guard.direction)
    if change.shown_stop is not None:
        nearer = max if guard.direction is Direction.LONG else min
        stop = nearer(stop, change.shown_stop)
    return replace(changed, trail=change.trail, stop=stop)
