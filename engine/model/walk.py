"""What selling or buying back a whole quantity would cost on an order book."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from enum import StrEnum
from itertools import pairwise, takewhile

from engine.model.holdings import Direction
from engine.model.money import ZERO, exact
from engine.model.quotes import Level, OrderBook

#: An average rarely ends; it is cut here, against the position, so that a loss never looks smaller.
_AVERAGE_DIGITS = 40


class BookProblem(StrEnum):
    """Why a book gives no price."""

    BAD = "bad_book"
    SHALLOW = "shallow_book"
    NOTHING = "nothing_to_sell"


def walk_book(book: OrderBook, direction: Direction, quantity: Decimal) -> Decimal | BookProblem:
    """Return the average price at which all of a position would be closed.

    What stands behind the last level that it takes spoils nothing, unless it shows that better ones were to be had.
    """
    if quantity <= ZERO:
        return BookProblem.NOTHING
    levels = _levels(book, direction)
    taken = _taken(levels, quantity)
    if not all(map(_is_sound, taken)) or not _are_best(taken, levels, direction):
        return BookProblem.BAD
    value = value_of(taken, quantity)
    return BookProblem.SHALLOW if value is None else _average(value, quantity, direction)


def walk_at_best(book: OrderBook, direction: Direction, quantity: Decimal) -> Decimal | BookProblem:
    """Return the average price if all that a book does not show were to be had at its last level: it can only be worse."""
    price, levels = walk_book(book, direction, quantity), _levels(book, direction)
    if price is not BookProblem.SHALLOW or not levels:
        return price
    with exact():
        shown = sum((level.quantity for level in levels), ZERO)
        value = sum((level.quantity * level.price for level in levels), ZERO)
        value += (quantity - shown) * levels[-1].price
    return _average(value, quantity, direction)


def walk_part(
    book: OrderBook, direction: Direction, quantity: Decimal, *, worst: Decimal
) -> tuple[Decimal, Decimal] | None:
    """Return how much of a position a book takes at a price or better, and the average; None when nothing."""
    is_long = direction is Direction.LONG

    def is_good(level: Level) -> bool:
        return _is_sound(level) and (level.price >= worst if is_long else level.price <= worst)

    good = takewhile(is_good, _levels(book, direction))
    with exact():
        part = min(quantity, sum((level.quantity for level in good), ZERO))
    average = walk_book(book, direction, part)
    return None if isinstance(average, BookProblem) else (part, average)


def is_sound(book: OrderBook) -> bool:
    """Return whether both sides of a book are there and make sense."""
    sides = ((book.bids, True), (book.asks, False))
    if not all(levels and all(map(_is_sound, levels)) for levels, _ in sides):
        return False
    is_ordered = all(_is_ordered(levels, falling=falling) for levels, falling in sides)
    return is_ordered and book.bids[0].price <= book.asks[0].price


def affordable(levels: Sequence[Level], budget: Decimal) -> Decimal | None:
    """Return the quantity that a budget buys, level by level; None where they hold less than it could pay."""
    left, quantity = budget, ZERO
    with exact():
        for level in levels:
            worth = level.quantity * level.price
            if worth >= left:
                return quantity + left / level.price
            quantity, left = quantity + level.quantity, left - worth
    return None


def _levels(book: OrderBook, direction: Direction) -> tuple[Level, ...]:
    """Return what a position is closed against, best first."""
    filled = book.filled
    return filled.bids if direction is Direction.LONG else filled.asks


def _taken(levels: Sequence[Level], quantity: Decimal) -> Sequence[Level]:
    """Return the levels that a quantity takes, up to the first that makes no sense."""
    left = quantity
    with exact():
        for number, level in enumerate(levels, start=1):
            if not _is_sound(level):
                return levels[:number]
            left -= level.quantity
            if left <= ZERO:
                return levels[:number]
    return levels


def _are_best(taken: Sequence[Level], levels: Sequence[Level], direction: Direction) -> bool:
    """Return whether levels are in order and none behind them is better."""
    is_long = direction is Direction.LONG
    behind = [level for level in levels[len(taken) :] if _is_sound(level)]
    return _is_ordered(taken, falling=is_long) and all(
        _is_ordered((taken[-1], level), falling=is_long) for level in behind
    )


def _average(value: Decimal, quantity: Decimal, direction: Direction) -> Decimal:
    rounding = ROUND_FLOOR if direction is Direction.LONG else ROUND_CEILING
    return Context(prec=_AVERAGE_DIGITS, rounding=rounding).divide(value, quantity)


def _is_sound(level: Level) -> bool:
    return (
        level.price.is_finite()
        and level.quantity.is_finite()
        and level.price > ZERO
        and level.quantity > ZERO
    )


def _is_ordered(levels: Sequence[Level], *, falling: bool) -> bool:
    best_first = levels if falling else levels[::-1]
    return all(better.price >= worse.price for better, worse in pairwise(best_first))


def value_of(levels: Sequence[Level], quantity: Decimal) -> Decimal | None:
    """Return what a quantity comes to, level by level; None where they hold less."""
    left, value = quantity, ZERO
    with exact():
        for level in levels:
            taken = min(left, level.quantity)
            value += taken * level.price
            left -= taken
            if left == ZERO:
                return value
    return None
