"""The sum of what exits brought, where every one of them is known."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from engine.exits.audit import ExitRecord
from handlers.render.html import escape
from handlers.render.numbers import add_rounded, in_currency

#: One figure is its own sum.
_LEAST = 2


def render_total(exits: Iterable[ExitRecord]) -> Iterator[str]:
    """Write a line a currency; none for one where a result is unknown, or of before its fee."""
    found = defaultdict[str, list[Decimal | None]](list)
    for record in exits:
        for currency, result in _results(record):
            found[currency].append(result)
    for currency, results in found.items():
        known = [result for result in results if result is not None]
        if len(known) == len(results) >= _LEAST:
            total = in_currency(add_rounded(known), currency, signed=True)
            yield escape(f"Realised PnL of these {len(known)} sales together: {total}")


def _results(record: ExitRecord) -> Sequence[tuple[str, Decimal | None]]:
    results = list[tuple[str, Decimal | None]]()
    if record.average_price is not None:
        found = record.result
        is_known = found is not None and not found.before_fee
        results.append((record.guard_currency, found.pnl if found and is_known else None))
    for late in record.late:
        currency = (late.instead_of or late.symbol).partition("/")[2]
        results.append((currency, None if late.before_fee else late.realised))
    return results
