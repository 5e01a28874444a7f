"""Fills in Koinly's universal format, one a line: https://support.koinly.io/en/articles/9489976-how-to-create-a-custom-csv-file-with-your-data."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC

from engine.model.money import exact
from engine.model.orders import Side
from engine.statements.export import ExportedFill
from engine.statements.lots import Matching
from handlers.render.csv_fills import digits, lines_of, safe
from handlers.render.fifo_text import fifo_text

COLUMNS = (
    "Date",
    "Sent Amount",
    "Sent Currency",
    "Received Amount",
    "Received Currency",
    "Fee Amount",
    "Fee Currency",
    "Net Worth Amount",
    "Net Worth Currency",
    "Label",
    "Description",
    "TxHash",
)


def koinly_csv(fills: Iterable[ExportedFill], lots: Mapping[tuple[str, str], Matching]) -> str:
    """Return a line for each fill: amounts without the fee, which Koinly takes off by itself."""
    return lines_of((COLUMNS, *(_row(one, lots.get((one.account_id, one.fill.trade_id))) for one in fills)))


def _row(one: ExportedFill, matching: Matching | None) -> Sequence[str]:
    fill = one.fill
    with exact():
        value = fill.price * fill.quantity
    base, quote = (digits(fill.quantity), safe(fill.base)), (digits(value), safe(fill.quote))
    sent, received = (base, quote) if fill.side is Side.SELL else (quote, base)
    fee = ("", "") if fill.fee is None else (digits(fill.fee), safe(fill.fee_asset))
    what = f"{one.venue.label} {fill.side.value} {fill.symbol}"
    return (
        f"{fill.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
        *sent,
        *received,
        *fee,
        "",
        "",
        "",
        ". ".join(filter(None, (what, fifo_text(matching)))),
        safe(fill.trade_id),
    )
