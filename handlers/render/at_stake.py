"""What is at stake while something cannot be sold: how much, and what it was worth when that was last known."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine.alerts.messages import AtStake
from engine.model.holdings import Direction
from engine.model.money import ZERO, exact
from handlers.render.html import escape
from handlers.render.numbers import full_quantity, in_currency, percent, price
from handlers.render.times import Reader

#: An alert shows no more of them, and counts the others.
_SHOWN = 8


def at_stake_lines(stakes: Sequence[AtStake], reader: Reader, *, by: str = "the last price") -> Iterator[str]:
    """Write in a line each what is guarded, its last price, named as what it is, and where its guard sells."""
    shown = stakes if len(stakes) <= _SHOWN else stakes[: _SHOWN - 1]
    for stake in shown:
        base = stake.symbol.partition("/")[0]
        yield escape(f"{full_quantity(stake.quantity)} {base}, {_worth(stake, reader, by)}{_sells_at(stake)}")
    if len(stakes) > len(shown):
        yield f"and {len(stakes) - len(shown)} more: /positions shows them"


def value_at_trigger(stake: AtStake | None, reader: Reader, *, manual: bool) -> Iterator[str]:
    """Write what is still to be sold was worth at the price that its sale began at."""
    if stake is None or stake.price is None:
        return
    when = f" of {reader.clock(stake.at)}" if stake.at else ""
    began = "your request" if manual else "the trigger"
    at = price(stake.price, stake.currency)
    yield escape(f"About {_value(stake, stake.price)} at the price of {began}, {at}{when}")


def _worth(stake: AtStake, reader: Reader, by: str) -> str:
    if stake.price is None:
        return "no price since NIJA started"
    when = f" of {reader.clock(stake.at)}, {reader.age(stake.at)}" if stake.at else ""
    at = price(stake.price, stake.currency)
    return f"about {_value(stake, stake.price)} at {by} {at}{when}"


def _value(stake: AtStake, at: Decimal) -> str:
    with exact():
        return in_currency(stake.quantity * at, stake.currency)


def _sells_at(stake: AtStake) -> str:
    if stake.sells_at is None:
        return ""
    is_long = stake.direction is Direction.LONG
    text = f"; {'sells' if is_long else 'buys back'} at {price(stake.sells_at, stake.currency)}"
    if not stake.price:
        return text
    distance = stake.sells_at / stake.price - 1
    is_ahead = distance < ZERO if is_long else distance > ZERO
    return f"{text}, {percent(distance)} from there" if is_ahead else text
