"""The text of /cancel: the preview with its buttons, and what the venue says after the press."""

from collections.abc import Iterator, Mapping

from engine.model.money import ZERO, exact
from engine.offers.cancelling_preview import CancelLine, CancelOutcome, CancelPreview, CancelResult, NoCancel
from handlers.render.cancelled_orders import cancelled_line
from handlers.render.html import bold, code, escape, foreign
from handlers.render.numbers import full_quantity, quantity
from handlers.render.orders import order_lines, unread_line
from handlers.render.screen import CANCEL, Screen, ScreenButton, Tone
from handlers.render.times import Reader

_WHY_NOT: Mapping[NoCancel, str] = {
    NoCancel.EXIT: "Not cancelled here: it is NIJA's own, of a sale under way that is followed to its end.",
    NoCancel.ENTRY: "Not cancelled here: it is NIJA's own, of a buy under way that is followed to its end.",
    NoCancel.ENDED: (
        "Not cancelled here: it is NIJA's own, and what it fills is still booked. Cancel it at the venue itself."
    ),
    NoCancel.NOT_LISTED: "Not cancelled here: its broker does not answer now.",
    NoCancel.TOO_MANY: "There are too many for buttons: name this one by its id.",
}


def render_cancel(preview: CancelPreview, reader: Reader) -> Screen:
    """Show the orders that were named, each with a button where it may be cancelled."""
    buttons = [line for line in preview.lines if line.confirmation_id is not None]
    head = bold("Cancel?" if buttons else "Nothing can be cancelled")
    if buttons:
        head += "\nNothing is cancelled without a button."
    blocks = [head, *("\n".join(_line(line, reader)) for line in preview.lines)]
    blocks += [unread_line(account, reader) for account in preview.unread]
    end = reader.as_of(preview.as_of)
    if buttons:
        end += f"\nA button counts once, until {reader.clock(preview.expires_at)}"
    return Screen(text="\n\n".join((*blocks, end)), keyboard=tuple((_button(line),) for line in buttons))


def render_cancel_result(result: CancelResult, reader: Reader) -> Screen:
    """Say what became of an order, as far as its venue confirms it."""
    lines = (*_result(result), reader.as_of(reader.now))
    return Screen(text="\n".join(lines))


def _line(line: CancelLine, reader: Reader) -> Iterator[str]:
    first, *others = order_lines(line.order, reader)
    yield f"{first} · {escape(line.order.account.venue.label)}"
    yield from others
    if line.why_not is not None:
        yield _WHY_NOT[line.why_not]


def _button(line: CancelLine) -> ScreenButton:
    order = line.order.order
    size = f" {quantity(order.quantity)}" if order.quantity else ""
    label = f"Cancel {order.side}{size} {order.symbol}"
    return ScreenButton(label=label, data=f"{CANCEL}:{line.confirmation_id}", tone=Tone.DANGER)


def _result(result: CancelResult) -> Iterator[str]:
    label, order = escape(result.venue.label), result.order
    line = f"{cancelled_line(order, '')} · {label} · {code(order.venue_order_id)}"
    match result.outcome:
        case CancelOutcome.CANCELLED:
            yield bold("Already cancelled" if result.was_over else "Cancelled")
            yield line
            yield f"{label} confirms it."
            yield from _filled(result)
        case CancelOutcome.FILLED:
            yield bold("Not cancelled: it has filled")
            yield line
        case CancelOutcome.REFUSED:
            yield bold("Not cancelled")
            yield line
            yield f"{label} did not do it: {foreign(result.detail)}"
        case CancelOutcome.UNKNOWN:
            yield bold("Unknown whether cancelled")
            yield line
            why = f" ({foreign(result.detail)})" if result.detail else ""
            yield f"{label} has not confirmed it{why}. /orders shows whether it is still open."


def _filled(result: CancelResult) -> Iterator[str]:
    if not result.filled:
        return
    with exact():
        rest = max(result.order.quantity - result.filled, ZERO)
    yield f"{full_quantity(result.filled)} of it had filled before; {full_quantity(rest)} was cancelled."
