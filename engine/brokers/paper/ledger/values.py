"""The values a ledger is made of: drafts, orders, fills, entries and positions."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.brokers.paper.book import Listing
from engine.model.money import ZERO
from engine.model.orders import OrderStatus, Side
from engine.model.venue_fees import FeeOn, Fees


class Kind(StrEnum):
    """How an order meets the book."""

    MARKET = "market"
    LIMIT = "limit"
    #: a limit order whose unfilled rest is cancelled at once
    LIMIT_IOC = "limit_ioc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An order somebody wants placed; exactly one of quantity and spend is set."""

    listing: Listing
    side: Side
    kind: Kind = Kind.MARKET
    #: base units
    quantity: Decimal | None = None
    #: quote units, market buys only
    spend: Decimal | None = None
    #: True: fees come out of the spend; False: on top of it
    spend_includes_fee: bool = False
    limit: Decimal | None = None
    client_id: str | None = None
    post_only: bool = False
    #: what its owner prefers to pay the fee in; None is what the account pays in
    fee_on: FeeOn | None = None
    #: margin: how many times its own margin the position is worth; None is spot
    leverage: int | None = None
    reduce_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A placed order in its present state."""

    id: str
    draft: Draft
    fees: Fees
    #: base units; for an order by spend, what it was filled with
    quantity: Decimal
    status: OrderStatus = OrderStatus.OPEN
    filled: Decimal = ZERO
    #: quote paid or received for `filled`, before fees
    cost: Decimal = ZERO
    fee: Decimal = ZERO
    fill_ids: tuple[str, ...] = ()
    #: what it keeps from being spent elsewhere
    hold_asset: str = ""
    hold: Decimal = ZERO
    opened_at: float
    closed_at: float | None = None
    #: why it was cancelled, in the ledger's words
    reason: str = ""

    @property
    def remaining(self) -> Decimal:
        """What is not filled yet."""
        return self.quantity - self.filled

    @property
    def average_price(self) -> Decimal | None:
        """Cost by filled quantity, None before the first fill."""
        return self.cost / self.filled if self.filled else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One execution."""

    id: str
    order_id: str
    listing: Listing
    side: Side
    quantity: Decimal
    price: Decimal
    cost: Decimal
    fee: Decimal
    fee_asset: str
    maker: bool
    #: the margin position it opened or closed, None for spot
    position_id: str | None = None
    at: float


class EntryKind(StrEnum):
    """Why a balance changed."""

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    TRADE = "trade"
    MARGIN = "margin"
    #: between an asset and the pocket it is kept in, e.g. USDT.F and USDT
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change of one balance."""

    id: str
    kind: EntryKind
    asset: str
    #: before the fee, signed
    amount: Decimal
    fee: Decimal = ZERO
    #: the asset's total afterwards
    balance: Decimal
    #: the fill, order or transfer it belongs to
    reference: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A margin position; it stays on record with closed_quantity = quantity when closed."""

    id: str
    order_id: str
    listing: Listing
    #: buy is long, sell is short
    side: Side
    leverage: int
    quantity: Decimal
    #: quote value of `quantity` at the opening prices
    cost: Decimal
    fee: Decimal
    closed_quantity: Decimal = ZERO
    opened_at: float

    @property
    def open_quantity(self) -> Decimal:
        return self.quantity - self.closed_quantity

    @property
    def open_cost(self) -> Decimal:
        return self.cost * self.open_quantity / self.quantity

    @property
    def margin(self) -> Decimal:
        """The collateral it uses."""
        return self.open_cost / self.leverage

    def unrealised(self, mark: Decimal) -> Decimal:
        """What closing at the mark would gain, before fees."""
        gain = mark * self.open_quantity - self.open_cost
        return gain if self.side is Side.BUY else -gain
