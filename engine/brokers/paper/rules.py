"""What sets the three venues apart for whoever trades there on paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.brokers.paper.ledger import FeeOn, Fees
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
class PaperRules:
    """One venue's habits."""

    reuse: Reuse
    #: Its published first tier, by the page named with the rules below.
    fees: Fees
    #: It drops a request that comes after the deadline it carries.
    keeps_deadlines: bool = False
    #: Orders come with their fills; else these are in the history alone.
    names_fills: bool = True


#: Fees are the venues' published first tiers; `engine.accounts.fees.TABLE` is what routing starts from instead.
RULES: Mapping[Venue, PaperRules] = {
    # https://www.kraken.com/features/fee-schedule
    Venue.KRAKEN: PaperRules(
        reuse=Reuse.REFUSED_WHILE_OPEN,
        fees=Fees(taker=Decimal("0.0040"), maker=Decimal("0.0025")),
        keeps_deadlines=True,
        names_fills=False,
    ),
    # https://www.coinbase.com/advanced-fees
    Venue.COINBASE: PaperRules(
        reuse=Reuse.SAME_ORDER, fees=Fees(taker=Decimal("0.012"), maker=Decimal("0.006"))
    ),
    # https://docs.alpaca.markets/docs/crypto-fees: taken from what a fill credits
    Venue.ALPACA: PaperRules(
        reuse=Reuse.REFUSED,
        fees=Fees(taker=Decimal("0.0025"), maker=Decimal("0.0015"), on=FeeOn.CREDITED),
    ),
}
