"""The alert of a sale: what triggered or requested it, what was done, and what it cost."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from engine import wall_time
from engine.alerts.messages import ExitFilled
from engine.model.holdings import Direction
from engine.model.instruments import quote_of
from engine.model.money import exact, is_cash
from engine.model.venues import Venue
from handlers.render.cancelled_orders import cancelled_lines
from handlers.render.exit_level import Level
from handlers.render.exit_results import brought_by_sale
from handlers.render.html import bold, code, escape, foreign, rows
from handlers.render.no_price import unseen_text
from handlers.render.numbers import (
    charged,
    charged_from,
    full_quantity,
    in_currency,
    percent,
    price,
)
from handlers.render.screen import Screen
from handlers.render.times import Reader, duration, exact_duration
from handlers.render.why_failing import failing_text

#: An alert older than this says so: it was written while Telegram or NIJA was away.
_LATE = timedelta(minutes=1)
_CENT = Decimal("0.01")


def render_filled(message: ExitFilled, reader: Reader) -> Screen:
    """Render the alert of a sale: what triggered or requested it, what was done, and what it cost."""
    head = (
        bold(_title(message)),
        f"{escape(message.symbol)} on {message.venue.label} was {_done(message)} at market.",
        *_whose(message),
        *_other_pair(message),
        rows(_figures(message)),
        *brought_by_sale(message).guard_lines(),
    )
    blocks = (head, _account(message), _times(message, reader))
    return Screen(text="\n\n".join("\n".join(block) for block in blocks))


def _title(message: ExitFilled) -> str:
    if message.may_be_owners:
        return f"{_done(message).upper()}, perhaps by your own order"
    if message.manual:
        return "SOLD as you asked"
    return _level(message).title


def _done(message: ExitFilled) -> str:
    return "sold" if message.direction is Direction.LONG else "bought back"


def _whose(message: ExitFilled) -> Iterator[str]:
    if message.may_be_owners:
        yield may_be_your_own(message.venue)


def may_be_your_own(venue: Venue) -> str:
    """Say that an order which was taken for NIJA's may be the owner's."""
    return (
        f"This may be your own order at {venue.label}: NIJA's order was never confirmed. "
        f"{venue.label} lists this one without NIJA's client order id; NIJA sends no other."
    )


def _figures(message: ExitFilled) -> Iterator[tuple[str, str]]:
    currency = _own_currency(message)
    yield "Broker", message.venue.label
    yield "Symbol", message.symbol
    if message.entry and message.entry_known:
        yield "Entry", price(message.entry, currency)
    if message.manual:
        yield "Price at request", price(message.trigger_price, currency)
    else:
        level = _level(message)
        yield from brought_by_sale(message).trigger_rows(level.beside(message.trigger_ratio))
        yield level.row
        yield "Trigger price", price(message.trigger_price, currency)
    yield "Quantity", full_quantity(message.quantity)
    yield "Fill price", price(message.fill_price, message.currency)
    if not message.may_be_owners:
        yield fill_against_name(manual=message.manual), _against(message)
    yield "Fee", _fee(message)
    yield from _proceeds(message)
    yield "Realised PnL", _realised(message)
    if not message.may_be_owners:
        yield (
            time_to_fill_name(manual=message.manual),
            duration(wall_time.between(message.triggered_at, message.filled_at)),
        )


def fill_against_name(*, manual: bool) -> str:
    """Name the fill against the price at which the sale began."""
    return "Fill vs request" if manual else "Fill vs trigger"


def time_to_fill_name(*, manual: bool) -> str:
    """Name the time from what began the sale to its fill."""
    return "Request to fill" if manual else "Trigger to fill"


def _level(message: ExitFilled) -> Level:
    return Level(
        threshold=message.threshold,
        target=message.target,
        stop=message.stop,
        currency=_own_currency(message),
    )


def _other_pair(message: ExitFilled) -> Iterator[str]:
    if message.instead_of:
        first = escape(message.instead_of)
        yield f"Sold through {escape(message.symbol)}, because {message.venue.label} did not take it through {first}."


def _own_currency(message: ExitFilled) -> str:
    return quote_of(message.instead_of) or message.currency


def _against(message: ExitFilled) -> str:
    trigger = message.trigger_price
    if message.rate is None or not trigger:
        return "unknown"
    return percent((message.fill_price * message.rate - trigger) / trigger)


def _fee(message: ExitFilled) -> str:
    if message.fee is None:
        estimate = message.fee_estimate
        return "not booked yet" if estimate is None else f"about {in_currency(estimate, message.currency)}"
    if (message.fee_asset or message.currency) != message.currency:
        return charged(message.fee, message.fee_asset or message.currency)
    # What is left of the value after a sale, or was paid with it for buying back.
    value = _value(message) if _is_sale(message) else -_value(message)
    return charged_from(value, message.fee, message.currency)


def _proceeds(message: ExitFilled) -> Iterator[tuple[str, str]]:
    """Show what reached the account, or left it, where the fee is known in the same currency."""
    is_long, fee = _is_sale(message), message.fee
    about = ""
    if fee is None:
        fee, about = message.fee_estimate, "about "
    elif (message.fee_asset or message.currency) != message.currency:
        return
    if fee is None:
        return
    with exact():
        proceeds = _value(message) - fee if is_long else _value(message) + fee
    yield "You received" if is_long else "You paid", f"{about}{in_currency(proceeds, message.currency)}"


def _is_sale(message: ExitFilled) -> bool:
    return message.direction is Direction.LONG


def _value(message: ExitFilled) -> Decimal:
    with exact():
        return message.quantity * message.fill_price


def _counts_fee(message: ExitFilled) -> Iterator[str]:
    if brought_by_sale(message).realised is not None and not message.before_fee:
        yield "Realised PnL is after the fee of this trade."


def _realised(message: ExitFilled) -> str:
    brought = brought_by_sale(message)
    is_early = brought.before_fee and brought.realised is not None
    return f"{brought.realised_text()} before the fee" if is_early else brought.realised_text()


def _account(message: ExitFilled) -> Iterator[str]:
    yield f"Order id: {code(message.venue_order_id)}"
    if message.cancelled:
        yield "Cancelled first, because it held what had to be sold:"
        yield from cancelled_lines(message.cancelled, message.symbol)
    if message.left_over and not _is_worthless(message):
        why = f": {foreign(message.left_over_why)}" if message.left_over_why else ""
        yield f"Not {_done(message)}: {full_quantity(message.left_over)}{why}"


def _is_worthless(message: ExitFilled) -> bool:
    """Return whether what was not sold is worth less than a cent, so that naming it would only look like an error."""
    return is_cash(message.currency) and message.left_over * message.fill_price < _CENT


def _fee_to_come(message: ExitFilled) -> Iterator[str]:
    if message.fee is None:
        what = (
            "The fee is an estimate: " if message.fee_estimate is not None else "The fee is not known yet: "
        )
        yield f"{what}{message.venue.label} books it later, and /history shows it then."


def _delays(message: ExitFilled, reader: Reader) -> Iterator[str]:
    """Return what kept the breach from being seen, and its sale from being done."""
    unseen, held_up = message.unseen, message.held_up
    if unseen is not None:
        late = exact_duration(wall_time.between(unseen.since, unseen.until))
        away = exact_duration(timedelta(seconds=unseen.away_s))
        also = f"; NIJA itself was away for {away} of it" if unseen.away_s else ""
        span = reader.span(unseen.since, unseen.until)
        yield f"Noticed up to {late} late: {foreign(unseen_text(unseen.why, message.venue.label))}, {span}{also}."
    if held_up is None or message.may_be_owners:
        return
    lasted = wall_time.between(held_up.since, message.filled_at)
    if lasted > timedelta(0):
        span = reader.span(held_up.since, message.filled_at)
        why = failing_text(held_up.why, held_up.unreadable, message.venue.label)
        yield f"Held up for {exact_duration(lasted)}, {span}: {foreign(why)}"


def _times(message: ExitFilled, reader: Reader) -> Iterator[str]:
    yield from _delays(message, reader)
    yield from _fee_to_come(message)
    yield from _counts_fee(message)
    began = "Requested" if message.manual else "Triggered"
    yield f"{began} {reader.clock(message.triggered_at)}, filled {reader.clock(message.filled_at)}"
    if message.is_rest:
        yield "The venue reported this fill after the order's end: it comes on top of what was reported of this order before."
    elif message.found_later and not message.may_be_owners:
        yield "The venue's answer was lost; the fill was found by asking it again."
    if wall_time.between(message.filled_at, reader.now) > _LATE:
        yield f"This alert is late: it happened {reader.age(message.filled_at)}."
