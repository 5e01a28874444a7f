"""Pure: what the button of a buy showed, and whether that still holds."""

from dataclasses import dataclass
from decimal import Decimal

from engine.entries.plan import EntryPlan
from engine.entries.rules import MOST_DRIFT
from engine.guards.guard import AtTarget, Guard
from engine.model.money import exact
from engine.model.venues import Venue
from engine.offers.buying_preview import Drift


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLevels:
    """The stop and target of a guard that covers what is bought as well."""

    threshold: Decimal
    target: Decimal | None
    at_target: AtTarget
    trail: Decimal | None
    #: At break-even; None of one that trails, which a price moves.
    stop: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBuy:
    """What its owner confirms by pressing the button of a preview."""

    venue: Venue
    #: What it is bought through there, BTC/USD or another pair of what was named.
    pair: str
    #: What is spent in all.
    usd: Decimal
    #: The average price that was expected.
    price: Decimal
    #: What buying and selling it again costs, as a fraction.
    round_trip: Decimal
    #: The loss at which it is sold, as a fraction.
    stop: Decimal
    #: Those of the guard that it joins; None where it takes a new one.
    levels: ShownLevels | None = None
    #: Whether some of it was held already.
    is_held: bool = False


def shown_buy(plan: EntryPlan) -> ShownBuy:
    """Return what a preview of a plan shows."""
    route = plan.route
    return ShownBuy(
        venue=route.account.venue,
        pair=plan.instrument.symbol,
        usd=plan.size.usd,
        price=plan.execution.price,
        round_trip=route.cost.round_trip,
        stop=plan.sold_at,
        levels=_levels_of(plan.joins),
        is_held=plan.is_held,
    )


def drift_of(plan: EntryPlan, shown: ShownBuy) -> Drift | None:
    """Return what has changed since a buy was shown; None where nothing has that its owner did not agree to."""
    if plan.is_held and not shown.is_held:
        return Drift.HELD
    if _levels_of(plan.joins) != shown.levels:
        return Drift.LEVELS
    if plan.sold_at != shown.stop:
        return Drift.STOP
    with exact():
        if abs(plan.execution.price - shown.price) > shown.price * MOST_DRIFT:
            return Drift.PRICE
        return Drift.COST if plan.route.cost.round_trip - shown.round_trip > MOST_DRIFT else None


def _levels_of(guard: Guard | None) -> ShownLevels | None:
    if guard is None:
        return None
    return ShownLevels(
        threshold=guard.threshold,
        target=guard.target,
        at_target=guard.at_target,
        trail=guard.trail,
        stop=guard.stop if guard.trail is None else None,
    )
