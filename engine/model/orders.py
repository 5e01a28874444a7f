"""Orders from request to fill."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NewType

from engine.model.instruments import base_of, quote_of
from engine.model.money import ZERO, exact

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
        """Return whether nothing more can fill."""
        return self is not OrderStatus.OPEN


class ProductFamily(StrEnum):
    """What kind of product is traded; only spot trades change what an account holds of coins or shares."""

    #: Owned coins and shares.
    SPOT = "spot"
    #: Borrowed: a leveraged position in a pair, or a share sold short.
    MARGIN = "margin"
    FUTURE = "future"
    PERPETUAL = "perpetual"
    OPTION = "option"
    #: A product of a kind we do not know.
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """A market order to be placed."""

    symbol: str
    side: Side
    #: Units of the base asset, already floored to the lot.
    quantity: Decimal
    client_order_id: ClientOrderId
    #: The venue must drop the request when it reaches it so long after it left (Kraken).
    expires_after: timedelta | None = None
    #: Only for margin positions: never increases or flips one.
    reduce_only: bool = False
    #: Only for margin positions: the leverage class the position was opened with.
    leverage: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A trade that happened: as the venue reports it, unique by account and trade id."""

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
class Collateral:
    """What an open order keeps where that does not follow from what it trades: an option's shares, a purchase's budget."""

    asset: str
    #: None is unknown.
    quantity: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as the venue reports it, with the fills it names."""

    venue_order_id: VenueOrderId
    client_order_id: ClientOrderId | None
    symbol: str
    side: Side
    #: What it trades; what is no spot order keeps no coins or shares but its collateral.
    family: ProductFamily = ProductFamily.SPOT
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
    #: Whether it was to be filled at once at any price; None where the venue does not report it.
    is_market: bool | None = None
    opened_at: datetime | None = None
    #: When nothing more could fill; None while open, or where the venue does not report it.
    closed_at: datetime | None = None
    #: The single fills, where the venue names them with the order; the totals above are complete without.
    fills: tuple[Fill, ...] = ()
    #: What it keeps while it is open where that does not follow from what it trades.
    collateral: Collateral | None = None
    #: The orders that took its place at the venue, one after the other, as an edit of the owner's does; their fills are its own.
    successors: tuple[VenueOrderId, ...] = ()

    @property
    def working_id(self) -> VenueOrderId:
        """Return under which id it stands at the venue now."""
        return self.successors[-1] if self.successors else self.venue_order_id

    @property
    def remaining_quantity(self) -> Decimal:
        """Return what can still fill."""
        with exact():
            return self.quantity - self.filled_quantity

    @property
    def held_asset(self) -> str | None:
        """Return which balance it keeps while it is open: a sale the base, a purchase the quote currency.

        None when it keeps none: it is over, or trades something else than spot without collateral.
        """
        if self.collateral is not None and not self.status.is_final:
            return self.collateral.asset
        quote = quote_of(self.symbol)
        if self.family is not ProductFamily.SPOT or self.status.is_final or not quote:
            return None
        return base_of(self.symbol) if self.side is Side.SELL else quote

    @property
    def held_quantity(self) -> Decimal | None:
        """Return how much it keeps of that balance, fees aside; None is unknown."""
        if self.held_asset is None:
            return Decimal(0)
        if self.collateral is not None:
            return self.collateral.quantity
        if self.remaining_quantity <= ZERO:
            # It is open, so that there is something left of it whatever its figures are.
            return None
        if self.side is Side.SELL:
            return self.remaining_quantity
        with exact():
            return None if self.price is None else self.remaining_quantity * self.price

    @property
    def average_price(self) -> Decimal | None:
        """Return value over quantity of what was filled, or None when either is unknown."""
        if self.cost is None or self.filled_quantity <= 0:
            return None
        return self.cost / self.filled_quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What is known of an order that is looked up by our id, to recognise it where the venue's row has no client order id."""

    side: Side
    quantity: Decimal
    #: When it first left, by our clock.
    at: datetime
    #: Whether it trades a leveraged position.
    is_margin: bool = False
    #: Orders of ours that are known to be other ones.
    others: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrders:
    """One reading of what may still fill in an account."""

    orders: tuple[Order, ...] = ()
    #: Listed orders that could not be read, each as its owner finds it at the venue: what they hold is unknown.
    unreadable: tuple[str, ...] = ()
    #: Listed orders that are reported as over, named likewise: they hold nothing, or their status is wrong.
    over: tuple[str, ...] = ()


def quantity_of(fills: Iterable[Fill]) -> Decimal:
    """Return how much trades come to."""
    with exact():
        return sum((fill.quantity for fill in fills), ZERO)


def value_of(fills: Iterable[Fill]) -> Decimal:
    """Return what trades are worth at their own prices, in the quote currency."""
    with exact():
        return sum((fill.quantity * fill.price for fill in fills), ZERO)


def distinct(fills: Iterable[Fill]) -> tuple[Fill, ...]:
    """Return each trade once: pages of a list that grows meanwhile overlap, and sums of trades are evidence."""
    return tuple({fill.trade_id: fill for fill in fills}.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledOrder:
    """An open order that had to go because it held what was to be sold."""

    side: Side
    quantity: Decimal
    #: None for orders without a price of their own.
    price: Decimal | None
    venue_order_id: str = ""
    symbol: str = ""
    #: False while the venue has accepted the cancel and not reported the order's final state.
    confirmed: bool = True
