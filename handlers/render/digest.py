"""Short news that could not be sent for a while: a line or two each, with the time it was written."""

from collections.abc import Iterator, Sequence

from engine.alerts.batches import Alert
from engine.alerts.messages import (
    BrokerTrouble,
    ClosedElsewhere,
    EntriesChanged,
    GuardReduced,
    GuardResumed,
    Message,
    PriceTrouble,
)
from handlers.render.html import bold, escape
from handlers.render.numbers import full_quantity
from handlers.render.screen import Screen
from handlers.render.times import Reader

_PRICE = {
    "unknown": "price unknown",
    "wide_spread": "wide spread",
    "back": "price is back",
    "narrow_spread": "spread is small again",
}
_BROKER = {
    "unreachable": "does not answer",
    "key_rejected": "refuses the key",
    "back": "answers again",
    "unpriced": "reports no prices",
    "priced": "reports prices again",
}


def render_digest(alerts: Sequence[Alert], reader: Reader) -> Screen:
    """Render what happened while the chat could not be reached; every alert is of a digestible kind."""
    return Screen(text="\n".join(_lines(alerts, reader)))


def _lines(alerts: Sequence[Alert], reader: Reader) -> Iterator[str]:
    yield bold("While this chat could not be reached")
    for alert in alerts:
        yield f"{reader.minute(alert.created_at)} {_what(alert.message)}"
    yield "/positions and /status show how things stand now."
    yield reader.as_of(reader.now)


def _what(message: Message) -> str:
    match message:
        case PriceTrouble():
            more = f" and {', '.join(message.others)}" if message.others else ""
            return f"{_name(message)}{escape(more)}: {_PRICE[message.what]}"
        case BrokerTrouble():
            return f"{bold(message.venue.label)} {_BROKER[message.what]}"
        case GuardReduced():
            return f"{_name(message)}: guard reduced to {full_quantity(message.now)}"
        case GuardResumed():
            return f"{_name(message)}: back as it was, guarded again"
        case ClosedElsewhere():
            return f"{_name(message)}: {full_quantity(message.quantity)} closed at the venue, guard ended"
        case EntriesChanged(halted=halted):
            return f"buys {'stopped' if halted else 'allowed'} from the server"
        case _:
            raise TypeError(message.kind)


def _name(about: PriceTrouble | GuardReduced | GuardResumed | ClosedElsewhere) -> str:
    return f"{bold(about.symbol)} on {escape(about.venue.label)}"
