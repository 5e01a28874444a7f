from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.guards.rule import is_breached
from engine.model.holdings import Direction
from engine.model.walk import BookProblem, affordable, is_sound, walk_at_best, walk_book, walk_part
from tests.builders import a_book

LONG, SHORT = Direction.LONG, Direction.SHORT
BIDS = [("100", "1"), ("99", "2"), ("90", "3")]
ASKS = [("101", "1"), ("102", "2"), ("110", "3")]


@pytest.mark.parametrize(
    ("direction", "quantity", "price"),
    [
        (LONG, "0.5", "100"),
        (LONG, "1", "100"),
        (LONG, "2", "99.5"),
        (LONG, "6", "94.66666666666666666666666666666666666666"),
        (SHORT, "1", "101"),
        (SHORT, "2", "101.5"),
        (SHORT, "6", "105.8333333333333333333333333333333333334"),
    ],
)
def test_a_quantity_takes_the_best_levels_first(direction, quantity, price):
    assert walk_book(a_book(BIDS, ASKS), direction, Decimal(quantity)) == Decimal(price)


@pytest.mark.parametrize("direction", Direction)
def test_more_than_the_book_offers_has_no_price(direction):
    assert walk_book(a_book(BIDS, ASKS), direction, Decimal("6.000001")) is BookProblem.SHALLOW
    assert walk_book(a_book([], []), direction, Decimal(1)) is BookProblem.SHALLOW


@pytest.mark.parametrize("quantity", ["0", "0.0", "-1"])
@pytest.mark.parametrize("direction", Direction)
def test_nothing_has_no_price(direction, quantity):
    assert walk_book(a_book(BIDS, ASKS), direction, Decimal(quantity)) is BookProblem.NOTHING
    assert walk_part(a_book(BIDS, ASKS), direction, Decimal(quantity), worst=Decimal(100)) is None


BAD_LEVELS = {
    "price 0": ("0", "1"),
    "price negative": ("-1", "1"),
    "price NaN": ("NaN", "1"),
    "quantity negative": ("50", "-1"),
    "quantity infinite": ("50", "Infinity"),
}


@pytest.mark.parametrize("level", BAD_LEVELS.values(), ids=BAD_LEVELS)
def test_a_bad_level_spoils_what_takes_it_and_the_other_side_never(level):
    book = a_book([*BIDS[:2], level, BIDS[2]], ASKS)

    assert walk_book(book, LONG, Decimal("3.01")) is BookProblem.BAD
    assert walk_at_best(book, LONG, Decimal("3.01")) is BookProblem.BAD
    assert walk_book(book, SHORT, Decimal("3.01")) > Decimal(101)


@pytest.mark.parametrize("level", BAD_LEVELS.values(), ids=BAD_LEVELS)
def test_a_bad_level_behind_the_last_that_is_taken_spoils_nothing(level):
    book = a_book([*BIDS[:2], level, BIDS[2]], ASKS)

    assert walk_book(book, LONG, Decimal(1)) == Decimal(100)
    assert walk_book(book, LONG, Decimal(3)) == walk_book(a_book(BIDS, ASKS), LONG, Decimal(3))
    assert walk_part(book, LONG, Decimal(1), worst=Decimal(90)) == (Decimal(1), Decimal(100))


NOTHING_THERE = {
    "on top": [("101", "0"), *BIDS],
    "in between": [BIDS[0], ("99.5", "0.000"), *BIDS[1:]],
    "at the end": [*BIDS, ("50", "-0.000")],
    "out of order": [BIDS[0], ("1", "0"), *BIDS[1:]],
}


@pytest.mark.parametrize("levels", NOTHING_THERE.values(), ids=NOTHING_THERE)
@pytest.mark.parametrize("quantity", ["0.5", "2", "6"])
def test_a_level_that_offers_nothing_changes_nothing(levels, quantity):
    with_it, without, all_of_it = a_book(levels, levels[::-1]), a_book(BIDS, BIDS[::-1]), Decimal(quantity)

    assert walk_book(with_it, LONG, all_of_it) == walk_book(without, LONG, all_of_it)
    assert walk_book(with_it, SHORT, all_of_it) == walk_book(without, SHORT, all_of_it)
    assert walk_part(with_it, LONG, all_of_it, worst=Decimal(99)) == walk_part(
        without, LONG, all_of_it, worst=Decimal(99)
    )


def test_levels_that_all_offer_nothing_are_no_depth():
    book = a_book([("100", "0")], [("101", "0")])

    assert walk_book(book, LONG, Decimal(1)) is BookProblem.SHALLOW
    assert walk_at_best(book, LONG, Decimal(1)) is BookProblem.SHALLOW
    assert not is_sound(book.filled)


@pytest.mark.parametrize(
    ("direction", "quantity", "price"),
    [
        pytest.param(LONG, "2", "99.5", id="what is shown is enough"),
        pytest.param(LONG, "10", "92.8", id="bids go on at the last at best"),
        pytest.param(SHORT, "10", "107.5", id="so do asks"),
    ],
)
def test_what_a_book_does_not_show_is_no_better_than_its_last_level(direction, quantity, price):
    assert walk_at_best(a_book(BIDS, ASKS), direction, Decimal(quantity)) == Decimal(price)


@pytest.mark.parametrize(("direction", "price"), [(LONG, "99"), (SHORT, "102")])
def test_levels_that_do_not_get_worse_are_no_book(direction, price):
    book = a_book([*BIDS[::-1], ("95", "1")], [*ASKS[::-1], ("105", "1")])
    level_again = a_book([("99", "1"), ("99", "2")], [("102", "1"), ("102", "2")])

    assert walk_book(book, direction, Decimal(1)) is BookProblem.BAD
    assert walk_book(level_again, direction, Decimal(2)) == Decimal(price)


@given(
    steps=st.lists(
        st.tuples(st.decimals("0.01", "9", places=2), st.decimals("0.01", "9", places=4)),
        min_size=1,
        max_size=8,
    ),
    part=st.decimals("0.01", "1", places=2),
    direction=st.sampled_from(Direction),
)
def test_a_loss_never_looks_smaller_than_it_is(steps, part, direction):
    price, levels = Decimal(1000), []
    for step, quantity in steps:
        price += step if direction is SHORT else -step
        levels.append((price, quantity))
    quantity = sum(size for _, size in levels) * part
    book = a_book(levels, levels)

    price = Fraction(walk_book(book, direction, quantity))

    left, value = Fraction(quantity), Fraction(0)
    for level, size in levels:
        value += min(left, Fraction(size)) * Fraction(level)
        left -= min(left, Fraction(size))
    worse = value / Fraction(quantity) - price
    assert 0 <= (worse if direction is LONG else -worse) < Fraction(1, 10**30)


@pytest.mark.parametrize(("direction", "cost", "threshold"), [(LONG, "250", "-0.2"), (SHORT, "160", "-0.25")])
def test_a_walked_loss_of_exactly_the_threshold_still_sells(direction, cost, threshold):
    # All three bring 200, 66.66… each; three times that must not slip past 200.
    book = a_book([("100", "1"), ("50", "2")], [("50", "2"), ("100", "1")])
    price = walk_book(book, direction, Decimal(3))

    assert is_breached(
        mark=price,
        quantity=Decimal(3),
        cost=Decimal(cost),
        threshold=Decimal(threshold),
        direction=direction,
    )


@pytest.mark.parametrize(
    ("budget", "quantity"),
    [("50.5", "0.5"), ("101", "1"), ("152", "1.5"), ("635", "6"), ("635.01", None)],
)
def test_a_budget_buys_level_by_level_down_to_the_last(budget, quantity):
    levels = a_book(BIDS, ASKS).asks

    assert affordable(levels, Decimal(budget)) == (None if quantity is None else Decimal(quantity))


@pytest.mark.parametrize(
    ("bids", "asks", "expected"),
    [
        ([("99", "1")], [("100", "1")], True),
        ([("100", "1")], [("100", "1")], True),
        ([("100.1", "1")], [("100", "1")], False),
        ([], [("100", "1")], False),
        ([("99", "1")], [], False),
        ([("99", "0")], [("100", "1")], False),
        ([("98", "1"), ("99", "1")], [("100", "1")], False),
        ([("99", "1")], [("101", "1"), ("100", "1")], False),
    ],
)
def test_a_book_is_sound_with_two_ordered_sides_that_do_not_cross(bids, asks, expected):
    assert is_sound(a_book(bids=bids, asks=asks)) is expected


@pytest.mark.parametrize(
    ("direction", "quantity", "worst", "part"),
    [
        pytest.param(
            LONG, "9", "99", ("3", "99.33333333333333333333333333333333333333"), id="all at it or above"
        ),
        pytest.param(LONG, "2", "99", ("2", "99.5"), id="no more than there is to sell"),
        pytest.param(LONG, "9", "99.01", ("1", "100"), id="only what is above"),
        pytest.param(LONG, "9", "100.01", None, id="nobody buys so high"),
        pytest.param(SHORT, "9", "102", ("3", "101.6666666666666666666666666666666666667"), id="all below"),
        pytest.param(SHORT, "9", "101.99", ("1", "101"), id="only what is below"),
        pytest.param(SHORT, "9", "100.99", None, id="nobody sells so low"),
    ],
)
def test_a_book_takes_what_it_carries_at_a_price_or_better(direction, quantity, worst, part):
    found = walk_part(a_book(BIDS, ASKS), direction, Decimal(quantity), worst=Decimal(worst))

    assert found == (None if part is None else tuple(map(Decimal, part)))


def test_a_book_that_makes_no_sense_takes_no_part():
    assert walk_part(a_book([*BIDS, ("95", "1")], ASKS), LONG, Decimal(9), worst=Decimal(90)) is None
