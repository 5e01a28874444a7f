"""Whether a ticker still tells the price, and when a book that moved away from it may be judged by."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.liquidation.mark import MarkRequest
from engine.liquidation.price_check import (
    CHECKS_A_LOOK,
    PriceCheck,
    after_agreement,
    after_difference,
    differs,
    living_marks,
    plan_checks,
    unknown_for_s,
)
from engine.positions import Direction
from engine.quotes import Level, OrderBook, Quote
from tests.builders import NOW

REQUEST = MarkRequest(direction=Direction.LONG, quantity=Decimal(1), threshold=Decimal("-0.01"), max_age_s=15)


def side(price):
    return () if price is None else (Level(price=Decimal(price), quantity=Decimal(9)),)


def a_book(bid="100", ask="100.1", at=NOW):
    return OrderBook(symbol="BTC/USD", bids=side(bid), asks=side(ask), at=at)


def a_ticker(bid="100", ask="100.1"):
    sides = {"bid": bid and Decimal(bid), "ask": ask and Decimal(ask)}
    return Quote(symbol="BTC/USD", at=NOW, **sides)


@pytest.mark.parametrize(
    ("ticker", "book", "expected"),
    [
        pytest.param(a_ticker(), a_book(), False, id="the same"),
        pytest.param(a_ticker(), a_book("101", "101.1"), False, id="one percent up"),
        pytest.param(a_ticker(), a_book("101.01", "101.1"), True, id="more than that up"),
        pytest.param(a_ticker(), a_book("99", "99.1"), False, id="one percent down"),
        pytest.param(a_ticker(), a_book("98.99", "100.1"), True, id="one side alone"),
        pytest.param(a_ticker(), a_book(None), True, id="no bid in the book"),
        pytest.param(a_ticker(bid=None), a_book("50"), False, id="no bid in the ticker is no price anyway"),
        pytest.param(a_ticker(bid="NaN"), a_book("50"), False, id="garbage in the ticker"),
        pytest.param(a_ticker(bid="0"), a_book("50"), False, id="nothing in the ticker"),
        pytest.param(a_ticker(), a_book("NaN"), True, id="garbage in the book"),
    ],
)
def test_ticker_and_book_differ_by_more_than_one_percent(ticker, book, expected):
    assert differs(ticker, book) is expected


def test_what_differed_is_compared_first_and_then_what_was_not_for_the_longest():
    checks = {
        "fresh": PriceCheck(checked_s=95),
        "old": PriceCheck(checked_s=80),
        "older": PriceCheck(checked_s=70),
        "differs": PriceCheck(checked_s=99, differs_since_s=99),
    }

    assert plan_checks(checks, [*checks, "new"], now_s=100, due_s=7.5) == ["differs", "new", "older", "old"]


def test_no_more_than_a_few_are_compared_in_one_look():
    assert len(plan_checks({}, [f"S{n}" for n in range(50)], now_s=0, due_s=7.5)) == CHECKS_A_LOOK


def a_difference(*, books=None, ticker=None, first_s=10.0, now_s=15.0):
    """Agreed at 0 s, two books that differ at first and now."""
    check = after_agreement(a_ticker(), now_s=0)
    books = books or (a_book("95", "95.1"), a_book("95", "95.1"))
    check = after_difference(check, a_ticker(), books, now_s=first_s)
    return after_difference(check, ticker or a_ticker(), books, now_s=now_s)


def prices(check, *, now_s=15.0, now=NOW):
    marks = living_marks(check, REQUEST, now=now, now_s=now_s)
    return marks and tuple(mark.price for mark in marks)


def test_two_books_that_moved_away_from_a_ticker_that_stood_still_are_judged_by():
    assert prices(a_difference()) == (Decimal(95), Decimal(95))


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(PriceCheck(), id="never compared"),
        pytest.param(after_agreement(a_ticker(), now_s=0), id="they agree"),
        pytest.param(a_difference(first_s=12.1), id="seen in one look alone"),
        pytest.param(a_difference(ticker=a_ticker("100.01")), id="the ticker moves"),
        pytest.param(
            a_difference(books=(a_book("95", "95.1"), a_book("93", "93.1"))), id="books that disagree"
        ),
        pytest.param(a_difference(books=(a_book(None), a_book("95", "95.1"))), id="a book without bids"),
        pytest.param(replace(a_difference(), agreed=None, stands_still=False), id="they never agreed"),
    ],
)
def test_otherwise_it_may_be_the_book_that_is_wrong(check):
    assert prices(check) is None


def test_books_that_are_too_old_are_no_price():
    assert prices(a_difference(), now=NOW + timedelta(seconds=16)) is None


def test_a_difference_may_have_begun_when_both_last_agreed():
    assert unknown_for_s(a_difference(), now_s=15) == 15
    assert unknown_for_s(PriceCheck(differs_since_s=10), now_s=15) == 5
    assert unknown_for_s(PriceCheck(), now_s=15) == 0
