"""Fills as CSV, one a line, with every digit."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC
from decimal import Decimal

from engine.model.money import exact
from engine.statements.export import ExportedFill

#: A spreadsheet takes a text that begins so for a formula; a venue decides what its ids are.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "time",
    "broker",
    "account",
    "symbol",
    "base",
    "quote",
    "side",
    "price",
    "quantity",
    "value",
    "fee",
    "fee_asset",
    "margin",
    "order_id",
    "trade_id",
)


def fills_csv(fills: Iterable[ExportedFill]) -> str:
    """Return a line for each fill below the names of the columns; an empty fee is unknown."""
    return lines_of((COLUMNS, *map(_row, fills)))


def _row(one: ExportedFill) -> Sequence[str]:
    fill = one.fill
    with exact():
        value = fill.price * fill.quantity
    texts = (one.venue.value, one.account_id, fill.symbol, fill.base, fill.quote, fill.side.value)
    figures = (digits(fill.price), digits(fill.quantity), digits(value), digits(fill.fee))
    ids = (fill.fee_asset, "yes" if fill.margin else "no", fill.venue_order_id, fill.trade_id)
    return (fill.at.astimezone(UTC).isoformat(), *map(safe, texts), *figures, *map(safe, ids))


def digits(amount: Decimal | None) -> str:
    """Write an amount with every digit, and none as nothing."""
    return "" if amount is None else f"{amount:f}"


def safe(text: str) -> str:
    """Keep a text from being taken for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def lines_of(rows: Iterable[Sequence[str]]) -> str:
    """Write rows as CSV."""
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue()
