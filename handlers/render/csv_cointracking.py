"""Fills in CoinTracking's format; of its fees: https://cointracking.freshdesk.com/en/support/solutions/articles/29000007202-entering-fees."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from decimal import Decimal

from engine.model.movements import change_of
from engine.model.orders import Side
from engine.statements.export import ExportedFill
from engine.statements.lots import Matching
from handlers.render.csv_fills import digits, lines_of, safe
from handlers.render.fifo_text import fifo_text

COLUMNS = (
    "Type",
    "Buy Amount",
    "Buy Currency",
    "Sell Amount",
    "Sell Currency",
    "Fee",
    "Fee Currency",
    "Exchange",
    "Trade-Group",
    "Comment",
    "Date",
)

_NONE = ("", "")


def cointracking_csv(fills: Iterable[ExportedFill], lots: Mapping[tuple[str, str], Matching]) -> str:
    """Return a line for each fill: amounts with the fee, as they changed the balance; another coin's fee on a line of its own."""
    rows = (row for one in fills for row in _rows(one, lots.get((one.account_id, one.fill.trade_id))))
    return lines_of((COLUMNS, *rows))


def _rows(one: ExportedFill, matching: Matching | None) -> Iterator[Sequence[str]]:
    fill = one.fill
    bought, sold = (fill.base, fill.quote) if fill.side is Side.BUY else (fill.quote, fill.base)
    is_of_pair = fill.fee_asset in {fill.base, fill.quote}
    comment = ". ".join(filter(None, (f"Trade {fill.trade_id}", fifo_text(matching))))
    yield (
        "Trade",
        *_amount(change_of(bought, fill), bought),
        *_amount(-change_of(sold, fill), sold),
        *(_amount(fill.fee, fill.fee_asset) if is_of_pair else _NONE),
        *_where_and_when(one, comment),
    )
    if fill.fee and not is_of_pair:
        yield (
            "Other Fee",
            *_NONE,
            *_amount(fill.fee, fill.fee_asset),
            *_NONE,
            *_where_and_when(one, f"Fee of trade {fill.trade_id}"),
        )


def _amount(amount: Decimal | None, asset: str) -> tuple[str, str]:
    return _NONE if amount is None else (digits(amount), safe(asset))


def _where_and_when(one: ExportedFill, comment: str) -> Sequence[str]:
    return one.venue.label, "", comment, f"{one.fill.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
