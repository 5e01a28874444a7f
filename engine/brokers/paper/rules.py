"""What sets the three venues apart for whoever trades there on paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

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
    #: It drops a request that comes after the deadline it carries.
    keeps_deadlines: bool = False
    #: Orders come with their fills; else these are in the history alone.
    names_fills: bool = True


RULES: Mapping[Venue, PaperRules] = {
    Venue.KRAKEN: PaperRules(reuse=Reuse.REFUSED_WHILE_OPEN, keeps_deadlines=True, names_fills=False),
    Venue.COINBASE: PaperRules(reuse=Reuse.SAME_ORDER),
    Venue.ALPACA: PaperRules(reuse=Reuse.REFUSED),
}
