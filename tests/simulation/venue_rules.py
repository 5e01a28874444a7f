"""What sets the three venues apart, as far as an exit can notice."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.model.instruments import Instrument
from engine.model.venues import Venue


class Reuse(StrEnum):
    """What a venue makes of a client order id it has seen before."""

    #: Kraken: unique among open orders only; a filled one does not stop a second.
    REFUSED_WHILE_OPEN = "refused while open"
    #: Coinbase, by the one account of it: the old order answers.
    SAME_ORDER = "same order"
    #: Coinbase, by the other; Alpaca always.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One venue's habits."""

    venue: Venue
    reuse: Reuse
    fee_ratio: Decimal
    #: Every request carries a number, higher than any before.
    numbers_requests: bool = False
    #: Requests carry a deadline after which the venue drops them.
    keeps_deadlines: bool = False
    #: An order is found by nobody before so long.
    lists_after_s: float = 0
    #: What a cancelled order held stays held for so long.
    releases_after_s: float = 0
    #: Orders come with their totals; their fills are in the history alone.
    names_fills: bool = True
    #: When the client gives an order up.
    order_timeout_s: float = 10


RULES = {
    Venue.KRAKEN: Rules(
        venue=Venue.KRAKEN,
        reuse=Reuse.REFUSED_WHILE_OPEN,
        fee_ratio=Decimal("0.004"),
        numbers_requests=True,
        keeps_deadlines=True,
        names_fills=False,
        order_timeout_s=6,
    ),
    Venue.COINBASE: Rules(
        venue=Venue.COINBASE, reuse=Reuse.SAME_ORDER, fee_ratio=Decimal("0.006"), lists_after_s=1.5
    ),
    Venue.ALPACA: Rules(
        venue=Venue.ALPACA,
        reuse=Reuse.REFUSED,
        fee_ratio=Decimal("0.0025"),
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
