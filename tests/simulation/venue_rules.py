"""What sets the three venues apart, as far as an exit can notice."""

from dataclasses import dataclass
from decimal import Decimal

from engine.brokers.paper.rules import RULES as PAPER_RULES
from engine.model.instruments import Instrument
from engine.model.venue_fees import FIRST_TIERS
from engine.model.venues import Venue


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One venue's habits."""

    venue: Venue
    #: Every request carries a number, higher than any before.
    numbers_requests: bool = False
    #: An order is found by nobody before so long.
    lists_after_s: float = 0
    #: What a cancelled order held stays held for so long.
    releases_after_s: float = 0
    #: Its private stream pushes deposits and withdrawals too.
    pushes_transfers: bool = False
    #: When the client gives an order up.
    order_timeout_s: float = 10

    @property
    def paper(self):
        """Return what an account on paper keeps to as well."""
        return PAPER_RULES[self.venue]

    @property
    def fees(self):
        """Return what it charges."""
        return FIRST_TIERS[self.venue]


RULES = {
    Venue.KRAKEN: Rules(
        venue=Venue.KRAKEN,
        numbers_requests=True,
        pushes_transfers=True,
        order_timeout_s=6,
    ),
    Venue.COINBASE: Rules(venue=Venue.COINBASE, lists_after_s=1.5),
    Venue.ALPACA: Rules(
        venue=Venue.ALPACA,
        releases_after_s=0.7,
    ),
}

_LOTS = {
    "BTC/USD": {"lot": "0.00000001", "tick": "0.1", "minimum_quantity": "0.0001"},
    "ETH/USD": {"lot": "0.0001", "tick": "0.01", "minimum_quantity": "0.002"},
}
_LEAST_USD = {Venue.KRAKEN: Decimal("0.5"), Venue.COINBASE: Decimal(1), Venue.ALPACA: Decimal(1)}


def instruments_of(venue):
    """Return what a venue lists, by symbol."""
    return {
        symbol: Instrument(
            venue=venue,
            symbol=symbol,
            base=symbol.split("/")[0],
            quote=symbol.split("/")[1],
            minimum_notional=_LEAST_USD[venue],
            **{name: Decimal(value) for name, value in figures.items()},
        )
        for symbol, figures in _LOTS.items()
    }
