"""The text of /history: the latest exits, and one of them from trigger to fill."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine import wall_time
from engine.alerts.messages import ExitFilled
from engine.exits.audit import ExitPage, ExitRecord
from engine.model.holdings import Direction
from engine.model.instruments import quote_of
from engine.model.money import exact
from engine.model.orders import Side
from engine.orders.intents import Intent, Trigger
from engine.orders.states import IntentState
from handlers.render.exit_alarms import opening_of
from handlers.render.exit_filled import fill_against_name, may_be_your_own, time_to_fill_name
from handlers.render.exit_level import Level
from handlers.render.exit_results import Brought, brought_by_exit, brought_by_sale
from handlers.render.exit_steps import render_steps
from handlers.render.exit_totals import render_total
from handlers.render.html import bold, code, escape, foreign, rows
from handlers.render.numbers import (
    full_quantity,
    percent,
    price,
    quantity,
)
from handlers.render.screen import HISTORY, OLDER, Screen, ScreenButton
from handlers.render.step_causes import step_cause_text
from handlers.render.times import Reader, duration

NO_SUCH_EXIT = "This exit is not known here."

_STATES = {
    IntentState.UNKNOWN: "answer lost, asking",
    IntentState.SUPERSEDED: "not needed any more",
    IntentState.REFUSED: "not taken by the venue in time",
}
#: States that need what they wait for, or why they ended.
_WITH_CAUSE = frozenset({IntentState.SUSPENDED, IntentState.ABANDONED, IntentState.REFUSED})


def render_history(page: ExitPage, reader: Reader, *, symbol: str | None) -> Screen:
    """List exits, each with a button; of one symbol, the last of all in full before the list."""
    exits = page.exits
    if not exits:
        return Screen(text=f"{_none(page, symbol)}\n{reader.as_of(reader.now)}")
    blocks, listed = list[str](), exits
    if symbol is not None and page.skipped == 0:
        blocks.append(_detail(exits[0], reader))
        listed = exits[1:]
    blocks += ["\n".join(_short(record, reader)) for record in listed]
    if listed:
        blocks.insert(len(blocks) - len(listed), bold(_title(page, listed)))
    blocks += filter(None, ["\n".join(render_total(exits))])
    buttons = [(_button(record, reader),) for record in listed]
    if page.end < page.total:
        blocks.append(f"{page.end} of {page.total} are listed so far; the button shows older ones.")
        buttons.append((_older(page, symbol),))
    return Screen(text="\n\n".join((*blocks, reader.as_of(reader.now))), keyboard=tuple(buttons))


def _none(page: ExitPage, symbol: str | None) -> str:
    if page.skipped:
        return "There are no older exits."
    what = f"no {escape(symbol)}" if symbol else "nothing"
    return f"NIJA has sold {what} yet."


def _title(page: ExitPage, listed: Sequence[ExitRecord]) -> str:
    is_beside_one = len(listed) < len(page.exits)
    title = "Earlier exits" if is_beside_one else "Exits, newest first"
    if len(page.exits) >= page.total:
        return title
    first = page.end - len(listed) + 1
    places = f"{first}\N{EN DASH}{page.end}" if first < page.end else str(first)
    return f"{title}: {places} of {page.total}"


def _older(page: ExitPage, symbol: str | None) -> ScreenButton:
    return ScreenButton(label="Older", data=f"{OLDER}:{page.end}:{symbol or ''}")


def render_exit_record(record: ExitRecord, reader: Reader) -> Screen:
    """Show one exit from trigger to fill."""
    return Screen(text=f"{_detail(record, reader)}\n\n{reader.as_of(reader.now)}")


def render_short(record: ExitRecord, reader: Reader) -> str:
    """Say in three lines what was sold, for how much and with what result."""
    return "\n".join(_short(record, reader))


def _short(record: ExitRecord, reader: Reader) -> Iterator[str]:
    intent = record.intent
    yield f"{_name(intent)} · {reader.clock(record.began_at)}"
    yield f"{_why(intent)}: {_outcome(record, reader)}"
    if (brought := brought_by_exit(record)) is not None:
        yield from _results(brought)
    for late in record.late:
        yield f"Found later: {_sold_late(late)}"
        yield from _results(brought_by_sale(late))


def _sold_late(late: ExitFilled) -> str:
    done = "sold" if late.direction is Direction.LONG else "bought back"
    return f"{done} {full_quantity(late.quantity)} at {escape(price(late.fill_price, late.currency))}"


def _results(brought: Brought) -> Iterator[str]:
    yield escape(" ".join(_realised(brought)))
    yield from brought.guard_lines()


def _realised(brought: Brought) -> tuple[str, str]:
    is_early = brought.before_fee and brought.realised is not None
    return "PnL before the fee" if is_early else "Realised PnL", brought.realised_text()


def _outcome(record: ExitRecord, reader: Reader) -> str:
    intent, average = record.intent, record.average_price
    if average is None:
        return foreign(": ".join(filter(None, (_state(record), _cause(record, reader)))))
    took = _took(record)
    done = "sold" if intent.side is Side.SELL else "bought back"
    in_time = f" in {took}" if took else ""
    whose = ", perhaps by your own order" if record.may_be_owners else ""
    at = escape(price(average, quote_of(intent.symbol)))
    return f"{done} {quantity(intent.filled_quantity)} at {at}{in_time}{whose}"


def _detail(record: ExitRecord, reader: Reader) -> str:
    intent = record.intent
    head = (bold("Exit ") + _name(intent), f"{_why(intent)}, {reader.clock(record.began_at)}")
    brought = brought_by_exit(record)
    against = brought.guard_lines() if brought is not None else ()
    whose = (may_be_your_own(intent.venue),) if record.may_be_owners else ()
    blocks = (
        "\n".join((*head, rows(_figures(record, reader)), *_left_over(record), *against, *whose)),
        "\n".join(_ids(record)),
        *("\n".join(_late(one)) for one in record.late),
        "\n".join(
            (
                bold(f"Step by step, counted from the {'request' if intent.manual else 'trigger'}"),
                *render_steps(record, reader),
            )
        ),
    )
    return "\n\n".join(blocks)


def _figures(record: ExitRecord, reader: Reader) -> Iterator[tuple[str, str]]:
    intent, trigger = record.intent, record.intent.trigger
    currency = quote_of(intent.symbol)
    yield "State", _state(record)
    if cause := _cause(record, reader):
        yield "Why", cause
    if trigger is not None:
        yield (
            "Price at request" if trigger.manual else "Trigger price",
            price(trigger.price, record.guard_currency),
        )
        yield "Price from", trigger.basis
        if record.price_age is not None:
            yield "Age of that price", duration(record.price_age)
        if trigger.manual is None:
            level = _level(trigger, record.guard_currency)
            yield from _trigger_pnl(record, level.beside(trigger.ratio))
            yield level.row
        yield "To be sold", full_quantity(trigger.quantity)
    with exact():
        filled = sum((late.quantity for late in record.late), intent.filled_quantity)
    yield "Filled", full_quantity(filled)
    if record.average_price is not None:
        yield "Fill price", price(record.average_price, currency)
    if record.slippage is not None and not record.may_be_owners:
        yield fill_against_name(manual=record.intent.manual is not None), percent(record.slippage)
    yield "Fee", _fee(record.fee, record.fee_asset)
    if (brought := brought_by_exit(record)) is not None:
        yield _realised(brought)
    yield _sent(record)
    took = _took(record)
    if took is not None:
        yield time_to_fill_name(manual=record.intent.manual is not None), took


def _trigger_pnl(record: ExitRecord, text: str) -> Iterator[tuple[str, str]]:
    brought = brought_by_exit(record)
    return iter([("Trigger PnL", text)]) if brought is None else brought.trigger_rows(text)


def _sent(record: ExitRecord) -> tuple[str, str]:
    """Count the orders that left, and their ids where one was sent more than once."""
    sent, ids = record.times_sent, record.intent.attempt
    if sent <= ids:
        return "Orders sent", str(sent)
    return (
        ("Order", f"sent {sent} times under one id")
        if ids == 1
        else ("Orders", f"sent {sent} times under {ids} ids")
    )


def _left_over(record: ExitRecord) -> Iterator[str]:
    """Account for the difference between what was to be sold and what was, however little it is worth."""
    alert = record.alert
    if alert is not None and alert.left_over:
        done = "sold" if record.intent.side is Side.SELL else "bought back"
        why = f": {foreign(alert.left_over_why)}" if alert.left_over_why else ""
        yield f"Not {done}: {full_quantity(alert.left_over)}{why}"


def _ids(record: ExitRecord) -> Iterator[str]:
    intent = record.intent
    if intent.venue_order_id or not record.late:
        yield f"Order id: {code(intent.venue_order_id or 'none')}"
    yield f"Client order id: {code(intent.client_order_id)}"
    for fill in record.fills:
        amount = f"{full_quantity(fill.quantity)} at {escape(price(fill.price, fill.quote))}"
        yield f"Trade {code(fill.trade_id)}: {amount}"


def _late(late: ExitFilled) -> Iterator[str]:
    yield bold("Found later, after this exit was over")
    brought = brought_by_sale(late)
    yield f"{_sold_late(late)}, {escape(': '.join(_realised(brought)))}"
    yield from brought.guard_lines()
    if late.may_be_owners:
        yield may_be_your_own(late.venue)
    yield f"Order id: {code(late.venue_order_id)}"
    yield f"Client order id: {code(late.client_order_id)}"


def _took(record: ExitRecord) -> str | None:
    if record.filled_at is None or record.may_be_owners:
        return None
    return duration(wall_time.between(record.began_at, record.filled_at))


def _fee(fee: Decimal | None, asset: str) -> str:
    return "not booked yet" if fee is None else price(fee, asset)


def _state(record: ExitRecord) -> str:
    state = record.intent.state
    if record.late and record.average_price is None:
        return "sold, found later"
    return _STATES.get(state) or state.replace("_", " ")


def _cause(record: ExitRecord, reader: Reader) -> str | None:
    if record.intent.state not in _WITH_CAUSE or not record.steps:
        return None
    return f"{step_cause_text(record.steps[-1])}{opening_of(record.wait, reader)}"


def _why(intent: Intent) -> str:
    trigger = intent.trigger
    if trigger is None:
        return "sold"
    if trigger.manual is not None:
        return "manual close"
    level = _level(trigger, quote_of(intent.symbol))
    return f"{level.name} at {level.beside(trigger.ratio)}"


def _level(trigger: Trigger, currency: str) -> Level:
    return Level(threshold=trigger.threshold, target=trigger.target, stop=trigger.stop, currency=currency)


def _button(record: ExitRecord, reader: Reader) -> ScreenButton:
    intent = record.intent
    label = f"{intent.symbol} {intent.venue.label} {reader.clock(record.began_at)}"
    return ScreenButton(label=label, data=f"{HISTORY}:{intent.intent_id}")


def _name(intent: Intent) -> str:
    return f"{bold(intent.symbol)} · {escape(intent.venue.label)}"
