"""Read Alpaca's answers into our values; market data keeps the text its JSON floats were written in."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from decimal import Decimal

from engine import wall_time
from engine.brokers.alpaca.names import Asset, Catalog
from engine.brokers.alpaca.restrictions import find_block, find_limits
from engine.brokers.base import KeyPermissions, Session
from engine.brokers.candles import Candle
from engine.brokers.parse import (
    MalformedAnswerError,
    Row,
    amount_in,
    as_list,
    as_row,
    flag_in,
    iso_time_in,
    lenient,
    named,
    note_odd_row,
    one_of,
    optional_in,
    order_status_in,
    read_open_orders,
    readable,
    row_in,
    rows_in,
    text_in,
)
from engine.instruments import AssetClass
from engine.money import ZERO, exact
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
from engine.quotes import Level, OrderBook, Quote

_SIDES = {"buy": Side.BUY, "sell": Side.SELL, "sell_short": Side.SELL}
#: All others may still fill: new, accepted, pending_new, held, partially_filled, pending_cancel, done_for_day …
_FINAL = {
    **dict.fromkeys(("canceled", "expired", "rejected", "replaced"), OrderStatus.CANCELED),
    "filled": OrderStatus.FILLED,
}
_STOCK = "us_equity"
_CLASSES = {"crypto": AssetClass.CRYPTO, _STOCK: AssetClass.STOCK}
#: https://docs.alpaca.markets/docs/options-orders: an option's order looks like a share's.
_FAMILIES = {
    "crypto": ProductFamily.SPOT,
    "us_equity": ProductFamily.SPOT,
    "us_option": ProductFamily.OPTION,
    "crypto_perp": ProductFamily.PERPETUAL,
}
_OPENS = time(9, 30)
#: Positions that lack more than this of their account's own sum for them are not all of them.
_MISSING_RATIO, _MISSING_USD = Decimal("0.1"), Decimal(1)


def rows_of(answer: object, what: str) -> list[Row]:
    """Read an answer that is a list of objects."""
    return [as_row(item, what) for item in as_list(answer, what)]


def parse_cash(account: Row, orders: Iterable[Order] = ()) -> Holding:
    """Read the dollars, which are all that is no position.

    Of what the venue does not let be spent, open orders hold their part; the rest has not settled yet.
    """
    with exact():
        total = amount_in(account, "equity") - amount_in(account, "position_market_value")
        free = min(total, amount_in(account, "cash"), amount_in(account, "non_marginable_buying_power"))
        held = _dollars_held(orders, total - free)
        return Holding(asset="USD", free=free, held=held, locked=total - free - held)


def _dollars_held(orders: Iterable[Order], most: Decimal) -> Decimal:
    amounts = [order.held_quantity for order in orders if order.held_asset == "USD"]
    # Nobody but the venue knows what an order without a price reserves.
    known = [most if amount is None else amount for amount in amounts]
    return max(min(sum(known, ZERO), most), ZERO)


def parse_position(row: Row, catalog: Catalog) -> Holding:
    """Read one position, crypto or stock; a short one has a negative quantity."""
    asset = _position_asset(row, catalog)
    with exact():
        quantity, available = amount_in(row, "qty"), amount_in(row, "qty_available")
        return Holding(
            asset=asset.base if asset else text_in(row, "symbol"),
            free=available,
            held=quantity - available,
            venue_entry=optional_in(row, "avg_entry_price", amount_in) or None,
            venue_value_usd=lenient(row, "market_value", amount_in),
            symbol=asset.symbol if asset else None,
        )


def parse_positions(rows: Iterable[object], catalog: Catalog) -> tuple[Holding, ...]:
    """Read the positions that can be read."""
    return tuple(readable(rows, lambda row: parse_position(row, catalog), "positions"))


def check_positions(account: Row, rows: Iterable[object]) -> None:
    """Refuse positions that lack a good part of what the account counts for them: some were left out.

    Both are read a moment apart, so that prices may move and orders fill between them.
    """
    values = [lenient(row, "market_value", amount_in) if isinstance(row, Mapping) else None for row in rows]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return
    with exact():
        counted, longs = _counted(account), sum((value for value in known if value > ZERO), ZERO)
        # The sum of all may leave out what is short, or take it off.
        missing = min(counted - longs, counted - sum(known, ZERO))
    if missing > max(counted * _MISSING_RATIO, _MISSING_USD):
        message = "the positions lack a part of what the account counts for them"
        raise MalformedAnswerError(message)


def _counted(account: Row) -> Decimal:
    """Return the most that an account says its positions are worth; it says so twice."""
    longs = lenient(account, "long_market_value", amount_in)
    return max(amount_in(account, "position_market_value"), longs or ZERO)


def find_unreadable_positions(rows: Iterable[object], catalog: Catalog) -> frozenset[str]:
    """Return the assets of positions that cannot be read; "" is one that names none."""
    odd = [
        row
        for row in rows
        if not readable([row], lambda row: parse_position(row, catalog), "positions", least=0)
    ]
    names = [row.get("symbol") if isinstance(row, Mapping) else None for row in odd]
    return frozenset(catalog.asset(name).base if isinstance(name, str) else "" for name in names)


def _position_asset(row: Row, catalog: Catalog) -> Asset | None:
    name = text_in(row, "symbol")
    asset_class = _CLASSES.get(text_in(row, "asset_class"))
    asset = catalog.asset(name)
    if asset_class is None:
        return None
    if asset_class is AssetClass.CRYPTO and asset.asset_class is not AssetClass.CRYPTO:
        # no longer listed: positions in coins are against the dollar
        return Asset(base=name.removesuffix("USD"), quote="USD", asset_class=asset_class)
    return asset


def _order_asset(row: Row, catalog: Catalog) -> Asset:
    return (_position_asset(row, catalog) if row.get("asset_class") else None) or catalog.asset(
        text_in(row, "symbol")
    )


def stock_tickers(positions: Iterable[object]) -> set[str]:
    """Return the tickers among positions."""
    rows = [row for row in positions if isinstance(row, Mapping)]
    names = [row.get("symbol") for row in rows if row.get("asset_class") == _STOCK]
    return {name for name in names if name and isinstance(name, str)}


def parse_open_orders(items: Iterable[object], catalog: Catalog) -> OpenOrders:
    """Read a page of open orders."""
    return read_open_orders(
        items,
        lambda item: _open_order(as_row(item, "order"), catalog),
        lambda item: named(item, "id", "symbol"),
    )


def _open_order(row: Row, catalog: Catalog) -> Order:
    """Read what it takes to tell what an open order holds and to cancel it; nothing else may hide it."""
    asset, side = _order_asset(row, catalog), one_of(row, "side", _SIDES)
    filled = lenient(row, "filled_qty", amount_in) or ZERO
    client_order_id = lenient(row, "client_order_id", text_in)
    price = lenient(row, "limit_price", amount_in) or lenient(row, "stop_price", amount_in)
    status = _FINAL.get(str(row.get("status")), OrderStatus.OPEN)
    return Order(
        venue_order_id=VenueOrderId(text_in(row, "id")),
        client_order_id=ClientOrderId(client_order_id) if client_order_id else None,
        symbol=asset.symbol,
        side=side,
        family=_family(row),
        status=status,
        quantity=filled if status.is_final else _open_quantity(row, side, filled, price),
        filled_quantity=filled,
        cost=None,
        fee=None,
        fee_asset=None,
        price=price,
        opened_at=lenient(row, "created_at", iso_time_in),
    )


def _open_quantity(row: Row, side: Side, filled: Decimal, price: Decimal | None) -> Decimal:
    quantity = lenient(row, "qty", amount_in)
    if quantity is not None:
        return quantity
    if side is Side.BUY:
        return filled  # a purchase sized by its cost holds money, whatever it will buy
    notional = lenient(row, "notional", amount_in)
    # What a sale sized by its value holds is known from its price alone.
    return notional / price if notional and price else amount_in(row, "qty")


def oldest_submission(items: Iterable[object]) -> str:
    """Return where to go on reading further back: the time of the last order on a page that tells one."""
    rows = [item for item in items if isinstance(item, Mapping)]
    times = [text for row in rows if (text := lenient(row, "submitted_at", text_in))]
    return times[-1] if times else text_in(rows[-1] if rows else {}, "submitted_at")


def parse_order(row: Row, catalog: Catalog, *, fills: tuple[Fill, ...] = ()) -> Order:
    """Read one order; its exact cost is known when its fills are."""
    asset = _order_asset(row, catalog)
    filled = amount_in(row, "filled_qty")
    client_order_id = lenient(row, "client_order_id", text_in)
    unpaid = filled == ZERO or asset.asset_class is AssetClass.STOCK
    return Order(
        venue_order_id=VenueOrderId(text_in(row, "id")),
        client_order_id=ClientOrderId(client_order_id) if client_order_id else None,
        symbol=asset.symbol,
        side=one_of(row, "side", _SIDES),
        family=_family(row),
        status=order_status_in(row, "status", _FINAL),
        # an order sized by its cost has no quantity but what was filled
        quantity=optional_in(row, "qty", amount_in) or filled,
        filled_quantity=filled,
        cost=_cost(row, filled, fills),
        fee=ZERO if unpaid else None,
        fee_asset=asset.quote if unpaid else None,
        price=optional_in(row, "limit_price", amount_in) or optional_in(row, "stop_price", amount_in),
        opened_at=lenient(row, "created_at", iso_time_in),
        fills=fills,
    )


def _family(row: Row) -> ProductFamily:
    if row.get("side") == "sell_short" or row.get("position_intent") == "sell_to_open":
        return ProductFamily.MARGIN
    return _FAMILIES.get(str(row.get("asset_class") or "us_equity"), ProductFamily.OTHER)


def _cost(row: Row, filled: Decimal, fills: tuple[Fill, ...]) -> Decimal | None:
    with exact():
        if filled == sum((fill.quantity for fill in fills), ZERO):
            return sum((fill.quantity * fill.price for fill in fills), ZERO)
        average = optional_in(row, "filled_avg_price", amount_in)
        return None if average is None else average * filled


def parse_fills(rows: Iterable[Row], catalog: Catalog) -> tuple[Fill, ...]:
    """Read FILL activities, newest first.

    The crypto fee is taken from what a fill credits and booked later as an activity of its own that names
    no fill, so here it is unknown.
    """
    fills = readable(rows, lambda row: _fill(row, catalog), "activities")
    return wall_time.newest_first(fills, at=lambda fill: fill.at)


def _fill(row: Row, catalog: Catalog) -> Fill:
    asset = catalog.asset(text_in(row, "symbol"))
    side = one_of(row, "side", _SIDES)
    is_stock = asset.asset_class is AssetClass.STOCK
    return Fill(
        trade_id=text_in(row, "id"),
        venue_order_id=VenueOrderId(text_in(row, "order_id")),
        symbol=asset.symbol,
        base=asset.base,
        quote=asset.quote,
        side=side,
        price=amount_in(row, "price"),
        quantity=amount_in(row, "qty"),
        fee=ZERO if is_stock else None,
        fee_asset=asset.base if side is Side.BUY and not is_stock else asset.quote,
        at=iso_time_in(row, "transaction_time"),
    )


def parse_quotes(answer: object, symbols: Mapping[str, str]) -> dict[str, Quote]:
    """Read latest quotes; `symbols` gives ours by the venue's. A side that is missing or garbage is None."""
    quotes = row_in(as_row(answer, "quotes"), "quotes")
    read: dict[str, Quote] = {}
    for name in quotes.keys() & symbols.keys():
        # One that cannot be read must hide none of the others.
        try:
            read[symbols[name]] = _quote(symbols[name], as_row(quotes[name], name))
        except MalformedAnswerError as e:
            note_odd_row("quotes", name, e)
    return read


def _quote(symbol: str, row: Row) -> Quote:
    return Quote(
        symbol=symbol,
        bid=_figure(row, "bp"),
        ask=_figure(row, "ap"),
        bid_quantity=_figure(row, "bs"),
        ask_quantity=_figure(row, "as"),
        at=iso_time_in(row, "t"),
    )


def _figure(row: Row, key: str) -> Decimal | None:
    try:
        return amount_in(row, key)
    except MalformedAnswerError:
        return None


def parse_book(answer: object, symbol: str) -> OrderBook:
    """Read one crypto order book."""
    book = row_in(row_in(as_row(answer, "orderbooks"), "orderbooks"), symbol)
    return OrderBook(
        symbol=symbol, bids=_levels(book, "b"), asks=_levels(book, "a"), at=iso_time_in(book, "t")
    )


def parse_bars(answer: object, symbol: str) -> list[Candle]:
    """Read one pair's bars; a pair without any is left out."""
    rows = optional_in(row_in(as_row(answer, "bars"), "bars"), symbol, rows_in) or ()
    return [Candle(start=iso_time_in(row, "t"), close=amount_in(row, "c")) for row in rows]


def _levels(book: Row, side: str) -> tuple[Level, ...]:
    rows = rows_of(book.get(side), side)
    return tuple(Level(price=amount_in(row, "p"), quantity=amount_in(row, "s")) for row in rows)


def parse_session(answer: object) -> Session:
    """Read the clock; it names the next close, and the regular session of that day opened at 9:30."""
    row = as_row(answer, "clock")
    is_open = flag_in(row, "is_open")
    return Session(
        is_open=is_open,
        opened_at=_opened_at(row) if is_open else None,
        next_open=iso_time_in(row, "next_open"),
        next_close=iso_time_in(row, "next_close"),
    )


def _opened_at(row: Row) -> datetime | None:
    iso_time_in(row, "next_close")  # has a zone: the exchange's own
    closes = datetime.fromisoformat(text_in(row, "next_close"))
    opened = closes.replace(hour=_OPENS.hour, minute=_OPENS.minute, second=0, microsecond=0)
    return None if wall_time.is_before(iso_time_in(row, "timestamp"), opened) else opened


def parse_permissions(account: Row) -> KeyPermissions:
    """Read the account's flags: its key may do whatever the account may; it cannot withdraw by itself."""
    block = find_block(account)
    return KeyPermissions(
        can_read=True,
        can_trade=block is None,
        can_withdraw=None,
        block=block,
        limits=find_limits(account),
    )
