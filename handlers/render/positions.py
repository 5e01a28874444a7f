"""The text of /positions."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from engine.guards.guard import Guard, GuardState
from engine.guards.rule import trigger_price
from engine.market.mark import Mark
from engine.model.holdings import Direction, Unsettled
from engine.model.money import ZERO, exact
from engine.portfolio.not_guarded import NotGuarded
from engine.portfolio.view import PortfolioView, PositionView, Unread
from handlers.render.html import MESSAGE_UNITS, bold, foreign, rows, units
from handlers.render.locked import locked_label
from handlers.render.numbers import (
    in_currency,
    money,
    percent,
    percent_beside,
    price,
    quantity,
)
from handlers.render.sale_figures import net_label, usual_fee_note
from handlers.render.screen import Screen, refresh_row
from handlers.render.standing import position_name, says_why_no_price, standing_text
from handlers.render.times import Reader

#: What is left out of every table where all of them together do not fit into one message.
_LEFT_OUT = ("Value", "Net if sold now", "Net if closed now", "Guarded since")
#: Why positions cannot be sold now.
_UNSELLABLE = frozenset({NotGuarded.CANNOT_BE_SOLD_NOW, NotGuarded.BELOW_MINIMUM})
_UNKNOWN = "unknown"
_GUARDED_PART = {GuardState.CLOSING: "· being sold", GuardState.PAUSED: "· its guard's, paused"}
#: What no purchase with a known price explains; said once, however many positions it is true of.
_WITHOUT_COST = (
    "Where the cost is not known, it came by a transfer, as a reward, or was bought in another currency."
)
_NOT_LISTED = "not listed there, so it has no price"
_WAITS: Mapping[NotGuarded | None, str] = {
    NotGuarded.PRICE_UNKNOWN: "waiting for a price",
    NotGuarded.MARKET_CLOSED: "waiting for the market to open",
}


def render_positions(portfolio: PortfolioView, reader: Reader) -> Screen:
    """Show every position with its result and its guard; of many of them fewer figures, in the same places."""
    text = _text(portfolio, reader, left_out=())
    if units(text) > MESSAGE_UNITS:
        text = _text(portfolio, reader, left_out=_LEFT_OUT)
    return Screen(text=text, keyboard=refresh_row("positions"))


def _text(portfolio: PortfolioView, reader: Reader, *, left_out: Sequence[str]) -> str:
    blocks = ["\n".join(_head(portfolio, reader))]
    tables = (_figures(position, reader) for position in portfolio.positions if not is_unread(position))
    shown = {label for table in tables for label, _ in table}
    if named := ", ".join(label for label in left_out if label in shown):
        blocks.append(f"Left out, because there are so many: {named}.")
    blocks += ["\n".join(_table(position, reader, left_out)) for position in portfolio.positions]
    if any(_lacks_cost(position) for position in portfolio.positions):
        blocks.append(_WITHOUT_COST)
    nets = (one for one in portfolio.positions if _shows_net(one) and not one.is_fee_own)
    if not left_out and (note := usual_fee_note(one.account.venue for one in nets)):
        blocks.append(note)
    blocks.append(reader.as_of(portfolio.as_of))
    return "\n\n".join(blocks)


def result_text(ratio: Decimal | None, pnl: Decimal | None, currency: str) -> str:
    """Write a result in percent and money, or that it is unknown."""
    if ratio is None or pnl is None:
        return _UNKNOWN
    return f"{percent(ratio)}, {in_currency(pnl, currency, signed=True)}"


def _head(portfolio: PortfolioView, reader: Reader) -> Iterator[str]:
    yield bold("Positions")
    if portfolio.positions:
        yield f"{len(portfolio.positions)} held, {_count_guarded(portfolio.positions)}."
    elif portfolio.unread:
        yield "No positions are known."
    else:
        yield "None: everything is cash."
    yield from (_unread(unread, reader) for unread in portfolio.unread)


def _unread(unread: Unread, reader: Reader) -> str:
    label = unread.account.venue.label
    why = f" ({foreign(unread.error)})" if unread.error else ""
    at = unread.as_of
    text = f"its positions are as of {reader.clock(at)}" if at else "its positions are not known"
    if unread.is_awaited:
        last = f" (the last time: {foreign(unread.error)})" if unread.error else ""
        return f"No {'newer ' if at else ''}answer from {label} yet{last}; {text}."
    return f"{label} {'did not answer' if unread.error else 'was not read yet'}{why}; {text}."


def _count_guarded(positions: Sequence[PositionView]) -> str:
    guards = [(one, one.guard) for one in positions if one.guard is not None]
    manual = sum(guard.is_for_one_sale for _, guard in guards)
    reasons = Counter(one.not_guarded for one, guard in guards if not guard.is_for_one_sale)
    paused = reasons.pop(NotGuarded.PAUSED, 0)
    guarded = reasons.total()
    del reasons[None]
    waiting = [f"{_of(count, guarded)}{_WAITS.get(why, why)}" for why, count in reasons.items()]
    selling = [f"{manual} being sold as you asked"] if manual else ()
    return ", ".join((f"{guarded} guarded", *waiting, *([f"{paused} paused"] if paused else ()), *selling))


def _of(count: int, guarded: int) -> str:
    return "" if count == guarded else f"{count} of them "


def _table(position: PositionView, reader: Reader, left_out: Sequence[str]) -> Iterator[str]:
    yield f"{position_name(position)} · {reader.age(position.as_of)}"
    if is_unread(position):
        yield from _unread_sale(position, reader)
        return
    yield rows(pair for pair in _figures(position, reader) if pair[0] not in left_out)
    yield standing_text(position, reader)
    yield from _remarks(position, reader)


def is_guarded_from_elsewhere(position: PositionView) -> bool:
    """Return whether the guard of a position counts from another price than its known entry."""
    guard, entry = position.guard, position.entry
    if guard is None or guard.entry is None or entry is None or position.pnl is None:
        return False
    return guarded_from(guard) != price(entry, position.currency)


def is_unread(position: PositionView) -> bool:
    """Return whether a position's quantity is of before a sale."""
    return position.unsettled is not None and not position.unsettled.is_read


def _unread_sale(position: PositionView, reader: Reader) -> Iterator[str]:
    unsettled = position.unsettled
    if unsettled is not None:
        yield f"{_traded(position, unsettled)} at {reader.clock(unsettled.at)}, after this reading."
    yield "What is left, its entry and its PnL are shown once the account is read again."
    if position.guard is not None:
        yield standing_text(position, reader)


def _traded(position: PositionView, unsettled: Unsettled) -> str:
    done = "sold" if position.direction is Direction.LONG else "bought back"
    return f"{quantity(unsettled.quantity)} was {done}"


def _is_being_sold(position: PositionView) -> bool:
    return position.guard is not None and position.guard.state is GuardState.CLOSING


def _figures(position: PositionView, reader: Reader) -> Iterator[tuple[str, str]]:
    yield from _quantities(position)
    yield "Entry", _entry(position)
    mark = position.mark
    yield f"Mark, {reader.age(mark.at)}" if isinstance(mark, Mark) else "Mark", _mark(position)
    if not isinstance(mark, Mark) and position.last_mark is not None:
        last = position.last_mark
        yield f"Last known, {reader.age(last.at)}", _price_of(position, last)
    if isinstance(mark, Mark):
        # Without a mark it is as unknown as that.
        yield "Value", _UNKNOWN if position.value_usd is None else money(position.value_usd)
    if _is_part(position):
        which = "being sold" if _is_being_sold(position) else "with an entry"
        yield f"For the {quantity(position.explained)} {which}:", ""
    yield "PnL", _result(position)
    if position.net_if_sold is not None and _shows_net(position):
        yield net_label(position.direction), in_currency(position.net_if_sold, position.currency, signed=True)
    guard = position.guard
    if guard is not None:
        if _names_its_price(position, guard):
            yield "Guarded from", guarded_from(guard)
            yield "Guarded since", reader.clock(guard.created_at)
            if position.guard_ratio is not None:
                yield "Now against that", percent_beside(position.guard_ratio, guard.threshold)
        if not guard.is_for_one_sale:
            yield "Trigger", _trigger(guard)


def _shows_net(position: PositionView) -> bool:
    return position.net_if_sold is not None and is_sellable(position) and not is_unread(position)


def is_sellable(position: PositionView) -> bool:
    """Return whether selling it now can be spoken of at all."""
    return position.not_guarded not in _UNSELLABLE


def _quantities(position: PositionView) -> Iterator[tuple[str, str]]:
    """Name what is held, and which parts of it are free and guarded where that is not all of it."""
    guard = position.guard
    yield "Quantity", quantity(position.quantity)
    if position.locked:
        yield f"· {locked_label(position.account.venue)}", quantity(position.locked)
        with exact():
            yield "· free", quantity(position.quantity - position.locked)
    if guard is not None and guard.quantity != position.quantity:
        yield _GUARDED_PART.get(guard.state, "· guarded"), quantity(guard.quantity)


def _entry(position: PositionView) -> str:
    if position.entry is None and position.fills_pending:
        return "not read yet"
    if position.entry is None:
        return "still being read" if position.history_incomplete else _UNKNOWN
    return price(position.entry, position.currency)


def _mark(position: PositionView) -> str:
    mark = position.mark
    if not isinstance(mark, Mark):
        return _UNKNOWN
    return _price_of(position, mark)


def _price_of(position: PositionView, mark: Mark) -> str:
    quoted_in = (position.symbol or "").partition("/")[2]
    return price(mark.price, quoted_in or position.currency)


def _result(position: PositionView) -> str:
    ratio, pnl, guard = position.pnl_ratio, position.pnl, position.guard
    if ratio is None or pnl is None:
        return _UNKNOWN
    # Beside its threshold a result is never rounded across it.
    share = percent_beside(ratio, guard.threshold) if guard else percent(ratio)
    return f"{share}, {in_currency(pnl, position.currency, signed=True)}"


def _names_its_price(position: PositionView, guard: Guard) -> bool:
    if guard.entry is None or (position.entry is None and guard.is_for_one_sale):
        return False
    return guarded_from(guard) != _entry(position)


def guarded_from(guard: Guard) -> str:
    """Write the price a guard counts from."""
    return price(guard.entry or ZERO, guard.currency)


def _trigger(guard: Guard) -> str:
    return f"{'≤' if guard.direction is Direction.LONG else '≥'} {guard_trigger(guard)}"


def guard_trigger(guard: Guard) -> str:
    """Write the price at which a guard has its position sold."""
    at = trigger_price(
        quantity=guard.quantity, cost=guard.cost, threshold=guard.threshold, direction=guard.direction
    )
    return price(at, guard.currency)


def _remarks(position: PositionView, reader: Reader) -> Iterator[str]:
    if not isinstance(position.mark, Mark) and not says_why_no_price(position):
        yield _NOT_LISTED if position.symbol is None else position.mark.why_at(position.account.venue)
    if _is_being_sold(position):
        # What the rest cost is worked out again from the fills of the sale.
        return
    if position.fills_pending:
        yield from _pending(position, reader)
        return
    unexplained = _unexplained(position)
    if unexplained > 0 and position.history_incomplete:
        yield f"Older fills of {quantity(unexplained)} are still being read."
    elif unexplained > 0 and position.explained:
        yield (
            f"The entry is of the {quantity(position.explained)} bought here; what the other "
            f"{quantity(unexplained)} cost is not known."
        )


def _unexplained(position: PositionView) -> Decimal:
    with exact():
        return position.quantity - position.explained


def _lacks_cost(position: PositionView) -> bool:
    """Return whether what a position cost, or a part of it, will stay unknown."""
    if is_unread(position) or position.fills_pending or _is_being_sold(position):
        return False
    return _unexplained(position) > 0 and not position.history_incomplete


def _pending(position: PositionView, reader: Reader) -> Iterator[str]:
    unsettled = position.unsettled
    sold = f"{_traded(position, unsettled)} at {reader.clock(unsettled.at)}. " if unsettled else ""
    yield f"{sold}Its fills are still being read: entry and PnL of what is left are shown after that."


def _is_part(position: PositionView) -> bool:
    return position.entry is not None and ZERO < position.explained < position.quantity
