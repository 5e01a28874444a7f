"""What the buttons of a question about selling show, and how they are stored."""

from dataclasses import dataclass

from engine.offers.closing_plan import ShownSale
from engine.offers.confirmation import Confirmation

CLOSE = "close"
PANIC = "panic"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSales:
    """What the button of a preview sells."""

    positions: tuple[ShownSale, ...]


CLOSE_BUTTON = Confirmation(ShownSales, actions=(CLOSE,))
PANIC_BUTTON = Confirmation(ShownSales, actions=(PANIC,))
#: Each of them may be left alone instead.
SELLING_BUTTONS = Confirmation(ShownSales, actions=(CLOSE, PANIC))
