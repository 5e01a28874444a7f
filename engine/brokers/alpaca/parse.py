"""Read Alpaca's answers into our values; market data keeps the text its JSON floats were written in."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from engine import wall_time
from engine.brokers.alpaca.names import Catalog, is_stock, position_asset
from engine.brokers.alpaca.orders import SIDES
from engine.brokers.alpaca.restrictions import find_block, find_limits
from engine.brokers.base import KeyPermissions
from engine.brokers.candles import Candle
from engine.brokers.parse import (
    MalformedAnswerError,
    Row,
    amount_in,
    as_list,
    as_row,
    iso_time_in,
    lenient,
    note_odd_row,
    one_of,
    optional_in,
    positive_in,
    readable,
    require_none_below_zero,
    row_in,
    rows_in,
    text_in,
)
from engine.model.holdings import AccountFigure, Holding
from engine.model.instruments import AssetClass
from engine.model.money import ZERO, exact
from engine.model.orders import (
    Fill,
    OpenOrders,
    Side,
    VenueOrderId,
)
from engine.model.quotes import Level, OrderBook, Quote

_SHORT = "short"
_NO_ORDERS = OpenOrders()
#: What an account states for its positions.
_SUMS = ("position_market_value", "long_market_value")
#: Positions that lack more than this of their account's own sum for them are not all of them.
_MISSING_RATIO, _MISSING_USD = Decimal("0.1"), Decimal(1)


def rows_of(answer: object, what: str) -> list[Row]:
    """Read an answer that is a list of objects."""
    return [as_row(item, what) for item in as_list(answer, what)]


def find_figures(account: Row) -> Mapping[AccountFigure, Decimal | None]:
    """Return the figures of the account as a whole; None for one that cannot be read."""
    return {
        AccountFigure.EQUITY: lenient(account, "equity", amount_in),
        AccountFigure.SPENDABLE: lenient(account, "non_marginable_buying_power", amount_in),
    }


def find_cash(account: Row) -> Holding | None:
    """Return the dollars, or None where a figure that they are worked out from cannot be read."""
    try:
        return parse_cash(account)
    except MalformedAnswerError:
        return None


def parse_cash(account: Row, opened: OpenOrders = _NO_ORDERS) -> Holding:
    """Read the dollars, which are all that is no position.

    Of what the venue does not let be spent, open orders hold their part; the rest has not settled yet.
    """
    with exact():
        total = amount_in(account, "equity") - amount_in(account, "position_market_value")
        free = min(total, amount_in(account, "cash"), amount_in(account, "non_marginable_buying_power"))
        held = _dollars_held(opened, total - free)
        return Holding(asset="USD", free=free, held=held, locked=total - free - held)


def _dollars_held(opened: OpenOrders, most: Decimal) -> Decimal:
    amounts = [order.held_quantity for order in opened.orders if order.held_asset == "USD"]
    # Nobody but the venue knows what an order without a price reserves, or one that cannot be read.
    amounts += [None for _ in opened.unreadable]
    known = [most if amount is None else amount for amount in amounts]
    return max(min(sum(known, ZERO), most), ZERO)


def parse_position(row: Row, catalog: Catalog) -> Holding:
    """Read one position, crypto or stock; a short one has a negative quantity."""
    asset = position_asset(row, catalog)
    with exact():
        quantity, available = amount_in(row, "qty"), amount_in(row, "qty_available")
        _require_one_sign(row, quantity, available)
        return Holding(
            asset=asset.base if asset else text_in(row, "symbol"),
            free=available,
            held=quantity - available,
            venue_entry=lenient(row, "avg_entry_price", positive_in),
            venue_value_usd=lenient(row, "market_value", amount_in),
            symbol=asset.symbol if asset else None,
            is_stock=asset is not None and asset.asset_class is AssetClass.STOCK,
        )


def _require_one_sign(row: Row, quantity: Decimal, available: Decimal) -> None:
    """Refuse a position whose figures are below zero and that is not said to be short: only a stock can be."""
    is_short = str(row.get("side")).casefold() == _SHORT and is_stock(row)
    sign = -1 if is_short else 1
    require_none_below_zero(
        qty=sign * quantity, qty_available=sign * available, held=sign * (quantity - available)
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
        counted = _counted(account) if values else _counted(account) or _beside_cash(account)
        longs = sum((value for value in known if value > ZERO), ZERO)
        # The sum of all may leave out what is short, or take it off.
        missing = min(counted - longs, counted - sum(known, ZERO))
    if missing > max(counted * _MISSING_RATIO, _MISSING_USD):
        message = "the positions lack a part of what the account counts for them"
        raise MalformedAnswerError(message)


def _counted(account: Row) -> Decimal:
    """Return the most of the two values that an account states for its positions; zero where neither can be read.

    Raises:
        MalformedAnswerError: the answer has no figure of an account at all.

    """
    stated = {key: lenient(account, key, amount_in) for key in (*_SUMS, "equity", "cash")}
    if not any(figure is not None for figure in stated.values()):
        message = "the account shows none of its figures"
        raise MalformedAnswerError(message)
    return max(stated[key] or ZERO for key in _SUMS)


def _beside_cash(account: Row) -> Decimal:
    """Return what an account has beside its cash where no sum tells of positions: some, or dollars that orders hold."""
    if any(lenient(account, key, amount_in) is not None for key in _SUMS):
        return ZERO
    return amount_in(account, "equity") - amount_in(account, "cash")


def find_unreadable_positions(rows: Iterable[object], catalog: Catalog) -> frozenset[str]:
    """Return the assets of positions that cannot be read; "" is one that names none."""
    odd = [
        row
        for row in rows
        if not readable([row], lambda row: parse_position(row, catalog), "positions", least=0)
    ]
    return frozenset(_name_of(row, catalog) for row in odd)


def _name_of(row: object, catalog: Catalog) -> str:
    if not isinstance(row, Mapping):
        return ""
    name = lenient(row, "symbol", text_in)
    asset = lenient(row, "asset_class", lambda *_: position_asset(row, catalog))
    return asset.base if asset else catalog.asset(name).base if name else ""


def stock_tickers(positions: Iterable[object]) -> set[str]:
    rows = [row for row in positions if isinstance(row, Mapping)]
    names = [row.get("symbol") for row in rows if is_stock(row)]
    return {name for name in names if name and isinstance(name, str)}


def parse_fills(rows: Iterable[Row], catalog: Catalog) -> tuple[Fill, ...]:
    """Read FILL activities, newest first.

    The crypto fee is taken from what a fill credits and booked later as an activity of its own that names
    no fill, so here it is unknown.
    """
    fills = readable(rows, lambda row: _fill(row, catalog), "activities")
    return wall_time.newest_first(fills, at=lambda fill: fill.at)


def parse_fills_of(order_id: VenueOrderId, rows: Iterable[Row], catalog: Catalog) -> tuple[Fill, ...]:
    """Read the trades of one order, of which none may be missed."""
    return tuple(_fill(row, catalog) for row in rows if text_in(row, "order_id") == order_id)


def _fill(row: Row, catalog: Catalog) -> Fill:
    asset = catalog.asset(text_in(row, "symbol"))
    side = one_of(row, "side", SIDES)
    is_stock = asset.asset_class is AssetClass.STOCK
    return Fill(
        trade_id=text_in(row, "id"),
        venue_order_id=VenueOrderId(text_in(row, "order_id")),
        symbol=asset.symbol,
        base=asset.base,
        quote=asset.quote,
        side=side,
        price=positive_in(row, "price"),
        quantity=positive_in(row, "qty"),
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
