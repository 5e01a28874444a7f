"""Read Coinbase's answers into our values."""

from collections.abc import Mapping
from decimal import Decimal

from engine import wall_time
from engine.brokers.candles import Candle
from engine.brokers.coinbase.orders import SIDES
from engine.brokers.coinbase.products import family_of, symbol_of
from engine.brokers.listings import NOTHING_LISTED, Listed, read_lot, read_minimum, read_step
from engine.brokers.parse import (
    Row,
    amount_in,
    as_list,
    as_row,
    flag_in,
    iso_time_in,
    lenient,
    one_of,
    optional_in,
    positive_in,
    readable,
    require_above_zero,
    row_in,
    rows_in,
    text_in,
    unix_time_in,
)
from engine.model.instruments import Instrument, TradingStatus, base_of, quote_of
from engine.model.money import exact, floor_to
from engine.model.orders import (
    Fill,
    ProductFamily,
    VenueOrderId,
)
from engine.model.quotes import Level, OrderBook
from engine.model.venues import Venue

Instruments = Mapping[str, Instrument]

#: The first flag that is set decides.
_FLAGS = (
    ("is_disabled", TradingStatus.UNAVAILABLE),
    ("trading_disabled", TradingStatus.UNAVAILABLE),
    ("view_only", TradingStatus.UNAVAILABLE),
    ("cancel_only", TradingStatus.CANCEL_ONLY),
    ("auction_mode", TradingStatus.UNAVAILABLE),
    ("limit_only", TradingStatus.LIMIT_ONLY),
    ("post_only", TradingStatus.POST_ONLY),
)
_TRADE = "FILL"  # the other types correct what was reported before
#: The lot of most coins.
_USUAL_LOT = Decimal("1e-8")
_SHOWN_DIGITS = Decimal("1e-18")


def parse_instruments(answer: object, before: Listed = NOTHING_LISTED) -> dict[str, Instrument]:
    """Read the list of products; what was listed before stands in for what is odd."""
    products = as_list(as_row(answer, "products").get("products"), "products")
    instruments = readable(products, lambda row: _instrument(row, before), "products", least=1)
    return {instrument.symbol: instrument for instrument in instruments if "/" in instrument.symbol}


def parse_book_names(answer: object) -> dict[str, str]:
    """Read under which product's name each pair's book is: those against USDC are another name of those against USD."""
    products = as_list(as_row(answer, "products").get("products"), "products")
    return dict(readable(products, _book_name, "products", least=1))


def _book_name(row: Row) -> tuple[str, str]:
    return symbol_of(row), lenient(row, "alias", text_in) or text_in(row, "product_id")


def _instrument(row: Row, before: Listed) -> Instrument:
    symbol = symbol_of(row)
    return Instrument(
        venue=Venue.COINBASE,
        symbol=symbol,
        base=base_of(symbol),
        quote=quote_of(symbol),
        lot=read_lot(row, "base_increment", of=symbol, before=before, default=_USUAL_LOT),
        tick=read_step(row, "price_increment") or read_step(row, "quote_increment"),
        minimum_quantity=read_minimum(row, "base_min_size"),
        minimum_notional=read_minimum(row, "quote_min_size"),
        status=_trading_status(row),
    )


def _trading_status(row: Row) -> TradingStatus:
    if row.get("status") == "delisted":
        return TradingStatus.CLOSED
    return next((status for flag, status in _FLAGS if row.get(flag) is True), TradingStatus.ONLINE)


def parse_book(answer: object) -> OrderBook:
    """Read one product's order book."""
    book = row_in(as_row(answer, "product_book"), "pricebook")
    return OrderBook(
        symbol=symbol_of(book),
        bids=_levels(book, "bids"),
        asks=_levels(book, "asks"),
        at=iso_time_in(book, "time"),
    )


def parse_candles(answer: object) -> list[Candle]:
    """Read one product's candles."""
    rows = rows_in(as_row(answer, "candles"), "candles")
    return [Candle(start=unix_time_in(row, "start"), close=amount_in(row, "close")) for row in rows]


def _levels(book: Row, side: str) -> tuple[Level, ...]:
    rows = (as_row(item, side) for item in as_list(book.get(side), side))
    return tuple(Level(price=amount_in(row, "price"), quantity=amount_in(row, "size")) for row in rows)


def parse_fills(answer: object, instruments: Instruments) -> tuple[Fill, ...]:
    """Read one page of fills, newest first; those of derivatives are no part of what is held."""
    rows = as_list(as_row(answer, "fills").get("fills"), "fills")
    fills = [fill for fill in readable(rows, lambda row: _fill(row, instruments), "fills") if fill]
    return wall_time.newest_first(fills, at=lambda fill: fill.at)


def parse_fills_of(order_id: VenueOrderId, answer: object, instruments: Instruments) -> tuple[Fill, ...]:
    """Read the trades of one order on a page of fills, of which none may be missed."""
    rows = rows_in(as_row(answer, "fills"), "fills")
    fills = [_fill(row, instruments) for row in rows if text_in(row, "order_id") == order_id]
    return tuple(fill for fill in fills if fill)


def parse_fill_cursor(answer: object) -> str | None:
    """Return where the next page of fills begins; None after the last."""
    page = as_row(answer, "fills")
    return optional_in(page, "cursor", text_in) if as_list(page.get("fills"), "fills") else None


def parse_traded_orders(answer: object) -> tuple[set[VenueOrderId], tuple[Row, ...]]:
    """Read which orders a page of fills belongs to, whatever they traded, and return the rows that name none."""
    items = as_list(as_row(answer, "fills").get("fills"), "fills")
    rows: list[Row] = [item if isinstance(item, Mapping) else {} for item in items]
    named = {row_id for row in rows if (row_id := lenient(row, "order_id", text_in))}
    unnamed = tuple(row for row in rows if not lenient(row, "order_id", text_in))
    return {VenueOrderId(row_id) for row_id in named}, unnamed


def _fill(row: Row, instruments: Instruments) -> Fill | None:
    if text_in(row, "trade_type") != _TRADE or family_of(row) is not ProductFamily.SPOT:
        return None
    symbol = symbol_of(row)
    return Fill(
        trade_id=text_in(row, "entry_id"),
        venue_order_id=VenueOrderId(text_in(row, "order_id")),
        symbol=symbol,
        base=base_of(symbol),
        quote=quote_of(symbol),
        side=one_of(row, "side", SIDES),
        price=positive_in(row, "price"),
        quantity=_quantity(row, instruments.get(symbol)),
        fee=optional_in(row, "commission", amount_in),
        fee_asset=quote_of(symbol),
        at=iso_time_in(row, "trade_time"),
    )


def _quantity(row: Row, instrument: Instrument | None) -> Decimal:
    size, price = positive_in(row, "size"), positive_in(row, "price")
    # A flag that is not set may be left out.
    if not optional_in(row, "size_in_quote", flag_in):
        return size
    step = instrument.lot if instrument else _SHOWN_DIGITS
    with exact():  # the coins bought were whole lots: the nearest one undoes the rounding of the value
        return require_above_zero(floor_to(size / price + step / 2, step), "size")


def parse_taker_fee(answer: object) -> Decimal:
    """Read transaction_summary."""
    return amount_in(row_in(as_row(answer, "transaction_summary"), "fee_tier"), "taker_fee_rate")


def top(levels: tuple[Level, ...]) -> tuple[Decimal | None, Decimal | None]:
    """Return price and quantity of the best level, if there is one."""
    return (levels[0].price, levels[0].quantity) if levels else (None, None)
