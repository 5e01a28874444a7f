"""A position's name and whether it is guarded, for a line of text on any screen."""

from engine.guards.guard import AtTarget, Guard, GuardState
from engine.guards.guard_mark import is_past
from engine.guards.unwatched import Unwatched
from engine.market.mark import Mark
from engine.model.holdings import Direction, PositionKind
from engine.portfolio.not_guarded import NotGuarded, why_not_guarded
from engine.portfolio.position import Position
from engine.status import Hindrances
from handlers.render.failing_exits import failing_line
from handlers.render.guard_reasons import guard_reason_text
from handlers.render.html import bold, escape, foreign
from handlers.render.locked import locked_sentence
from handlers.render.no_price import unpriced_text
from handlers.render.numbers import loss_percent, price, quantity, target_percent, threshold_percent
from handlers.render.times import Reader
from handlers.render.unwatched import unwatched_text
from handlers.render.why_not import not_guarded_text

SOLD_ON_REQUEST = "being sold as you asked, not guarded"
NO_HINDRANCES = Hindrances()
#: Why a set guard cannot act for now; it goes on by itself.
_UNWATCHED = frozenset({NotGuarded.PRICE_UNKNOWN, NotGuarded.MARKET_CLOSED})


def position_name(position: Position) -> str:
    """Name a position for a line of text: `BTC/USD · Kraken`, with what is unusual about it."""
    unusual = [position.direction.value] if position.direction is Direction.SHORT else []
    unusual += [position.kind.value] if position.kind is PositionKind.MARGIN else []
    name = " ".join((position.symbol or position.asset, *unusual))
    return f"{bold(name)} · {position.account.venue.label}"


def standing_text(position: Position, reader: Reader, hindrances: Hindrances = NO_HINDRANCES) -> str:
    """Return whether a position is guarded and its guard can act, and why not."""
    guard, reason = position.guard, why_not_guarded(position)
    if guard is None:
        locked = f": {locked_text(position)}" if is_locked(position) else ""
        return f"not guarded: {_why_no_guard(position)}{locked}{_what_to_do(position, reader)}"
    at = threshold_percent(guard.threshold)
    if guard.state is GuardState.CLOSING:
        return _selling_text(guard, reader, hindrances)
    if (unwatched := unwatched_of(position, hindrances)) is not None:
        why = f"{not_watched_text(unwatched)}{opening_text(position, reader)}{_past(position, guard)}"
        return f"guarded at {at}{_part(position, guard)}{target_text(guard)}, but {why}"
    if guard.state is GuardState.ARMED and reason in _UNWATCHED:
        not_watched = f"not watched: {_why_unwatched(position)}{opening_text(position, reader)}"
        return f"guarded at {at}{_part(position, guard)}{target_text(guard)}, but {not_watched}"
    if reason is not None or guard.state is not GuardState.ARMED:
        text = guard_reason_text(guard.reason, guard.detail)
        why = f" ({foreign(text)})" if text else ""
        return f"not guarded: {not_guarded_text(reason) if reason else guard.state.value}{why}; its guard at {at} waits"
    mark = position.mark
    wide = ", wide spread, guarded at mid" if isinstance(mark, Mark) and mark.wide_spread else ""
    return f"guarded at {at}{_part(position, guard)}{target_text(guard)}{wide}"


def target_text(guard: Guard) -> str:
    """Return how far a guard's stop trails, and at which gain it sells, behind its threshold."""
    stop = "" if guard.trail is None else f", stop trails by {loss_percent(guard.trail)}"
    if guard.trail is None and guard.stop is not None:
        stop = f", stop at {price(guard.stop, guard.currency)}"
    if guard.target is None:
        return stop
    even = ", then break-even" if guard.at_target is AtTarget.BREAK_EVEN else ""
    return f"{stop}, target {target_percent(guard.target)}{even}"


def _selling_text(guard: Guard, reader: Reader, hindrances: Hindrances) -> str:
    sale = sale_text(guard, reader, hindrances)
    return sale if guard.is_for_one_sale else f"guarded at {threshold_percent(guard.threshold)}, {sale}"


def sale_text(guard: Guard, reader: Reader, hindrances: Hindrances) -> str:
    """Say that a guard's sale is under way, or since when and why it does not get through."""
    failing = hindrances.failing.get(guard.guard_id)
    why = f"failing {failing_line(failing, reader)}" if failing else ""
    if guard.is_for_one_sale:
        return f"{SOLD_ON_REQUEST}, {why}" if why else SOLD_ON_REQUEST
    return f"sale {why}" if why else "being sold now"


def not_watched_text(unwatched: Unwatched) -> str:
    """Say why an armed guard cannot act now."""
    yet = " yet" if unwatched.is_starting else ""
    return f"not watched{yet}: {foreign(unwatched_text(unwatched))}"


def unwatched_of(position: Position, hindrances: Hindrances) -> Unwatched | None:
    """Return why its armed guard cannot act now, by the watch itself and not by the price shown."""
    guard = position.guard
    if guard is None or guard.state is not GuardState.ARMED or guard.is_for_one_sale:
        return None
    return hindrances.unwatched.get(guard.guard_id)


def _past(position: Position, guard: Guard) -> str:
    mark = position.mark
    is_beyond = isinstance(mark, Mark) and position.guard_ratio is not None and is_past(guard, mark)
    return "; the price shown is past the threshold, and nothing is sold yet" if is_beyond else ""


def _why_no_guard(position: Position) -> str:
    reason = why_not_guarded(position) or NotGuarded.NOT_REQUESTED
    return _why_unwatched(position) if reason is NotGuarded.PRICE_UNKNOWN else not_guarded_text(reason)


def _why_unwatched(position: Position) -> str:
    mark = position.mark
    if not isinstance(mark, Mark):
        return unpriced_text(mark, position.account.venue)
    return not_guarded_text(why_not_guarded(position) or NotGuarded.PRICE_UNKNOWN)


def says_why_no_price(position: Position) -> bool:
    """Return whether the text about a position's guard already says why it has no price."""
    is_armed = position.guard is None or position.guard.state is GuardState.ARMED
    return is_armed and why_not_guarded(position) in _UNWATCHED


def _what_to_do(position: Position, reader: Reader) -> str:
    """Return what makes a guard possible where the reason sounds as if nothing did."""
    venue, reason = position.account.venue.value, why_not_guarded(position)
    if reason is NotGuarded.ENTRY_UNKNOWN and position.symbol is not None:
        if position.history_incomplete:
            return "; its purchases are being read, ask again in a minute"
        name = escape(position.asset)
        return (
            f"; /guard {name} {venue} guards it from today's price" if isinstance(position.mark, Mark) else ""
        )
    if reason is NotGuarded.MARKET_CLOSED and position.symbol is not None:
        return way_in(position, reader) or f"; send /guard {escape(position.asset)} {venue} when it is open"
    return ""


def command_name(position: Position) -> str:
    """Write what follows a command that is about this position alone."""
    return f"{escape(position.asset)} {position.account.venue.value}"


def way_in(position: Position, reader: Reader) -> str:
    """Say when a shut market opens and what to send then; empty where nothing is known of that."""
    opens, venue = opening_text(position, reader), position.account.venue.value
    return f"{opens}; send /guard {escape(position.asset)} {venue} then" if opens else ""


def opening_text(position: Position, reader: Reader) -> str:
    """Say when the market of a position opens, where it is shut and its venue says so."""
    mark = position.mark
    if isinstance(mark, Mark) or mark.opens_at is None:
        return ""
    return f", opens {reader.clock(mark.opens_at)}, {reader.ahead(mark.opens_at)}"


def _part(position: Position, guard: Guard) -> str:
    return f" for {quantity(guard.quantity)} of it" if guard.quantity != position.quantity else ""


def is_locked(position: Position) -> bool:
    """Return whether staking, a vault or another platform is what keeps a position from being sold."""
    if not position.locked or position.symbol is None:
        return False
    return why_not_guarded(position) is NotGuarded.CANNOT_BE_SOLD_NOW


def locked_text(position: Position) -> str:
    """Return how much is locked and what to do about it."""
    return locked_sentence(position.locked, position.account.venue)
