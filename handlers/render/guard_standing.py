"""How a position stands, or would stand the moment it were guarded."""

from collections.abc import Iterator
from decimal import Decimal

from engine.alerts.questions import Exclusion, OfferLine, Standing
from engine.guards.guard import Guard, GuardState
from engine.market.mark import Mark
from engine.model.holdings import Direction
from engine.model.money import ZERO
from engine.portfolio.position import Position
from engine.status import Hindrances
from handlers.render.html import bold, escape, foreign
from handlers.render.no_price import unpriced_text
from handlers.render.numbers import percent_beside, price, quantity, threshold_percent
from handlers.render.position_results import (
    guard_trigger,
    guarded_from,
    is_guarded_from_elsewhere,
    result_text,
)
from handlers.render.standing import (
    NO_HINDRANCES,
    command_name,
    is_locked,
    locked_text,
    not_watched_text,
    sale_text,
    unwatched_of,
    way_in,
)
from handlers.render.times import Reader
from handlers.render.why_not import why_not_text


def guarded_lines(
    guard: Guard, line: OfferLine, reader: Reader, hindrances: Hindrances = NO_HINDRANCES
) -> Iterator[str]:
    """Return how a guard stands; beside its threshold stands only what it judges by."""
    position, amount = line.position, quantity(guard.quantity)
    if guard.state is GuardState.PAUSED:
        yield f"its guard of {amount} is paused"
        return
    at = f"{amount} of it guarded at {threshold_percent(guard.threshold)}"
    if guard.is_for_one_sale:
        yield f"{amount} of it {sale_text(guard, reader, hindrances)}"
        return
    if guard.state is GuardState.CLOSING:
        yield f"{at}, {sale_text(guard, reader, hindrances)}"
        return
    is_long = guard.direction is Direction.LONG
    sold, side = ("sold", "less") if is_long else ("bought back", "more")
    unwatched = unwatched_of(position, hindrances)
    if unwatched is None or unwatched.is_starting:
        # What has just begun is about to be judged by the price shown.
        judged = escape(_judged(position, guard))
    else:
        judged = f"but {not_watched_text(unwatched)}; "
    yield f"{at}, {judged}{sold} at {escape(guard_trigger(guard))} or {side}"
    if line.standing is Standing.CANNOT_BE_GUARDED and is_guarded_from_elsewhere(position):
        yield f"{escape(result_text(position.pnl_ratio, position.pnl, position.currency))}{_from_cost(position)}"


def _judged(position: Position, guard: Guard) -> str:
    if position.guard_ratio is None:
        why = (
            "price unknown"
            if isinstance(position.mark, Mark)
            else unpriced_text(position.mark, position.account.venue)
        )
        return f"{why}; "
    return f"now {percent_beside(position.guard_ratio, guard.threshold)} against {guarded_from(guard)}, "


def standing_of(line: OfferLine, reader: Reader, hindrances: Hindrances = NO_HINDRANCES) -> str:
    """Return how a position would stand the moment it were guarded."""
    position = line.position
    result = escape(result_text(line.pnl_ratio, line.pnl, position.currency))
    match line.standing:
        case Standing.ABOVE_THRESHOLD:
            return f"{_of(line, position.explained)}{result}{_from_cost(position)}"
        case Standing.WOULD_BE_SOLD_NOW:
            return f"{bold('would be sold now')}: {_of(line, position.sellable_explained)}{result}{_from_cost(position)}"
        case Standing.ENTRY_UNKNOWN:
            return "entry unknown: can be guarded from today's price only"
        case Standing.CANNOT_BE_GUARDED:
            return _why_not(line, reader, hindrances)


def _from_cost(position: Position) -> str:
    return f" from cost {escape(price(position.entry, position.currency))}" if position.entry else ""


def _of(line: OfferLine, counted: Decimal) -> str:
    """Name the quantity a result is of where that is not all that is held."""
    position = line.position
    if position.guard is not None or not ZERO < counted < position.quantity:
        return ""
    return f"{quantity(counted)} of it "


def _why_not(line: OfferLine, reader: Reader, hindrances: Hindrances) -> str:
    position = line.position
    guard = position.guard
    if guard is not None and guard.is_for_one_sale:
        return sale_text(guard, reader, hindrances)
    if is_guarded(line) and guard is not None:
        return f"already guarded at {threshold_percent(guard.threshold)}{_cannot_act(guard, line, reader, hindrances)}"
    if guard is not None and guard.state is GuardState.PAUSED and position.quantity == ZERO:
        return f"none there; its guard is paused; /unguard {command_name(position)} ends it"
    if not is_locked(position) and line.excluded == Exclusion.PRICE_UNKNOWN:
        return f"cannot be guarded: {foreign(_why_no_price(line))}"
    why = locked_text(position) if is_locked(position) else why_not_text(line)
    return f"cannot be guarded: {foreign(why)}{way_in(position, reader)}" if why else "cannot be guarded"


def _cannot_act(guard: Guard, line: OfferLine, reader: Reader, hindrances: Hindrances) -> str:
    if guard.state is GuardState.CLOSING:
        return f", {sale_text(guard, reader, hindrances)}"
    unwatched = unwatched_of(line.position, hindrances)
    return "" if unwatched is None else f", but {not_watched_text(unwatched)}"


def _why_no_price(line: OfferLine) -> str:
    """Return why there is no price and what to do, as far as it will be otherwise one day."""
    position, mark = line.position, line.position.mark
    label, again = position.account.venue.label, f"send /guard {command_name(position)} again when"
    if line.trouble:
        return f"{line.trouble}; {again} {label} answers"
    if isinstance(mark, Mark):
        return f"{why_not_text(line)}; {again} there is one"
    return f"{unpriced_text(mark, position.account.venue)}; {again} there is one"


def is_guarded(line: OfferLine) -> bool:
    """Return whether a position was left out because it has a guard."""
    guard = line.position.guard
    return line.excluded == Exclusion.ALREADY_GUARDED and guard is not None and not guard.is_for_one_sale
