"""Pure: why nothing watches a position."""

from decimal import Decimal
from enum import StrEnum

from engine.guards.guard import GuardState
from engine.market.mark import Mark, PriceProblem, PriceUnknown
from engine.portfolio.position import Position
from engine.portfolio.why_never import Never, why_never

#: So high that nothing is worth too little.
_ANY_PRICE = Decimal("1e30")


class NotGuarded(StrEnum):
    """Why a position is not guarded."""

    NOT_REQUESTED = "not_requested"
    QUESTION_OPEN = "question_open"
    ENTRY_UNKNOWN = "entry_unknown"
    FILLS_PENDING = "fills_pending"
    #: Not read since an order of ours changed it.
    UNREAD_SALE = "unread_sale"
    PRICE_UNKNOWN = "price_unknown"
    MARKET_CLOSED = "market_closed"
    CANNOT_BE_SOLD_NOW = "cannot_be_sold_now"
    SHORT = Never.SHORT.value
    TOKENIZED = Never.TOKENIZED.value
    BELOW_MINIMUM = "below_minimum"
    #: Its guard waits for its owner's answer.
    PAUSED = "paused"


_NEVER = {
    Never.SHORT: NotGuarded.SHORT,
    Never.NOT_LISTED: NotGuarded.CANNOT_BE_SOLD_NOW,
    Never.TOKENIZED: NotGuarded.TOKENIZED,
}


def why_not_guarded(position: Position) -> NotGuarded | None:
    """Return why nothing watches a position; None while its guard does."""
    if position.guard is None:
        return _why_no_guard(position)
    if position.guard.state is GuardState.PAUSED:
        return NotGuarded.PAUSED
    return _price_problem(position.mark)


def _why_no_guard(position: Position) -> NotGuarded:
    never = why_never(position)
    if never is not None:
        return _NEVER[never]
    if position.instrument is None:
        return NotGuarded.PRICE_UNKNOWN
    if position.quantity <= position.locked:
        return NotGuarded.CANNOT_BE_SOLD_NOW
    return _why_not_now(position)


def _why_not_now(position: Position) -> NotGuarded:
    if position.is_unread:
        return NotGuarded.UNREAD_SALE
    if _price_problem(position.mark) is NotGuarded.MARKET_CLOSED:
        return NotGuarded.MARKET_CLOSED
    if _is_dust(position, position.sellable):
        # Unstaked, the whole of it could be sold.
        is_whole_dust = _is_dust(position, position.quantity)
        return NotGuarded.BELOW_MINIMUM if is_whole_dust else NotGuarded.CANNOT_BE_SOLD_NOW
    return _why_not_requested(position)


def _why_not_requested(position: Position) -> NotGuarded:
    is_unpriced = not isinstance(position.mark, Mark) and position.last_price is None
    if is_unpriced and not position.has_open_question:
        return NotGuarded.PRICE_UNKNOWN
    if position.fills_pending:
        return NotGuarded.FILLS_PENDING
    if position.cost is None:
        return NotGuarded.ENTRY_UNKNOWN
    return NotGuarded.QUESTION_OPEN if position.has_open_question else NotGuarded.NOT_REQUESTED


def _price_problem(mark: Mark | PriceUnknown) -> NotGuarded | None:
    if isinstance(mark, Mark):
        return None
    is_closed = mark.problem is PriceProblem.MARKET_CLOSED
    return NotGuarded.MARKET_CLOSED if is_closed else NotGuarded.PRICE_UNKNOWN


def _is_dust(position: Position, quantity: Decimal) -> bool:
    if position.instrument is None:
        return False
    price = position.mark.price if isinstance(position.mark, Mark) else position.last_price
    # Without a price only the least quantity decides.
    return position.instrument.why_too_small_to_sell(quantity, price or _ANY_PRICE) is not None
