"""Pure: what a paper ledger holds in the shapes and refusals that a venue answers with."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from engine.brokers.paper.book import Book, Level, Listing, tradable
from engine.brokers.paper.ledger import (
    BelowMinimumError,
    Draft,
    InsufficientFundsError,
    Kind,
    LedgerError,
    OffStepError,
    UnknownOrderError,
)
from engine.brokers.paper.ledger import Fill as LedgerFill
from engine.brokers.paper.ledger import Order as LedgerOrder
from engine.model.errors import RefusalReason, RefusedError
from engine.model.instruments import AssetClass, Instrument, TradingStatus
from engine.model.money import ZERO
from engine.model.orders import ClientOrderId, Fill, Order, OrderRequest, Side, VenueOrderId
from engine.model.quotes import OrderBook
from engine.model.venues import Venue

_REASONS: dict[type[LedgerError], RefusalReason] = {
    InsufficientFundsError: RefusalReason.INSUFFICIENT_FUNDS,
    BelowMinimumError: RefusalReason.BELOW_MINIMUM,
    OffStepError: RefusalReason.INVALID_ORDER,
    UnknownOrderError: RefusalReason.UNKNOWN_ORDER,
}


def refusal_of(venue: Venue, error: LedgerError) -> RefusedError:
    """Return a ledger's refusal as a venue's."""
    message = "no open order has this id" if isinstance(error, UnknownOrderError) else str(error)
    return RefusedError(venue, message, _REASONS.get(type(error), RefusalReason.OTHER))


def check_tradable(instrument: Instrument, request: OrderRequest) -> None:
    """Raise what a venue answers to an order in what it does not trade now, or not at all on paper."""
    venue, is_online = instrument.venue, instrument.status is TradingStatus.ONLINE
    if request.reduce_only or request.leverage is not None:
        raise RefusedError(venue, "there is no margin on paper", RefusalReason.INVALID_ORDER)
    if instrument.asset_class is not AssetClass.CRYPTO:
        raise RefusedError(venue, "only crypto trades on paper", RefusalReason.PAIR_UNAVAILABLE)
    if not is_online and not (request.side is Side.SELL and instrument.status.takes_exits):
        raise RefusedError(venue, f"the market is {instrument.status}", RefusalReason.MARKET_UNAVAILABLE)


def draft_of(request: OrderRequest, instrument: Instrument, *, price: Decimal) -> Draft:
    """Return the order to place; raises RefusedError for a sale that its venue calls too small."""
    is_sale = request.side is Side.SELL
    small = instrument.why_too_small_to_sell(request.quantity, price) if is_sale else None
    if small is not None:
        raise RefusedError(instrument.venue, small, RefusalReason.BELOW_MINIMUM)
    listing = Listing(
        venue=instrument.venue,
        symbol=instrument.symbol,
        base=instrument.base,
        quote=instrument.quote,
        tick=instrument.tick or instrument.lot,  # orders on paper have no price
        lot=instrument.lot,
        minimum_quantity=instrument.least_quantity,
        # Not every venue wants sales to be worth as much as purchases.
        minimum_notional=ZERO if is_sale else instrument.minimum_buy_notional,
    )
    return Draft(
        listing=listing, side=request.side, quantity=request.quantity, client_id=request.client_order_id
    )


def book_of(answer: OrderBook, *, at: float) -> Book | None:
    """Return the levels that orders walk; None for a book that lacks a side or whose sides cross."""
    bids, asks = (
        tradable(Level(one.price, one.quantity) for one in side) for side in (answer.bids, answer.asks)
    )
    is_sound = bids and asks and bids[0].price <= asks[0].price
    return Book(bids=bids, asks=asks, at=at) if is_sound else None


def order_of(order: LedgerOrder, fills: Iterable[LedgerFill] = ()) -> Order:
    """Return an order with the fills that are named with it."""
    draft = order.draft
    in_base = order.fees.on.is_base(draft.side)
    return Order(
        venue_order_id=VenueOrderId(order.id),
        client_order_id=None if draft.client_id is None else ClientOrderId(draft.client_id),
        symbol=draft.listing.symbol,
        side=draft.side,
        status=order.status,
        quantity=order.quantity,
        filled_quantity=order.filled,
        cost=order.cost,
        fee=order.fee,
        fee_asset=draft.listing.base if in_base else draft.listing.quote,
        price=draft.limit,
        is_market=draft.kind is Kind.MARKET,
        opened_at=_time(order.opened_at),
        closed_at=None if order.closed_at is None else _time(order.closed_at),
        fills=tuple(fill_of(fill) for fill in fills),
    )


def fill_of(fill: LedgerFill) -> Fill:
    return Fill(
        trade_id=fill.id,
        venue_order_id=VenueOrderId(fill.order_id),
        symbol=fill.listing.symbol,
        base=fill.listing.base,
        quote=fill.listing.quote,
        side=fill.side,
        price=fill.price,
        quantity=fill.quantity,
        fee=fill.fee,
        fee_asset=fill.fee_asset,
        at=_time(fill.at),
    )


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
