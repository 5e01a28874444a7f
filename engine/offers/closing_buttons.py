"""What the buttons of a question about selling show, and how they are stored."""

from dataclasses import dataclass

from engine.offers.confirmation import Confirmation
from engine.offers.shown_sale import ShownSale

CLOSE = "close"
PARTS = "sell_part"
PANIC = "panic"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSales:
    """What the button of a preview sells."""

    positions: tuple[ShownSale, ...]


CLOSE_BUTTON = Confirmation(ShownSales, actions=(CLOSE,))
#: Shows all of it; the press says how much of that is sold.
PARTS_BUTTON = Confirmation(ShownSales, actions=(PARTS,))
PANIC_BUTTON = Confirmation(ShownSales, actions=(PANIC,))
#: Each of them may be left alone instead.
SELLING_BUTTONS = Confirmation(ShownSales, actions=(CLOSE, PARTS, PANIC))
