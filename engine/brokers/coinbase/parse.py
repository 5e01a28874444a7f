"""Read Coinbase's answers into our values."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from engine import wall_time
from engine.brokers.candles import Candle
from engine.brokers.parse import (
    Row,
    amount_in,
    as_list,
    as_row,
    flag_in,
    iso_time_in,
    lenient,
    named,
    one_of,
    optional_in,
    order_status_in,
    read_open_orders,
    readable,
    row_in,
    rows_in,
    text_in,
    unix_time_in,
)
from engine.instruments import Instrument, TradingStatus
from engine.money import ZERO, exact, floor_to
from engine.orders import (
    ClientOrderId,
    Fill,
    OpenOrders,
    Order,
    OrderStatus,
    ProductFamily,
    Side,
    VenueOrderId,
)
from engine.positions import Holding
from engine.quotes import Level, OrderBook
from engine.venues import Venue

Instruments = Mapping[str, Instrument]

_SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
#: The lists take OPEN by itself only, so all other statuses that are not final are asked for together; before it,
#: because an order goes from PENDING to OPEN and must not slip through between the two questions.
OPEN_STATUSES = (("PENDING", "QUEUED", "CANCEL_QUEUED", "EDIT_QUEUED", "UNKNOWN_ORDER_STATUS"), ("OPEN",))
_FINAL = {
    "FILLED": OrderStatus.FILLED,
    "CANCELLED": OrderStatus.CANCELED,
    "EXPIRED": OrderStatus.CANCELED,
    "FAILED": OrderStatus.CANCELED,
}
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
#: What lies in a vault, or backs perpetuals, cannot be sold or spent by spot orders.
_LOCKED = frozenset({"ACCOUNT_TYPE_VAULT", "ACCOUNT_TYPE_PERP_FUTURES"})
_SPOT = "SPOT"
_PAIR_PARTS = 2
_TRADE = "FILL"  # the other types correct what was told before
_SHOWN_DIGITS = Decimal("1e-18")


def product_id(symbol: str) -> str:
    """Return Coinbase's name of a pair."""
    return symbol.replace("/", "-")


def parse_instruments(answer: object) -> dict[str, Instrument]:
    """Read the list of products."""
    products = as_list(as_row(answer, "products").get("products"), "products")
    instruments = readable(products, _instrument, "products", least=1)
    return {instrument.symbol: instrument for instrument in instruments}


def _instrument(row: Row) -> Instrument:
    base, quote = text_in(row, "base_currency_id"), text_in(row, "quote_currency_id")
    return Instrument(
        venue=Venue.COINBASE,
        symbol=_symbol(row),
        base=base,
        quote=quote,
        lot=amount_in(row, "base_increment"),
        tick=optional_in(row, "price_increment", amount_in) or amount_in(row, "quote_increment"),
        minimum_quantity=amount_in(row, "base_min_size"),
        minimum_notional=amount_in(row, "quote_min_size"),
        status=_trading_status(row),
    )


def _symbol(row: Row) -> str:
    """Return our symbol of a spot pair; other products (BTC-PERP-INTX) keep the venue's own name."""
    name = text_in(row, "product_id")
    return name.replace("-", "/") if _family(row) is ProductFamily.SPOT else name


def _family(row: Row) -> ProductFamily:
    """Tell what is traded: an order names the type of its product, a fill only the product."""
    parts = text_in(row, "product_id").split("-")
    named = row.get("product_type") or _SPOT
    if named == _SPOT and len(parts) == _PAIR_PARTS:
        return ProductFamily.SPOT
    if "PERP" in parts:
        return ProductFamily.PERPETUAL
    return ProductFamily.FUTURE if named in {"FUTURE", _SPOT} else ProductFamily.OTHER


def _trading_status(row: Row) -> TradingStatus:
    if row.get("status") == "delisted":
        return TradingStatus.CLOSED
    return next((status for flag, status in _FLAGS if row.get(flag) is True), TradingStatus.ONLINE)


def parse_book(answer: object) -> OrderBook:
    """Read one product's order book."""
    book = row_in(as_row(answer, "product_book"), "pricebook")
    return OrderBook(
        symbol=_symbol(book),
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


def _each_once(accounts: Iterable[Row]) -> Iterable[Row]:
    """Return every account once: a page that shifts while it is read shows one twice."""
    return {row.get("uuid", id(row)): row for row in accounts}.values()


def parse_holdings(accounts: Iterable[Row]) -> tuple[Holding, ...]:
    """Read all pages of accounts; several accounts in one asset are one holding, if all can be read."""
    rows = list(_each_once(accounts))
    unreadable, holdings = find_unreadable_accounts(rows), dict[str, Holding]()
    with exact():
        for asset, free, held, is_locked in readable(rows, _balance, "accounts"):
            if asset in unreadable:
                continue
            known = holdings.get(asset, Holding(asset=asset, free=ZERO))
            holdings[asset] = Holding(
                asset=asset,
                free=known.free + (ZERO if is_locked else free),
                held=known.held + held,
                locked=known.locked + (free if is_locked else ZERO),
            )
    return tuple(holding for _, holding in sorted(holdings.items()) if _has_something(holding))


def find_unreadable_accounts(accounts: Iterable[Row]) -> frozenset[str]:
    """Return the currencies of which not every account can be read; "" is an account that names none."""
    return frozenset(_currency(row) for row in accounts if not readable([row], _balance, "accounts", least=0))


def _currency(row: Row) -> str:
    currency = row.get("currency")
    return currency if isinstance(currency, str) else ""


def _balance(row: Row) -> tuple[str, Decimal, Decimal, bool]:
    free = amount_in(row_in(row, "available_balance"), "value")
    held = amount_in(row_in(row, "hold"), "value")
    return text_in(row, "currency"), free, held, row.get("type") in _LOCKED


def _has_something(holding: Holding) -> bool:
    return any((holding.free, holding.held, holding.locked))


def parse_order(row: Row, *, fills: tuple[Fill, ...] = ()) -> Order:
    """Read one order."""
    symbol, side = _symbol(row), one_of(row, "side", _SIDES)
    filled = amount_in(row, "filled_size")
    terms = _terms(row)
    client_order_id = optional_in(row, "client_order_id", text_in)
    return Order(
        venue_order_id=VenueOrderId(text_in(row, "order_id")),
        client_order_id=ClientOrderId(client_order_id) if client_order_id else None,
        symbol=symbol,
        side=side,
        family=_family(row),
        status=order_status_in(row, "status", _FINAL),
        quantity=optional_in(terms, "base_size", amount_in) or _quantity_without_size(row, side, filled),
        filled_quantity=filled,
        cost=amount_in(row, "filled_value"),
        fee=amount_in(row, "total_fees"),
        fee_asset=symbol.partition("/")[2] or None,
        price=optional_in(terms, "limit_price", amount_in) or optional_in(terms, "stop_price", amount_in),
        opened_at=optional_in(row, "created_time", iso_time_in),
        fills=fills,
    )


def _open_quantity(row: Row, terms: Row, side: Side, filled: Decimal) -> Decimal:
    known = lenient(terms, "base_size", amount_in)
    if known is not None:
        return known
    if side is Side.BUY:
        return filled  # a purchase sized by its cost holds money, whatever it will buy
    held = lenient(row, "outstanding_hold_amount", amount_in)
    return amount_in(terms, "base_size") if held is None else filled + held


def _quantity_without_size(row: Row, side: Side, filled: Decimal) -> Decimal:
    """Return the quantity of an order sized by its cost: what was filled, and what a sale still holds."""
    held = optional_in(row, "outstanding_hold_amount", amount_in) if side is Side.SELL else None
    return filled + (held or ZERO)


def parse_open_orders(rows: Iterable[Row]) -> OpenOrders:
    """Read open orders."""
    return read_open_orders(rows, _open_order, lambda row: named(row, "order_id", "product_id"))


def _open_order(row: Row) -> Order:
    """Read what it takes to tell what an open order holds and to cancel it; nothing else may hide it."""
    side, terms = one_of(row, "side", _SIDES), _terms(row)
    filled = lenient(row, "filled_size", amount_in) or ZERO
    client_order_id = lenient(row, "client_order_id", text_in)
    status = _FINAL.get(str(row.get("status")), OrderStatus.OPEN)
    return Order(
        venue_order_id=VenueOrderId(text_in(row, "order_id")),
        client_order_id=ClientOrderId(client_order_id) if client_order_id else None,
        symbol=_symbol(row),
        side=side,
        family=_family(row),
        status=status,
        quantity=filled if status.is_final else _open_quantity(row, terms, side, filled),
        filled_quantity=filled,
        cost=None,
        fee=None,
        fee_asset=None,
        price=lenient(terms, "limit_price", amount_in) or lenient(terms, "stop_price", amount_in),
        opened_at=lenient(row, "created_time", iso_time_in),
    )


def _terms(row: Row) -> Row:
    """Return the one object inside order_configuration, which names the order's kind by its key."""
    configuration = row.get("order_configuration")
    kinds = list(configuration.values()) if isinstance(configuration, Mapping) else []
    return as_row(kinds[0], "order_configuration") if kinds else {}


def parse_fills(answer: object, instruments: Instruments) -> tuple[Fill, ...]:
    """Read one page of fills, newest first; those of derivatives are no part of what is held."""
    rows = as_list(as_row(answer, "fills").get("fills"), "fills")
    fills = [fill for fill in readable(rows, lambda row: _fill(row, instruments), "fills") if fill]
    return wall_time.newest_first(fills, at=lambda fill: fill.at)


def parse_fill_cursor(answer: object) -> str | None:
    """Return where the next page of fills begins; None after the last."""
    page = as_row(answer, "fills")
    return optional_in(page, "cursor", text_in) if as_list(page.get("fills"), "fills") else None


def parse_traded_orders(answer: object) -> set[VenueOrderId]:
    """Read which orders a page of fills belongs to, whatever they traded; none may be missed."""
    return {VenueOrderId(text_in(row, "order_id")) for row in rows_in(as_row(answer, "fills"), "fills")}


def has_client_id(row: Row, client_order_id: ClientOrderId) -> bool | None:
    """Tell whether a listed order bears an id of ours; None where its row does not tell."""
    given = row.get("client_order_id")
    return given == client_order_id if given and isinstance(given, str) else None


def _fill(row: Row, instruments: Instruments) -> Fill | None:
    if text_in(row, "trade_type") != _TRADE or _family(row) is not ProductFamily.SPOT:
        return None
    symbol = _symbol(row)
    base, _, quote = symbol.partition("/")
    return Fill(
        trade_id=text_in(row, "entry_id"),
        venue_order_id=VenueOrderId(text_in(row, "order_id")),
        symbol=symbol,
        base=base,
        quote=quote,
        side=one_of(row, "side", _SIDES),
        price=amount_in(row, "price"),
        quantity=_quantity(row, instruments.get(symbol)),
        fee=amount_in(row, "commission"),
        fee_asset=quote,
        at=iso_time_in(row, "trade_time"),
    )


def _quantity(row: Row, instrument: Instrument | None) -> Decimal:
    size, price = amount_in(row, "size"), amount_in(row, "price")
    if not flag_in(row, "size_in_quote") or price <= 0:
        return size
    step = instrument.lot if instrument else _SHOWN_DIGITS
    with exact():  # the coins bought were whole lots: the nearest one undoes the rounding of the value
        return floor_to(size / price + step / 2, step)


def parse_taker_fee(answer: object) -> Decimal:
    """Read transaction_summary."""
    return amount_in(row_in(as_row(answer, "transaction_summary"), "fee_tier"), "taker_fee_rate")


def top(levels: tuple[Level, ...]) -> tuple[Decimal | None, Decimal | None]:
    """Return price and quantity of the best level, if there is one."""
    return (levels[0].price, levels[0].quantity) if levels else (None, None)
