"""Listings as far as they can be read: an odd figure or a missing row takes nothing away that was listed before."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from engine.brokers.parse import MalformedAnswerError, Row, amount_in, lenient, note_once, positive_in
from engine.model.instruments import Instrument

Listed = Mapping[str, Instrument]
NOTHING_LISTED: Listed = {}
_NAMED_MOST = 20


def read_lot(
    row: Row,
    key: str,
    *,
    of: str,
    before: Listed,
    default: Decimal,
    read: Callable[[Row, str], Decimal] = positive_in,
) -> Decimal:
    """Return a pair's lot, or where it cannot be read the one that was listed before, or the venue's usual one.

    An order cannot be sized without; one in too fine steps is refused by the venue itself.
    """
    try:
        return read(row, key)
    except MalformedAnswerError as e:
        known = before.get(of)
        lot = default if known is None else known.lot
        note_once(f"the listing of {of} is odd, so its lot is taken to be {lot:f}: {e}")
        return lot


def read_step(row: Row, key: str) -> Decimal | None:
    """Return a step of prices; None where it cannot be read."""
    return lenient(row, key, positive_in)


def read_minimum(row: Row, key: str) -> Decimal | None:
    """Return a smallest size or value; None where it cannot be read."""
    least = lenient(row, key, amount_in)
    return least if least is not None and least >= 0 else None


def kept_with(fresh: Listed, before: Listed, *, venue: str) -> dict[str, Instrument]:
    """Return what is listed, and what was listed before of which the venue says nothing, or nothing that can be read.

    What is held of that may still be sold; it is marked as not listed, so that it is not bought.
    """
    missing = sorted(before.keys() - fresh.keys())
    if missing:
        named = ", ".join(missing[:_NAMED_MOST]) + (" …" if len(missing) > _NAMED_MOST else "")
        note_once(f"{venue} lists nothing that can be read of {named}: what it listed before is kept")
    kept = {symbol: replace(before[symbol], is_listed=False) for symbol in missing}
    return {**kept, **fresh}
