"""The text of exits that do not get through, are not needed any more or leave something."""

from collections.abc import Iterator, Sequence

from engine import wall_time
from engine.alerts.messages import ExitFailing, ExitParked, ExitStoodDown
from engine.model.delays import Wait
from engine.model.guard_reasons import GuardReason
from engine.model.instruments import quote_of
from engine.orders.states import is_client_order_id
from handlers.render.at_stake import value_at_trigger
from handlers.render.cancelled_orders import cancelled_lines
from handlers.render.exit_level import Level
from handlers.render.failing_actions import doing_text
from handlers.render.guard_reasons import guard_reason_text
from handlers.render.html import bold, code, escape, foreign, rows
from handlers.render.numbers import full_quantity, price, target_percent, threshold_percent
from handlers.render.screen import Screen
from handlers.render.times import Reader
from handlers.render.why_failing import failing_text

#: Of the orders that may have sold, the latest are named.
_ORDERS_SHOWN = 3
_NOT_SOLD = "EXIT FAILING: not sold yet"
_OPENING_UNKNOWN = "; when it opens is not known"
_MAY_HAVE_SOLD = "EXIT FAILING: unknown whether it was sold"


def render_failing(message: ExitFailing, reader: Reader) -> Screen:
    """Render the alarm that a position is past its threshold or target, or was to be closed, and perhaps not sold."""
    pairs = [("Broker", message.venue.label), ("Symbol", message.symbol)]
    if not message.manual:
        level = Level(
            threshold=message.threshold,
            target=message.target,
            stop=message.stop,
            currency=quote_of(message.symbol),
        )
        pairs += [("Trigger PnL", level.beside(message.trigger_ratio)), level.row]
    pairs.append(("Quantity", full_quantity(message.quantity)))
    lines = (
        bold(_MAY_HAVE_SOLD if message.order_ids else _NOT_SOLD),
        rows(pairs),
        *value_at_trigger(message.at_stake, reader, manual=message.manual),
        f"Why: {foreign(failing_text(message.why, message.unreadable, message.venue.label))}",
        f"What NIJA does: {foreign(doing_text(message.doing, message.venue.label))}{_until(message.wait, reader)}",
        _if_you_cannot_wait(message),
        f"Since {reader.clock(message.since)}, {reader.age(message.since)}",
    )
    return Screen(text="\n".join(lines))


def _until(wait: Wait | None, reader: Reader) -> str:
    """Say until when an exit waits, by the clock: an alert may be read later than it was written."""
    if wait is None or wait.again_at is None:
        return opening_of(wait, reader) or ("" if wait is None or not wait.is_closed else _OPENING_UNKNOWN)
    is_past = wall_time.is_before(wait.again_at, reader.now)
    past = "; the next alert says what came of that" if is_past else ""
    return f" at {reader.clock(wait.again_at)}{past}"


def opening_of(wait: Wait | None, reader: Reader) -> str:
    """Say when the market opens that an exit waits for; empty where it waits for none or nobody knows."""
    if wait is None or wait.opens_at is None:
        return ""
    if wall_time.is_before(wait.opens_at, reader.now):
        return f", was to open {reader.clock(wait.opens_at)}"
    return f", opens {reader.clock(wait.opens_at)}, {reader.ahead(wait.opens_at)}"


def whether_sold(order_ids: Sequence[str]) -> str:
    """Return whether a failing exit has sold nothing, or may have by one of these orders."""
    return "unknown whether it was sold" if order_ids else "not sold yet"


def named_orders(order_ids: Sequence[str]) -> str:
    """Name the latest orders that may stand or have filled, by whose id it is, and count the others."""
    shown, more = order_ids[:_ORDERS_SHOWN], len(order_ids) - _ORDERS_SHOWN
    named = ", ".join(
        f"{label} {', '.join(map(code, ids))}"
        for label, ids in (
            ("order id", [one for one in shown if not is_client_order_id(one)]),
            ("client order id", [one for one in shown if is_client_order_id(one)]),
        )
        if ids
    )
    return f"{named} and {more} earlier" if more > 0 else named


def _if_you_cannot_wait(message: ExitFailing) -> str:
    label = message.venue.label
    if message.wait is not None and message.wait.is_closed and not message.order_ids:
        return f"If you cannot wait: until then {label} fills no market order of yours either."
    if not message.order_ids:
        return f"If you cannot wait, sell in {label}'s own app."
    return (
        f"If you cannot wait, look first at {label} whether an order of NIJA's stands or filled there "
        f"({named_orders(message.order_ids)}), then decide."
    )


def render_stood_down(message: ExitStoodDown, reader: Reader) -> Screen:
    """Render that a failing exit is needed no more."""
    lines = (
        bold("All clear: not sold, not needed" if message.target is None else "No profit taken: not sold"),
        f"{escape(message.symbol)} on {message.venue.label} {_came_back(message)} before it could be sold.",
        f"Nothing was sold; {full_quantity(message.quantity)} is guarded as before.",
        *_not_there_any_more(message),
        reader.as_of(reader.now),
    )
    return Screen(text="\n".join(lines))


def _came_back(message: ExitStoodDown) -> str:
    if message.stop is not None:
        return f"came back from its stop of {price(message.stop, quote_of(message.symbol))}"
    if message.target is None:
        return f"came back above {threshold_percent(message.threshold)}"
    return f"showed no profit at its target of {target_percent(message.target)} any more"


def _not_there_any_more(message: ExitStoodDown | ExitParked) -> Iterator[str]:
    if message.cancelled:
        yield "Cancelled for the sale, and not placed again:"
        yield from cancelled_lines(message.cancelled, message.symbol)


def _why_ended(message: ExitParked) -> str:
    why = guard_reason_text(message.why)
    if message.may_return:
        return f"{why}; if it comes back as it was, it is guarded again"
    return f"{why}; /close asks again" if message.why == GuardReason.ENTRY_CHANGED else why


def render_parked(message: ExitParked, reader: Reader) -> Screen:
    """Render what an exit could not sell and leaves where it is."""
    lines = (
        bold("Exit ended, something is left"),
        f"{escape(message.symbol)} on {message.venue.label}: {full_quantity(message.quantity)} was not sold.",
        f"Why: {foreign(_why_ended(message))}",
        *_not_there_any_more(message),
        reader.as_of(reader.now),
    )
    return Screen(text="\n".join(lines))
