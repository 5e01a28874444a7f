"""What selling or buying back a whole quantity would cost on an order book."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from enum import StrEnum
from itertools import pairwise

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
    """Return the average price at which all of a position would be closed."""
    if quantity <= ZERO:
        return BookProblem.NOTHING
    is_long = direction is Direction.LONG
    levels = book.bids if is_long else book.asks
    if not all(_is_sound(level) for level in levels) or not _is_ordered(levels, falling=is_long):
        return BookProblem.BAD
    value = value_of(levels, quantity)
    if value is None:
        return BookProblem.SHALLOW
    rounding = ROUND_FLOOR if is_long else ROUND_CEILING
    return Context(prec=_AVERAGE_DIGITS, rounding=rounding).divide(value, quantity)


def walk_part(
    book: OrderBook, direction: Direction, quantity: Decimal, *, worst: Decimal
) -> tuple[Decimal, Decimal] | None:
    """Return how much of a position a book takes at a price or better, and the average; None when nothing."""
    is_long = direction is Direction.LONG
    levels = book.bids if is_long else book.asks
    good = [level for level in levels if (level.price >= worst if is_long else level.price <= worst)]
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
