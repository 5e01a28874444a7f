"""What a button about guards showed of each position, and whether that still holds when it is pressed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.alerts.questions import ChoiceKind
from engine.model.holdings import PositionKey
from engine.model.money import exact
from engine.offers.arming import Arming
from engine.offers.confirmation import Confirmation, Confirmed
from engine.offers.offering import GuardProposal, OldCost, Resumable

#: Selling at once is confirmed for figures that were just seen.
SELL_NOW_WITHIN = timedelta(minutes=10)
#: A loss this much worse than the one that was shown is another question.
WORSE_BY = Decimal("0.01")

_FROM_PRICE = frozenset({ChoiceKind.GUARD_FROM_PRICE, ChoiceKind.GUARD_ALL_FROM_PRICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What its owner confirms about one position by pressing a button."""

    key: PositionKey
    #: What would be guarded at most.
    quantity: Decimal
    #: What that cost; None where it is guarded from today's price.
    cost: Decimal | None = None
    #: The loss at which it would be sold at once, as a fraction; None where it would not be sold.
    ratio: Decimal | None = None
    at: datetime
    #: True when the button is about taking up a paused guard as it was.
    resumes: bool = False
    #: What the coin cost under its old name, where that is taken over.
    old_cost: OldCost | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPositions:
    """Which positions a button is about, and what it showed of each; nothing of those it asks about anew."""

    positions: tuple[PositionKey, ...]
    shown: tuple[Shown, ...] = ()

    def of(self, key: PositionKey) -> Shown | None:
        """Return what was shown of one position."""
        return next((one for one in self.shown if one.key == key), None)


GUARD_BUTTONS = Confirmation(ShownPositions, actions=ChoiceKind)

ConfirmedPositions = Confirmed[ShownPositions]


def shown_of(proposal: GuardProposal, kind: ChoiceKind, *, now: datetime) -> Shown:
    """Return what a button of a proposal shows."""
    key, position = proposal.key, proposal.position
    if kind in _FROM_PRICE:
        return Shown(key=key, quantity=position.unguarded, at=now)
    if kind is ChoiceKind.GUARD_AND_SELL_NOW and proposal.resumable is not None:
        return _shown_again(proposal.resumable, key, now)
    quantity = position.unguarded_explained
    ratio = proposal.plan.would_sell[0].pnl_ratio if proposal.plan.would_sell else None
    return Shown(
        key=key,
        quantity=quantity,
        cost=position.paid_for(quantity, currency=position.cost_currency),
        ratio=ratio,
        at=now,
        old_cost=proposal.old_cost,
    )


def is_covered(shown: Shown | None, arming: Arming) -> bool:
    """Return whether a button showed at least what would be guarded now."""
    return shown is not None and arming.quantity <= shown.quantity


def may_sell(
    shown: Shown | None, *, quantity: Decimal, cost: Decimal, ratio: Decimal | None, now: datetime
) -> bool:
    """Return whether the owner confirmed selling this at once: seen just now, the same, and no much larger loss.

    `ratio` is the loss at the present mark; None when it would not be sold now.
    """
    if shown is None or not wall_time.is_younger(shown.at, now, SELL_NOW_WITHIN):
        return False
    if (quantity, cost) != (shown.quantity, shown.cost):
        return False
    with exact():
        return ratio is None or (shown.ratio is not None and ratio >= shown.ratio - WORSE_BY)


def _shown_again(resumable: Resumable, key: PositionKey, now: datetime) -> Shown:
    guard = resumable.guard
    return Shown(
        key=key, quantity=guard.quantity, cost=guard.cost, ratio=resumable.ratio, at=now, resumes=True
    )
