"""The alerts of a buy: filled and guarded, or given up."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType

from engine import wall_time
from engine.alerts.messages import EntryEnd, EntryFilled, EntryGivenUp, EntryPending
from engine.model.instruments import base_of
from engine.model.money import exact
from handlers.render.html import bold, code, escape, foreign, rows
from handlers.render.numbers import (
    charged,
    charged_from,
    full_quantity,
    in_currency,
    money,
    percent,
    price,
    threshold_percent,
)
from handlers.render.screen import Screen
from handlers.render.times import Reader

#: An alert older than this says so: it was written while Telegram or NIJA was away.
_LATE = timedelta(minutes=1)

_ENDS: Mapping[EntryEnd, str] = MappingProxyType(
    {
        EntryEnd.NEVER_ARRIVED: "The order never arrived at {venue}, and can no longer. Nothing was sent twice.",
        EntryEnd.NOT_FOUND: (
            "The answer was lost, and {venue} lists no order of NIJA's for it; nothing was sent twice. The balance does "
            "not prove that it never arrived: please look for it there."
        ),
        EntryEnd.REFUSED: "{venue} did not take the order.",
        EntryEnd.UNFILLED: "{venue} closed the order without a fill.",
    }
)


def render_entry(message: EntryFilled | EntryGivenUp | EntryPending, reader: Reader) -> Screen:
    """Render the alert of a buy."""
    match message:
        case EntryFilled():
            return _bought(message, reader)
        case EntryGivenUp():
            return _given_up(message, reader)
        case EntryPending():
            return _pending(message, reader)


def _bought(message: EntryFilled, reader: Reader) -> Screen:
    blocks = (
        (
            bold("BOUGHT"),
            f"{escape(message.symbol)} on {message.venue.label} was bought at market.",
            *_whose(message),
            rows(_figures(message)),
        ),
        _account(message),
        _times(message, reader),
    )
    return Screen(text="\n\n".join("\n".join(block) for block in blocks))


def _given_up(message: EntryGivenUp, reader: Reader) -> Screen:
    where, confirmed = message.venue.label, reader.clock(message.confirmed_at)
    lines = [
        bold("Not bought"),
        f"{escape(message.symbol)} on {where} for {money(message.usd)}, confirmed {confirmed}.",
        _ENDS[message.why].format(venue=where),
    ]
    if message.detail:
        lines.append(foreign(message.detail))
    lines.append(f"Its client order id: {code(message.client_order_id)}")
    lines.append(f"{code(f'/buy {base_of(message.symbol)}')} asks again, at the prices of then.")
    return Screen(text="\n".join(lines))


def _pending(message: EntryPending, reader: Reader) -> Screen:
    where, confirmed = message.venue.label, reader.clock(message.confirmed_at)
    if message.is_accepted:
        what = f"{where} has the order and did not fill it yet. What fills is guarded at once."
    else:
        what = f"{where}'s answer was lost: the order is looked for. What it brought is guarded once it is found."
    lines = (
        bold("Buy not certain yet"),
        f"{escape(message.symbol)} on {where} for {money(message.usd)}, confirmed {confirmed}.",
        f"{what} Nothing is sent twice, and its cash is kept from other buys.",
        f"Order: {code(message.order_id)}",
    )
    return Screen(text="\n".join(lines))


def _whose(message: EntryFilled) -> Iterator[str]:
    if message.may_be_owners:
        label = message.venue.label
        yield (
            f"This may be your own order at {label}: it carries no client order id of NIJA's, and was taken for the one "
            "whose answer was lost."
        )


def _figures(message: EntryFilled) -> Iterator[tuple[str, str]]:
    yield "Broker", message.venue.label
    yield "Symbol", message.symbol
    yield "Quantity", full_quantity(message.quantity)
    yield "Fill price", price(message.fill_price, message.currency)
    yield "Fee", _fee(message)
    yield from _paid(message)
    yield "Slippage", _slippage(message)
    yield "Stop", threshold_percent(message.stop)
    yield "Target", "none" if message.target is None else percent(message.target)
    yield "Guarded", "nothing of it" if message.guarded is None else full_quantity(message.guarded)


def _slippage(message: EntryFilled) -> str:
    """Write how much more was paid for each unit than the price that was confirmed."""
    if not message.expected_price:
        return "unknown"
    with exact():
        more = message.fill_price - message.expected_price
    return percent(more / message.expected_price)


def _fee(message: EntryFilled) -> str:
    if message.fee is None:
        estimate = message.fee_estimate
        return "not booked yet" if estimate is None else f"about {in_currency(estimate, message.currency)}"
    if (message.fee_asset or message.currency) != message.currency:
        return charged(message.fee, message.fee_asset or message.currency)
    return charged_from(-_value(message), message.fee, message.currency)


def _paid(message: EntryFilled) -> Iterator[tuple[str, str]]:
    fee = message.fee if (message.fee_asset or message.currency) == message.currency else None
    if fee is not None:
        with exact():
            yield "You paid", in_currency(_value(message) + fee, message.currency)


def _value(message: EntryFilled) -> Decimal:
    with exact():
        return message.quantity * message.fill_price


def _account(message: EntryFilled) -> Iterator[str]:
    yield f"Order id: {code(message.venue_order_id)}"
    with exact():
        short = message.ordered - message.quantity
    if short > 0 and message.quantity < message.ordered:
        yield (
            f"Filled in part: {full_quantity(message.quantity)} of {full_quantity(message.ordered)}; the rest was not "
            "bought."
        )
    if message.guarded is None:
        yield "It was sold meanwhile; that has a message of its own."
    elif message.too_small:
        yield (
            f"That is too little to be sold at {message.venue.label} ({escape(message.too_small)}): it is kept until "
            "its guard covers more."
        )
    else:
        yield f"It is sold at market, at once and without asking, at {threshold_percent(message.stop)}."


def _times(message: EntryFilled, reader: Reader) -> Iterator[str]:
    if message.fee is None:
        yield f"The fee is an estimate: {message.venue.label} books it later."
    yield f"Confirmed {reader.clock(message.confirmed_at)}, filled {reader.clock(message.filled_at)}"
    if message.is_rest:
        yield "The venue reported more of this order after its end: these are its totals."
    elif message.found_later and not message.may_be_owners:
        yield "The venue's answer was lost; the fill was found by asking it again."
    if wall_time.between(message.filled_at, reader.now) > _LATE:
        yield f"This alert is late: it happened {reader.age(message.filled_at)}."
