"""The text of /export, and the document above it."""

from collections.abc import Iterator, Sequence

from engine.statements.export import ExportedFill, FillsExport
from engine.statements.lots import match_lots
from engine.statements.periods import year_of
from handlers.render.csv_cointracking import cointracking_csv
from handlers.render.csv_fills import fills_csv
from handlers.render.csv_koinly import koinly_csv
from handlers.render.html import bold, escape
from handlers.render.screen import Document, Screen
from handlers.render.times import Reader
from handlers.statement_arguments import ExportArguments, ExportFormat

#: Telegram takes no larger file of a bot.
MOST_BYTES = 49 * 1024 * 1024
_LOTS = (
    "Each disposal names the purchases that it used up, first in, first out, at each account by itself. "
    "NIJA's own figures are at average cost."
)


def render_export(export: FillsExport, wanted: ExportArguments, reader: Reader) -> Screen:
    """Return the chosen fills as a document, with what is missing of them."""
    chosen, fills = _chosen(export, wanted, reader)
    lines = (*_beside(export, wanted, chosen, fills), reader.as_of(reader.now))
    if not fills:
        return Screen(text="\n".join((f"No known trades{_of_what(wanted)}: nothing to export.", *lines)))
    content = _content(export, wanted, fills).encode()
    if len(content) > MOST_BYTES:
        return Screen(
            text=f"{_count(fills)} are too many for one file: name a year, such as /export {reader.today.year}."
        )
    head = f"{bold(_count(fills))}{_of_what(wanted)}, oldest first. Times are UTC."
    return Screen(text="\n".join((head, *lines)), document=Document(name=_name(wanted), content=content))


def _chosen(
    export: FillsExport, wanted: ExportArguments, reader: Reader
) -> tuple[Sequence[ExportedFill], Sequence[ExportedFill]]:
    """Return what was named, and what of it the format has lines for."""
    span = None if wanted.year is None else year_of(wanted.year, reader.zone)
    chosen = export.chosen(symbol=wanted.symbol, span=span)
    if wanted.format is ExportFormat.CSV:
        return chosen, chosen
    return chosen, [one for one in chosen if one.is_spot]


def _content(export: FillsExport, wanted: ExportArguments, fills: Sequence[ExportedFill]) -> str:
    if wanted.format is ExportFormat.CSV:
        return fills_csv(fills)
    # What was bought before what is shown is used up by it too.
    lots = match_lots(export.fills)
    return koinly_csv(fills, lots) if wanted.format is ExportFormat.KOINLY else cointracking_csv(fills, lots)


def _count(fills: Sequence[ExportedFill]) -> str:
    return "1 fill" if len(fills) == 1 else f"{len(fills)} fills"


def _of_what(wanted: ExportArguments) -> str:
    symbol = f" of {escape(wanted.symbol)}" if wanted.symbol else ""
    return f"{symbol} in {wanted.year}" if wanted.year is not None else symbol


def _name(wanted: ExportArguments) -> str:
    symbol = wanted.symbol.lower().replace("/", "-") if wanted.symbol else None
    year = None if wanted.year is None else str(wanted.year)
    kind = "fills" if wanted.format is ExportFormat.CSV else wanted.format.value
    return f"{'-'.join(filter(None, ('nija', kind, symbol, year)))}.csv"


def _beside(
    export: FillsExport,
    wanted: ExportArguments,
    chosen: Sequence[ExportedFill],
    fills: Sequence[ExportedFill],
) -> Iterator[str]:
    if wanted.format is not ExportFormat.CSV and fills:
        yield _LOTS
    if len(chosen) > len(fills):
        left_out = _count([one for one in chosen if not one.is_spot])
        yield f"Left out: {left_out} with leverage or of derivatives, which this format has no line for."
    if not export.accounts:
        yield "No broker is connected."
    unread = sorted({one.venue.label for one in export.accounts if not one.is_complete})
    if unread:
        yield (
            f"{escape(', '.join(unread))}: older trades may be missing. "
            "NIJA reads back only until what is held is explained."
        )
    if export.to_be_read:
        orders = "1 order" if export.to_be_read == 1 else f"{export.to_be_read} orders"
        yield f"Not in it yet: the fills of {orders} of NIJA's, which the next reading of the broker brings."
    unbooked = sum(one.fill.fee is None for one in fills)
    if unbooked:
        yield f"Without a fee, because it is not booked yet or not reported: {unbooked}."
    if export.unreadable:
        yield f"Missing, because the stored record cannot be read: {export.unreadable}."
