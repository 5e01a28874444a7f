"""The text for stored records that cannot be read."""

from collections.abc import Iterator

from engine.alerts.messages import AlertUnreadable, RecordKind, RecordUnreadable
from engine.model.instruments import base_of
from handlers.render.html import bold, escape, foreign
from handlers.render.times import Reader

_RESTORE = "stop NIJA, put a backup back with nija restore FILE and start it again"


def render_unreadable(message: AlertUnreadable | RecordUnreadable, reader: Reader) -> Iterator[str]:
    """Name the record, what is not done because of it, and what to do."""
    if isinstance(message, AlertUnreadable):
        yield from _alert(message, reader)
        return
    if message.over:
        yield from _over(message)
        return
    match message.record:
        case RecordKind.GUARD:
            yield from _guard(message)
        case RecordKind.EXIT:
            yield from _exit(message)
        case RecordKind.ENTRY:
            yield from _entry(message)
        case RecordKind.FILL:
            yield from _fill(message)


def _alert(message: AlertUnreadable, reader: Reader) -> Iterator[str]:
    yield bold("An alert could not be read")
    lost = escape(message.lost.replace("_", " "))
    written = f"Alert {message.alert_id} ({lost}) of {reader.clock(message.written_at)}"
    yield f"{written} is damaged in the database, or of a newer version."
    yield f"It holds: {foreign(message.text)}" if message.text else "NIJA cannot say what was in it."
    yield "Look at /history and /positions, and at the venue itself."


def _over(message: RecordUnreadable) -> Iterator[str]:
    whats = {RecordKind.GUARD: "Guard", RecordKind.ENTRY: "Buy"}
    what = whats.get(message.record, "The sale of guard")
    yield bold("Stored record readable again")
    yield f"{what} {_named(message)} can be read again, or has ended. /status shows what is watched now."


def _guard(message: RecordUnreadable) -> Iterator[str]:
    venue = _venue(message)
    yield bold("GUARD NOT WATCHED: its record is damaged")
    yield f"Guard {_named(message)} cannot be read from the database and is NOT watched: {foreign(message.why)}."
    if message.on_sale:
        yield f"Its sale had begun and is not followed: look at {venue} whether it was sold."
        yield f"Sell there what was not. Then {_RESTORE}."
        return
    yield "Whatever it loses, nothing is sold."
    yield f"To have it watched, {_RESTORE}; or set a new guard with /guard {_asset(message)}."
    yield f"If you want out now, sell at {venue}."


def _exit(message: RecordUnreadable) -> Iterator[str]:
    yield bold("SALE NOT FOLLOWED: its record is damaged")
    yield (
        f"The order that sells guard {_named(message)} cannot be read from the database and is NOT followed: "
        f"{foreign(message.why)}."
    )
    yield "Nothing of that position is sold again: it might be sold twice."
    yield f"Look at {_venue(message)} whether it was sold, and sell there what was not. Then {_RESTORE}."


def _entry(message: RecordUnreadable) -> Iterator[str]:
    yield bold("BUY NOT FOLLOWED: its record is damaged")
    yield f"Buy {_named(message)} cannot be read from the database and is NOT followed: {foreign(message.why)}."
    yield "What it brings is not guarded, and no other buy is made there: nobody knows what cash it takes."
    yield (
        f"Look at {_venue(message)} whether it was bought; /guard {_asset(message)} guards it then. "
        f"To have it followed, {_RESTORE}."
    )


def _fill(message: RecordUnreadable) -> Iterator[str]:
    yield bold("Stored trade unreadable")
    yield f"Trade {_named(message)} cannot be read from the database: {foreign(message.why)}."
    yield f"Entry and result of {_asset(message)} are worked out without it and may be wrong."
    yield f"What is guarded stays guarded at its cost. To have the trade back, {_RESTORE}."


def _named(message: RecordUnreadable) -> str:
    where = f" at {message.venue_label}" if message.venue_label else ""
    return f"{escape(message.name)} ({escape(message.symbol or 'of an unknown symbol')}{escape(where)})"


def _asset(message: RecordUnreadable) -> str:
    return escape(base_of(message.symbol) or "SYMBOL")


def _venue(message: RecordUnreadable) -> str:
    return escape(message.venue_label or "the venue")
