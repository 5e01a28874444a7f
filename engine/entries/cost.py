"""What buying and selling again costs at one account, for this size and now; pure."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from engine.accounts.fees import MARGIN_OF_PROFIT, FeeProfile
from engine.brokers.venue_rules import Execution, VenueRules
from engine.model.instruments import Instrument
from engine.model.money import exact
from engine.model.quotes import OrderBook

#: A ratio rarely ends; it is raised here, far below a cent of any trade.
_FINEST = Decimal("1e-12")


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeCost:
    """A round trip, as a part of what is spent, and where the figure comes from."""

    fees: FeeProfile
    round_trip: Decimal
    #: What the buy comes to on the order book; None where fee and spread alone say what it costs.
    execution: Execution | None = None

    @property
    def minimum_profitable(self) -> Decimal:
        """Return the smallest price move that is worth trading for."""
        return self.round_trip + MARGIN_OF_PROFIT


def cost_by_figures(fees: FeeProfile) -> TradeCost:
    """Return what a round trip of any size costs by fee and spread."""
    return TradeCost(fees=fees, round_trip=fees.round_trip)


def cost_by_book(
    rules: VenueRules, instrument: Instrument, book: OrderBook, *, spend: Decimal, fees: FeeProfile
) -> TradeCost | None:
    """Return what buying for an amount of the quote currency and selling it at once costs; None where that is not possible."""
    bought = rules.buy(instrument, book, spend=spend, taker=fees.taker)
    sold = bought and rules.sell(instrument, book, quantity=bought.change, taker=fees.taker)
    if bought is None or sold is None:
        return None
    with exact():
        round_trip = ((bought.total - sold.total) / bought.total).quantize(_FINEST, ROUND_CEILING)
    return TradeCost(fees=fees, round_trip=round_trip, execution=bought)
