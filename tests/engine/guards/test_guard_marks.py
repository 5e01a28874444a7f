"""What the watch saw last shows whether a guard is breached, and nothing is reported of what was not seen."""

from decimal import Decimal

import pytest

from engine.guards.guard_mark import GuardMark
from engine.guards.guard_marks import GuardMarks
from engine.market.mark import PriceProblem, PriceUnknown
from tests.builders import a_guard, a_mark

NO_PRICE = PriceUnknown(problem=PriceProblem.NO_QUOTE)


@pytest.mark.parametrize(
    ("current", "breached", "price"),
    [
        (a_mark("98"), True, Decimal(98)),
        (a_mark("99"), True, Decimal(99)),
        (a_mark("99.5"), False, Decimal("99.5")),
        (NO_PRICE, None, None),
        (None, None, None),
    ],
)
def test_a_guard_is_breached_at_the_mark_that_was_seen_last(current, breached, price):
    guard, marks = a_guard(quantity="1", cost="100"), GuardMarks()
    marks.put(guard.guard_id, GuardMark() if current is None else GuardMark(current=current))

    assert (marks.is_breached(guard), marks.price_of(guard)) == (breached, price)


def test_what_an_earlier_process_reported_stands_until_a_guard_is_looked_at():
    guard, marks = a_guard(), GuardMarks()
    reported = GuardMark(current=NO_PRICE)

    before = marks.is_restored
    marks.restore({guard.guard_id: reported})

    assert (before, marks.is_restored, marks.of(guard), marks.by_id) == (False, True, reported, {})


def test_guards_that_are_not_watched_any_more_are_forgotten():
    guard, other, marks = a_guard(), a_guard(guard_id="guard-2"), GuardMarks()
    for one in (guard, other):
        marks.put(one.guard_id, GuardMark(current=a_mark("98")))

    marks.keep({guard.guard_id})

    assert [marks.is_breached(one) is None for one in (guard, other)] == [False, True]
