"""Read Kraken's tickers and order books."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from engine.brokers.kraken.names import Catalog
from engine.brokers.parse import MalformedAnswerError, Row, amount, as_list, as_row, unix_time_in
from engine.model.quotes import Level, OrderBook, Quote


def parse_quotes(result: object, catalog: Catalog, *, at: datetime) -> dict[str, Quote]:
    """Read Ticker; a side that is missing or garbage is None."""
    quotes: dict[str, Quote] = {}
    for pair_id, value in as_row(result, "Ticker").items():
        row = value if isinstance(value, Mapping) else {}
        bid, bid_quantity = _top(row.get("b"))
        ask, ask_quantity = _top(row.get("a"))
        symbol = catalog.pair(pair_id).symbol
        quotes[symbol] = Quote(
            symbol=symbol, bid=bid, ask=ask, bid_quantity=bid_quantity, ask_quantity=ask_quantity, at=at
        )
    return quotes


def parse_trades_a_day(result: object, catalog: Catalog) -> dict[str, int | None]:
    """Read from Ticker how often each pair was traded in the last 24 hours; None where it does not report it."""
    rows = as_row(result, "Ticker").items()
    return {catalog.pair(pair_id).symbol: _trades_a_day(value) for pair_id, value in rows}


def _trades_a_day(value: object) -> int | None:
    try:
        _today, last_24_h = as_list(as_row(value, "ticker").get("t"), "t")
        return int(amount(last_24_h, "t"))
    except (ValueError, OverflowError):  # also of the unpacking
        return None


def _top(value: object) -> tuple[Decimal | None, Decimal | None]:
    try:
        price, _whole_lots, quantity = as_list(value, "top of book")
        return amount(price, "price"), amount(quantity, "quantity")
    except ValueError:  # also of the unpacking
        return None, None


def parse_book(result: object, symbol: str, *, at: datetime) -> OrderBook:
    """Read Depth."""
    books = list(as_row(result, "Depth").values())
    if len(books) != 1:
        message = f"Depth answered for {len(books)} pairs"
        raise MalformedAnswerError(message)
    book = as_row(books[0], symbol)
    return OrderBook(symbol=symbol, bids=_levels(book, "bids"), asks=_levels(book, "asks"), at=at)


def parse_changed_at(result: object) -> datetime | None:
    """Read from Depth when any level of the book last changed; None where none reports."""
    books = [book for book in as_row(result, "Depth").values() if isinstance(book, Mapping)]
    levels = [level for book in books for side in ("bids", "asks") for level in as_list(book.get(side), side)]
    try:
        latest = max(filter(None, map(_seconds, levels)), default=None)
        return None if latest is None else unix_time_in({"time": str(latest)}, "time")
    except ValueError:
        return None


def _seconds(level: object) -> Decimal | None:
    try:
        _price, _quantity, time = as_list(level, "level")
        return amount(time, "time")
    except ValueError:  # also of the unpacking
        return None


def _levels(book: Row, side: str) -> tuple[Level, ...]:
    return tuple(_level(as_list(item, side), side) for item in as_list(book.get(side), side))


def _level(item: list[object], side: str) -> Level:
    price, quantity, *_time = [*item, None, None]
    return Level(price=amount(price, side), quantity=amount(quantity, side))
