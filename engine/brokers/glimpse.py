"""What could be read of one row of a venue's list that is not a whole order."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.model.orders import ProductFamily, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """What could be read of a row; None is unknown."""

    base: str | None
    side: Side | None
    quantity: Decimal | None
    opened_at: datetime | None
    is_market: bool | None = None
    #: None where it is not reported whether it trades money, margin or a derivative.
    family: ProductFamily | None
    #: True for a trade, which may be a part of its order.
    is_part: bool = False
