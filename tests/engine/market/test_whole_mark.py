"""The price at which all of a position would be closed by an order book."""

from decimal import Decimal

import pytest

from engine.market.mark import MarkBasis, MarkRequest
from engine.market.whole_mark import whole_mark
from engine.model.holdings import Direction
from tests.builders import NOW, a_book, ago


def a_request(quantity, direction=Direction.LONG):
    return MarkRequest(
        symbol="BTC/USD",
        direction=direction,
        quantity=Decimal(quantity),
        threshold=Decimal("-0.01"),
        max_age_s=15,
    )


@pytest.mark.parametrize(
    ("quantity", "direction", "price"),
    [("1", Direction.LONG, "100"), ("4", Direction.LONG, "97"), ("2", Direction.SHORT, "103")],
)
def test_it_is_the_average_of_the_levels_that_all_of_it_takes(quantity, direction, price):
    book = a_book(bids=[("100", "1"), ("96", "3")], asks=[("102", "1"), ("104", "1")])

    mark = whole_mark(a_request(quantity, direction), book=book, now=NOW)

    assert (mark.price, mark.basis, mark.at) == (Decimal(price), MarkBasis.WALKED, book.at)


@pytest.mark.parametrize(
    "book",
    [
        a_book(bids=[("100", "1")], asks=[("102", "1")]),
        a_book(bids=[("100", "9")], asks=[("102", "1")], at=ago(16)),
        a_book(bids=[("100", "9")], asks=[("99", "1")]),
        a_book(bids=[("100", "9")], asks=[]),
        a_book(bids=[("100", "1"), ("0", "9")], asks=[("102", "1")]),
    ],
    ids=["too short", "old", "crossed", "no ask", "unsound"],
)
def test_a_book_that_does_not_show_all_of_it_gives_none(book):
    assert whole_mark(a_request("4"), book=book, now=NOW) is None
