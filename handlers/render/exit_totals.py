"""The sums of what exits brought: against what was paid and against the guards' prices, never mixed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from engine.exits.audit import ExitRecord
from handlers.render.exit_results import Brought, brought_by_exit, brought_by_sale
from handlers.render.html import escape
from handlers.render.numbers import add_rounded, in_currency

#: One figure is its own sum.
_LEAST = 2


def render_total(exits: Iterable[ExitRecord]) -> Iterator[str]:
    """Write the sums of each currency; none for one where a sale has no result at all, or one of before its fee."""
    found = defaultdict[str, list[Brought]](list)
    for record in exits:
        for brought in _brought(record):
            found[brought.currency].append(brought)
    for currency, ones in found.items():
        if len(ones) >= _LEAST and all(map(_is_final, ones)):
            yield from _sums(ones, currency)


def _sums(ones: Sequence[Brought], currency: str) -> Iterator[str]:
    realised = [one.realised for one in ones if one.realised is not None]
    others = [one.against_guard.result for one in ones if one.realised is None and one.against_guard]
    if realised:
        of = "" if not others else f"{len(realised)} of "
        yield _sum(f"Realised PnL of {of}these {len(ones)} sales together", realised, currency)
    if others:
        name = f"{len(others)} of them" if realised else f"these {len(ones)} sales together"
        label = f"Entry unknown, so against the guard's price, {name}"
        yield _sum(label, others, currency)


def _sum(label: str, amounts: Sequence[Decimal], currency: str) -> str:
    return escape(f"{label}: {in_currency(add_rounded(amounts), currency, signed=True)}")


def _is_final(brought: Brought) -> bool:
    return not brought.before_fee and (brought.realised is not None or brought.against_guard is not None)


def _brought(record: ExitRecord) -> Iterator[Brought]:
    if (brought := brought_by_exit(record)) is not None:
        yield brought
    yield from map(brought_by_sale, record.late)
