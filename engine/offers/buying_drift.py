"""Pure: what the button of a buy showed, and whether that still holds."""

from dataclasses import dataclass
from decimal import Decimal

from engine.entries.plan import EntryPlan
from engine.entries.rules import MOST_DRIFT
from engine.model.money import exact
from engine.model.venues import Venue
from engine.offers.buying_preview import Drift


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


def shown_buy(plan: EntryPlan) -> ShownBuy:
    """Return what a preview of a plan shows."""
    route = plan.route
    return ShownBuy(
        venue=route.account.venue,
        pair=plan.instrument.symbol,
        usd=plan.size.usd,
        price=plan.execution.price,
        round_trip=route.cost.round_trip,
        stop=plan.stop,
    )


def drift_of(plan: EntryPlan, shown: ShownBuy) -> Drift | None:
    """Return what has changed since a buy was shown; None where nothing has that its owner did not agree to."""
    if plan.stop != shown.stop:
        return Drift.STOP
    with exact():
        if abs(plan.execution.price - shown.price) > shown.price * MOST_DRIFT:
            return Drift.PRICE
        return Drift.COST if plan.route.cost.round_trip - shown.round_trip > MOST_DRIFT else None
