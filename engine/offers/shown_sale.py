"""What its owner confirms about the sale of one position."""

from dataclasses import dataclass, replace
from decimal import Decimal

from engine.model.holdings import PositionKey
from engine.model.money import exact


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSale:
    """What its owner confirms about one position by pressing the button of a preview."""

    key: PositionKey
    quantity: Decimal
    price: Decimal
    #: Open orders that are cancelled for it, by the venue's ids.
    cancels: tuple[str, ...]
    #: The pair it would be sold in; empty in what an earlier version stored.
    symbol: str = ""
    #: Whether that is a part, so that what is left is meant to stay.
    is_part: bool = False

    def share(self, ratio: Decimal) -> "ShownSale":
        """Return what a part of it is confirmed as."""
        with exact():
            return replace(self, quantity=self.quantity * ratio, is_part=True)
