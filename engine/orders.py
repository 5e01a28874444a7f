"""Orders from request to fill, in our own words."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType

ClientOrderId = NewType("ClientOrderId", str)
VenueOrderId = NewType("VenueOrderId", str)


class Side(StrEnum):
    """The direction of an order."""

    BUY = "buy"
    SELL = "sell"


class OrderStatus(StrEnum):
    """Where an order stands at the venue."""

    OPEN = "open"
    FILLED = "filled"
    #: Final with less than everything filled: canceled, expired or rejected after acceptance.
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        """Tell whether nothing more can fill."""
        return self is not OrderStatus.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """A market order to be placed."""

    symbol: str
    side: Side
    #: Units of the base asset, already floored to the lot.
    quantity: Decimal
    client_order_id: ClientOrderId
    #: The venue must drop the request when it reaches it after this time (Kraken).
    deadline: datetime | None = None
    #: Only for margin positions: never increases or flips one.
    reduce_only: bool = False
    #: Only for margin positions: the leverage class the position was opened with.
    leverage: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A trade that happened: the venue's word, unique by account and trade id."""

    trade_id: str
    venue_order_id: VenueOrderId
    symbol: str
    base: str
    quote: str
    side: Side
    price: Decimal
    quantity: Decimal
    #: What was charged, in units of `fee_asset`; None is unknown.
    fee: Decimal | None
    fee_asset: str
    at: datetime
    #: A fill of a leveraged position is no part of a spot holding.
    margin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as the venue reports it, with the fills it names."""

    venue_order_id: VenueOrderId
    client_order_id: ClientOrderId | None
    symbol: str
    side: Side
    status: OrderStatus
    quantity: Decimal
    filled_quantity: Decimal
    #: Value of what was filled in the quote currency; None is unknown.
    cost: Decimal | None
    #: In units of `fee_asset`; None is unknown.
    fee: Decimal | None
    fee_asset: str | None
    #: Limit or stop price; None for market orders.
    price: Decimal | None = None
    opened_at: datetime | None = None
    #: When nothing more could fill; None while open, or where the venue does not tell.
    closed_at: datetime | None = None
    #: The single fills, where the venue names them with the order; the totals above are complete without.
    fills: tuple[Fill, ...] = ()

    @property
    def remaining_quantity(self) -> Decimal:
        """Return what can still fill."""
        return self.quantity - self.filled_quantity

    @property
    def average_price(self) -> Decimal | None:
        """Return value over quantity of what was filled, or None when either is unknown."""
        if self.cost is None or self.filled_quantity <= 0:
            return None
        return self.cost / self.filled_quantity
