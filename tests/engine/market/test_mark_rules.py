from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.market.mark import (
    LookReason,
    Mark,
    MarkBasis,
    MarkRequest,
    NeedsBook,
    NeedsSecondLook,
    PriceProblem,
    PriceUnknown,
)
from engine.market.mark_rules import (
    decide_mark,
    figure_of,
    is_usable,
    is_within,
    mark_from_book,
    mark_from_side,
)
from engine.model.holdings import Direction
from tests.builders import NOW, a_book, a_mark, a_quote, ago

LONG, SHORT = Direction.LONG, Direction.SHORT
MICROSECOND = timedelta(microseconds=1)


def a_request(direction=LONG, quantity="10", threshold="-0.01"):
    return MarkRequest(
        symbol="BTC/USD",
        direction=direction,
        quantity=Decimal(quantity),
        threshold=Decimal(threshold),
        max_age_s=15,
    )


def decide(quote, direction=LONG, *, quantity="10", threshold="-0.01", book=None, last="100"):
    return decide_mark(
        a_request(direction, quantity, threshold),
        quote=quote,
        book=book,
        last=None if last is None else a_mark(last),
        now=NOW,
    )


def unknown(problem):
    return PriceUnknown(problem=problem)


BAD_QUOTES = {
    "no quote": (None, PriceProblem.NO_QUOTE),
    "no bid": (a_quote(bid=None), PriceProblem.NO_BID),
    "no ask": (a_quote(ask=None), PriceProblem.NO_ASK),
    "neither": (a_quote(bid=None, ask=None), PriceProblem.NO_BID),
    "bid 0": (a_quote(bid="0"), PriceProblem.NOT_POSITIVE),
    "ask 0": (a_quote(ask="0"), PriceProblem.NOT_POSITIVE),
    "bid NaN": (a_quote(bid="NaN"), PriceProblem.NOT_A_NUMBER),
    "ask NaN": (a_quote(ask="NaN"), PriceProblem.NOT_A_NUMBER),
    "signalling NaN": (a_quote(bid="sNaN"), PriceProblem.NOT_A_NUMBER),
    "ask infinite": (a_quote(ask="Infinity"), PriceProblem.NOT_A_NUMBER),
    "bid minus infinite": (a_quote(bid="-Infinity"), PriceProblem.NOT_A_NUMBER),
    "bid negative": (a_quote(bid="-1"), PriceProblem.NOT_POSITIVE),
    "both negative": (a_quote(bid="-2", ask="-1"), PriceProblem.NOT_POSITIVE),
    "crossed by a hair": (a_quote(bid="100.00000001"), PriceProblem.CROSSED),
    "too old by a hair": (a_quote(at=ago(15) - MICROSECOND), PriceProblem.STALE),
    "dated an hour ahead": (a_quote(at=ago(-3600)), PriceProblem.FROM_THE_FUTURE),
    "ahead by a hair": (a_quote(at=ago(-15) + MICROSECOND), PriceProblem.FROM_THE_FUTURE),
}


@pytest.mark.fault("V14")
@pytest.mark.parametrize(("quote", "problem"), BAD_QUOTES.values(), ids=BAD_QUOTES)
@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("last", ["100", None], ids=["running", "first price"])
def test_a_bad_price_is_no_price(quote, problem, direction, last):
    assert decide(quote, direction, last=last) == unknown(problem)


@pytest.mark.parametrize(
    "quote",
    [a_quote(), a_quote(at=ago(15)), a_quote(at=ago(-15))],
    ids=["bid equals ask", "just fresh", "just not too far ahead"],
)
def test_what_is_only_just_good_is_a_price(quote):
    assert decide(quote) == Mark(price=Decimal(100), basis=MarkBasis.BID, at=quote.at)


def test_a_long_is_judged_by_the_bid_and_a_short_by_the_ask():
    quote = a_quote(bid="99.9", ask="100.1", at=ago(3))

    assert decide(quote, LONG) == Mark(price=Decimal("99.9"), basis=MarkBasis.BID, at=ago(3))
    assert decide(quote, SHORT) == Mark(price=Decimal("100.1"), basis=MarkBasis.ASK, at=ago(3))


@pytest.mark.parametrize(
    ("bid", "ask", "threshold", "basis"),
    [
        ("399", "401", "-0.01", MarkBasis.BID),  # 2 of 400 is exactly half of 1 %
        ("399", "401.00000001", "-0.01", MarkBasis.MID),
        ("398.99999999", "401", "-0.01", MarkBasis.MID),
        ("98", "102", "-0.08", MarkBasis.BID),  # 4 of 100 is exactly half of 8 %
        ("98", "102", "-0.0799", MarkBasis.MID),
    ],
)
def test_the_spread_is_wide_above_half_the_threshold(bid, ask, threshold, basis):
    mark = decide(a_quote(bid=bid, ask=ask), threshold=threshold, last=bid)

    assert mark.basis is basis
    assert mark.wide_spread is (basis is MarkBasis.MID)


@pytest.mark.parametrize("direction", Direction)
def test_a_wide_spread_is_guarded_at_mid_even_with_a_thin_or_unknown_top(direction):
    for size in ("0.001", None):
        quote = a_quote(bid="97", ask="102", bid_quantity=size, ask_quantity=size, at=ago(1))

        assert decide(quote, direction) == Mark(price=Decimal("99.5"), basis=MarkBasis.MID, at=ago(1))


@pytest.mark.parametrize(
    ("direction", "size", "expected"),
    [
        (LONG, {"bid_quantity": "1"}, MarkBasis.BID),  # 10 % of 10 is enough
        (SHORT, {"ask_quantity": "1"}, MarkBasis.ASK),
        (LONG, {"ask_quantity": "0"}, MarkBasis.BID),  # the other side does not matter
        (SHORT, {"bid_quantity": "0"}, MarkBasis.ASK),
    ],
)
def test_a_top_level_that_covers_a_tenth_is_enough(direction, size, expected):
    assert decide(a_quote(**size), direction).basis is expected


@pytest.mark.parametrize("size", ["0.99999999", "0", "-1", "NaN", "Infinity", None])
@pytest.mark.parametrize("direction", Direction)
def test_a_thin_or_missing_top_level_asks_for_the_book(direction, size):
    quote = a_quote(bid_quantity=size, ask_quantity=size)

    assert decide(quote, direction) == NeedsBook()


@pytest.mark.parametrize(
    ("direction", "price"), [(LONG, "98.2"), (SHORT, "101.8")], ids=["down the bids", "up the asks"]
)
def test_a_thin_top_is_walked_for_the_guarded_quantity(direction, price):
    quote = a_quote(bid_quantity="0.5", ask_quantity="0.5")
    book = a_book(
        bids=[("100", "1"), ("98", "9"), ("50", "100")],
        asks=[("100", "1"), ("102", "9"), ("200", "9")],
        at=ago(2),
    )

    mark = decide(quote, direction, book=book)

    assert mark == Mark(price=Decimal(price), basis=MarkBasis.WALKED, at=ago(2))


@pytest.mark.parametrize(
    ("book", "problem"),
    [
        (a_book(bids=[("100", "9.99999999")]), PriceProblem.SHALLOW_BOOK),
        (a_book(bids=[]), PriceProblem.SHALLOW_BOOK),
        (a_book(bids=[("100", "-1"), ("99", "50")]), PriceProblem.BAD_BOOK),
        (a_book(at=ago(16)), PriceProblem.STALE),
    ],
    ids=["too shallow", "empty", "bad", "old"],
)
def test_a_book_that_cannot_be_walked_gives_no_price(book, problem):
    assert decide(a_quote(bid_quantity="0.1"), book=book) == unknown(problem)


def test_nothing_has_no_price_on_any_book():
    decision = decide(a_quote(bid_quantity=None), quantity="0", book=a_book(), last=None)

    assert decision == unknown(PriceProblem.NOTHING_TO_SELL)


def test_a_walked_price_far_from_the_last_one_needs_a_second_look():
    book = a_book(bids=[("90", "50")], asks=[("90", "50")])

    decision = decide(a_quote(bid_quantity="0.1"), book=book)

    assert decision.reason is LookReason.JUMP
    assert decision.candidate.basis is MarkBasis.WALKED


def test_a_wide_book_behind_a_narrow_quote_gives_its_mid_and_is_not_walked():
    book = a_book(bids=[("98.5", "50")], asks=[("101.5", "50")])

    decision = decide(a_quote(bid_quantity="0.1"), book=book)

    assert decision == Mark(price=Decimal(100), basis=MarkBasis.MID, at=NOW)


def test_the_first_price_after_a_start_needs_a_second_look():
    candidate = Mark(price=Decimal(100), basis=MarkBasis.BID, at=NOW)

    assert decide(a_quote(), last=None) == NeedsSecondLook(
        reason=LookReason.FIRST_PRICE, candidate=candidate, first_at=NOW, latest_at=NOW, looks=1
    )


@pytest.mark.parametrize(
    ("price", "surprising"),
    [("95", False), ("94.99999999", True), ("105", False), ("105.00000001", True), ("10", True)],
)
def test_more_than_five_percent_from_the_last_mark_needs_a_second_look(price, surprising):
    decision = decide(a_quote(bid=price, ask=price))

    assert isinstance(decision, NeedsSecondLook) is surprising
    if surprising:
        assert decision.reason is LookReason.JUMP
        assert decision.candidate.price == Decimal(price)


@given(
    bid=st.decimals("0.00000001", "1000000", places=8).filter(bool),
    spread=st.decimals("0", "0.2", places=6),
    direction=st.sampled_from(Direction),
)
def test_a_mark_lies_between_bid_and_ask(bid, spread, direction):
    ask = bid * (1 + spread)
    quote = a_quote(bid=bid, ask=ask)

    mark = decide_mark(a_request(direction), quote=quote, last=a_mark(bid), now=NOW)
    mark = mark.candidate if isinstance(mark, NeedsSecondLook) else mark

    assert bid <= mark.price <= ask


def test_a_book_by_itself_is_judged_as_its_top():
    book = a_book(bids=[("99.9", "50"), ("90", "1")], asks=[("100.1", "50")], at=ago(1))

    assert mark_from_book(a_request(LONG), book=book, now=NOW) == Mark(
        price=Decimal("99.9"), basis=MarkBasis.BID, at=ago(1)
    )
    assert mark_from_book(a_request(SHORT), book=book, now=NOW) == Mark(
        price=Decimal("100.1"), basis=MarkBasis.ASK, at=ago(1)
    )


@pytest.mark.parametrize(
    ("direction", "price"), [(LONG, "98.182"), (SHORT, "100.455")], ids=["thin bids", "thin asks"]
)
def test_a_book_with_a_thin_top_is_walked(direction, price):
    book = a_book(
        bids=[("100", "0.9"), ("98.2", "0.1"), ("98", "9")], asks=[("100", "0.9"), ("100.5", "9.1")]
    )

    mark = mark_from_book(a_request(direction), book=book, now=NOW)

    assert mark == Mark(price=Decimal(price), basis=MarkBasis.WALKED, at=NOW)


@pytest.mark.parametrize(
    ("book", "problem"),
    [
        (a_book(bids=[]), PriceProblem.NO_BID),
        (a_book(asks=[]), PriceProblem.NO_ASK),
        (a_book(bids=[("101", "50")]), PriceProblem.CROSSED),
        (a_book(at=ago(16)), PriceProblem.STALE),
    ],
)
def test_a_bad_book_is_no_second_look(book, problem):
    assert mark_from_book(a_request(), book=book, now=NOW) == unknown(problem)


@pytest.mark.parametrize(
    ("price", "within"), [("99", True), ("101", True), ("98.99", False), ("101.01", False)]
)
def test_nearness_is_measured_from_the_reference(price, within):
    assert is_within(Decimal(price), Decimal(100), Decimal("0.01")) is within


@pytest.mark.parametrize(
    ("quote", "usable"),
    [
        (a_quote(), True),
        (a_quote(at=ago(15)), True),
        (a_quote(at=ago(16)), False),
        (a_quote(bid=None), False),
        (a_quote("101", "100"), False),
    ],
)
def test_a_quote_is_usable_with_two_sides_of_now(quote, usable):
    assert is_usable(quote, now=NOW, max_age_s=15) is usable


@pytest.mark.parametrize(
    ("direction", "price", "basis"), [(LONG, "90", MarkBasis.BID), (SHORT, "110", MarkBasis.ASK)]
)
def test_a_side_is_taken_as_it_is_however_wide_the_spread(direction, price, basis):
    mark = mark_from_side(a_request(direction), quote=a_quote("90", "110", at=ago(1)), now=NOW)

    assert mark == Mark(price=Decimal(price), basis=basis, at=ago(1))


def test_a_side_of_a_quote_that_is_no_price_is_none():
    assert mark_from_side(a_request(), quote=a_quote(at=ago(16)), now=NOW) == unknown(PriceProblem.STALE)


@pytest.mark.parametrize("direction", Direction)
def test_no_price_sells_where_nothing_has_a_trigger(direction):
    assert not any(a_request(direction).is_past(Decimal(price)) for price in ("1", "1000000"))


@pytest.mark.parametrize(
    ("quote", "figures"),
    [
        (a_quote("90", "110"), (90, 110, 100)),
        (a_quote("110", "90"), (110, 90, None)),
        (a_quote(None, "90"), (None, 90, None)),
    ],
)
def test_a_quote_that_makes_no_sense_has_its_sides_and_no_middle(quote, figures):
    assert (
        tuple(figure_of(quote, basis) for basis in (MarkBasis.BID, MarkBasis.ASK, MarkBasis.MID)) == figures
    )
