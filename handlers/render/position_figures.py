"""The table of one position in /positions."""

from collections.abc import Iterator

from engine.guards.guard import Guard, GuardState
from engine.market.mark import Mark
from engine.model.holdings import Direction
from engine.model.money import ZERO
from engine.portfolio.not_guarded import NotGuarded, why_not_guarded
from engine.portfolio.position import Position
from handlers.render.locked import held_label, locked_label
from handlers.render.numbers import (
    in_currency,
    money,
    percent,
    percent_beside,
    price,
    quantity,
)
from handlers.render.position_results import UNKNOWN, guard_trigger, guarded_from
from handlers.render.sale_figures import net_label
from handlers.render.times import Reader

#: Why positions cannot be sold now.
_UNSELLABLE = frozenset({NotGuarded.CANNOT_BE_SOLD_NOW, NotGuarded.BELOW_MINIMUM})
_GUARDED_PART = {GuardState.CLOSING: "· being sold", GuardState.PAUSED: "· its guard's, paused"}


def is_being_sold(position: Position) -> bool:
    return position.guard is not None and position.guard.state is GuardState.CLOSING


def position_figures(
    position: Position, reader: Reader, *, is_confirmed: bool = True
) -> Iterator[tuple[str, str]]:
    """Return the rows of one position; `is_confirmed` is whether its guard takes the price shown."""
    yield from _quantities(position)
    yield "Entry", _entry(position)
    mark = position.mark
    yield _mark_label(position, reader, is_confirmed=is_confirmed), _mark(position)
    if not isinstance(mark, Mark) and position.last_mark is not None:
        last = position.last_mark
        yield f"Last known, {reader.age(last.at)}", _price_of(position, last)
    if isinstance(mark, Mark):
        # Without a mark it is as unknown as that.
        yield "Value", UNKNOWN if position.value_usd is None else money(position.value_usd)
    if _is_part(position):
        which = "being sold" if is_being_sold(position) else "with an entry"
        yield f"For the {quantity(position.explained)} {which}:", ""
    yield "PnL", _result(position)
    if position.net_if_sold is not None and shows_net(position):
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


def shows_net(position: Position) -> bool:
    return position.net_if_sold is not None and is_sellable(position) and not position.is_unread


def is_sellable(position: Position) -> bool:
    """Return whether selling it now can be spoken of at all."""
    return why_not_guarded(position) not in _UNSELLABLE


def _quantities(position: Position) -> Iterator[tuple[str, str]]:
    """Name what is held, and which parts of it are free and guarded where that is not all of it."""
    guard = position.guard
    yield "Quantity", quantity(position.quantity)
    if position.locked:
        yield f"· {locked_label(position.account.venue)}", quantity(position.locked)
    if position.held:
        yield held_label(position.account.venue), quantity(position.held)
    if position.locked or position.held:
        yield "· free", quantity(position.free)
    if guard is not None and guard.quantity != position.quantity:
        yield _GUARDED_PART.get(guard.state, "· guarded"), quantity(guard.quantity)


def _entry(position: Position) -> str:
    if position.entry is None and position.fills_pending:
        return "not read yet"
    if position.entry is None:
        return "still being read" if position.history_incomplete else UNKNOWN
    return price(position.entry, position.currency)


def _mark_label(position: Position, reader: Reader, *, is_confirmed: bool) -> str:
    """Say how old a mark is, and whether the venue pushes it or is asked for it, or that its guard does not take it."""
    mark = position.mark
    if not isinstance(mark, Mark):
        return "Mark"
    if not is_confirmed:
        return f"Mark, not confirmed, {reader.age(mark.at)}"
    return f"Mark, {'live,' if position.is_live else 'polled'} {reader.age(mark.at)}"


def _mark(position: Position) -> str:
    mark = position.mark
    if not isinstance(mark, Mark):
        return UNKNOWN
    return _price_of(position, mark)


def _price_of(position: Position, mark: Mark) -> str:
    return price(mark.price, position.quoted_in)


def _result(position: Position) -> str:
    ratio, pnl, guard = position.pnl_ratio, position.pnl, position.guard
    if ratio is None or pnl is None:
        return UNKNOWN
    # Beside its threshold a result is never rounded across it.
    share = percent_beside(ratio, guard.threshold) if guard else percent(ratio)
    return f"{share}, {in_currency(pnl, position.currency, signed=True)}"


def _names_its_price(position: Position, guard: Guard) -> bool:
    if guard.entry is None or (position.entry is None and guard.is_for_one_sale):
        return False
    return guarded_from(guard) != _entry(position)


def _trigger(guard: Guard) -> str:
    return f"{'≤' if guard.direction is Direction.LONG else '≥'} {guard_trigger(guard)}"


def _is_part(position: Position) -> bool:
    return position.entry is not None and ZERO < position.explained < position.quantity
