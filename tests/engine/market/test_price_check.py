"""Whether a ticker still shows the price, and when a book that moved away from it may be judged by."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.brokers.budget import Budget
from engine.market.feed import SPARE_CALLS_AT_ONCE
from engine.market.mark import MarkRequest
from engine.market.mark_rules import judge_quote, mark_from_book
from engine.market.price_check import (
    CHECKS_A_LOOK,
    DIFFERING_A_LOOK,
    FIRST_CALLS,
    SECOND_CALLS,
    PriceCheck,
    affordable,
    after_agreement,
    after_difference,
    differs,
    living_marks,
    marks_of_both,
    plan_checks,
    unknown_for_s,
)
from engine.model.holdings import Direction
from engine.model.quotes import Level, OrderBook, Quote
from tests.builders import NOW


def a_request(direction=Direction.LONG, trigger_price=None):
    return MarkRequest(
        symbol="BTC/USD",
        direction=direction,
        quantity=Decimal(1),
        threshold=Decimal("-0.01"),
        trigger_price=trigger_price and Decimal(trigger_price),
        max_age_s=15,
    )


REQUEST = a_request()


def long_at(price):
    return [a_request(trigger_price=price)]


def side(price):
    return () if price is None else (Level(price=Decimal(price), quantity=Decimal(9)),)


def a_thin_top(top, below):
    return (Level(price=Decimal(top), quantity=Decimal("0.01")), *side(below))


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
        pytest.param(a_ticker(), a_book("100", "103"), False, id="the side that nobody trades at"),
        pytest.param(a_ticker("100", "103"), a_book(), True, id="the middle of a wide ticker"),
        pytest.param(a_ticker("100", "103"), a_book("100", "102"), False, id="nearly the same middle"),
    ],
)
def test_ticker_and_book_differ_by_more_than_one_percent(ticker, book, expected):
    assert differs(ticker, book, [REQUEST]) is expected


@pytest.mark.parametrize(("directions", "expected"), [([Direction.LONG], False), ([*Direction], True)])
def test_a_short_is_judged_by_the_ask(directions, expected):
    requests = [a_request(direction) for direction in directions]

    assert differs(a_ticker(), a_book("100", "103"), requests) is expected


def test_what_was_not_tried_for_the_longest_is_compared_first():
    checks = {
        "fresh": PriceCheck(checked_s=95, tried_s=95),
        "old": PriceCheck(checked_s=80, tried_s=80),
        "differs": PriceCheck(checked_s=75, tried_s=95, differs_since_s=70),
        "not reported": PriceCheck(checked_s=60, tried_s=90),
    }

    assert plan_checks(checks, [*checks, "new"], now_s=100, due_s=7.5) == [
        "new",
        "old",
        "not reported",
        "differs",
    ]


@pytest.mark.parametrize(("checked_s", "due"), [(92.5, True), (92.6, False), (100, False)])
def test_what_was_compared_lately_is_due_when_its_time_is_over(checked_s, due):
    checks = {"one": PriceCheck(checked_s=checked_s, tried_s=checked_s)}

    assert plan_checks(checks, ["one"], now_s=100, due_s=7.5) == (["one"] if due else [])


def test_an_agreement_is_a_comparison_and_a_try():
    check = after_agreement(a_ticker(), now_s=3)

    assert (check.checked_s, check.tried_s, check.agreed_s, check.differs) == (3, 3, 3, False)


def differed(*looks, agreed=None):
    """Return what is known once ticker and books disagreed at 10, 20, 30 s and so on."""
    check = PriceCheck() if agreed is None else after_agreement(agreed, now_s=0)
    for number, (ticker, *bids) in enumerate(looks, 1):
        first, second = (a_book(bid) for bid in bids)
        check = after_difference(check, ticker, (first, second), now_s=10.0 * number)
    return check


STILL, FOLLOWED = a_ticker(), a_ticker("99")


@pytest.mark.parametrize(
    ("looks", "agreed", "since_s"),
    [
        pytest.param([(STILL, "95", "95")], STILL, 10, id="since they agreed"),
        pytest.param([(STILL, "95", "95")], FOLLOWED, None, id="it moved since"),
        pytest.param([(STILL, "95", "95")], None, None, id="they never agreed"),
        pytest.param([(STILL, "95", "95"), (STILL, "95", "95")], None, None, id="the books stand still too"),
        pytest.param([(STILL, "95", "95"), (STILL, "95", "94")], None, 20, id="the books move"),
        pytest.param([(STILL, "96", "95"), (STILL, "95", "95")], None, None, id="they moved before"),
        pytest.param([(STILL, "95", "95"), (STILL, "96", "95")], None, None, id="they are back"),
        pytest.param(
            [(STILL, "95", "95"), (STILL, "94", "94"), (STILL, "93", "93")], None, 20, id="they go on moving"
        ),
        pytest.param([(STILL, "95", "95"), (FOLLOWED, "94", "94")], STILL, None, id="it follows at last"),
    ],
)
def test_a_ticker_is_frozen_since_books_first_moved_without_it(looks, agreed, since_s):
    check = differed(*looks, agreed=agreed)

    assert check.frozen_since_s == since_s
    assert (check.differs_since_s, check.differs) == (10, True)


def outcome(check, kind, now_s):
    if kind == "silent":
        return replace(check, tried_s=now_s)
    if kind == "alike":
        return after_agreement(a_ticker(), now_s=now_s)
    return after_difference(check, a_ticker(), (a_book("95"), a_book("95")), now_s=now_s)


@given(st.lists(st.sampled_from(["silent", "alike", "differs"]), min_size=1, max_size=20))
def test_nothing_keeps_an_instrument_from_being_compared(kinds):
    kinds = {f"S{n:02}": kind for n, kind in enumerate(kinds)}
    checks, tried = {}, dict.fromkeys(kinds, 0)
    for look in range(60):
        for symbol in plan_checks(checks, kinds, now_s=5.0 * look, due_s=7.5):
            assert look - tried[symbol] <= 2 + len(kinds)
            tried[symbol] = look
            checks[symbol] = outcome(checks.get(symbol, PriceCheck()), kinds[symbol], 5.0 * look)

    assert all(look > 60 - 3 - len(kinds) for look in tried.values())


@pytest.mark.fault("V37")
def test_seven_that_are_all_frozen_are_each_compared_every_third_look():
    checks = {f"S{n}": after_agreement(a_ticker(), now_s=0) for n in range(7)}
    looks = {symbol: [] for symbol in checks}
    for look in range(2, 40):
        for symbol in plan_checks(checks, checks, now_s=5.0 * look, due_s=7.5):
            looks[symbol].append(look)
            checks[symbol] = outcome(checks[symbol], "differs", 5.0 * look)

    gaps = {later - before for seen in looks.values() for before, later in pairwise(seen)}
    assert max(gaps) == 3


def test_those_that_differ_leave_a_place_for_the_others():
    checks = {f"S{n}": PriceCheck(checked_s=0, tried_s=0, differs_since_s=0) for n in range(9)}
    checks["alike"] = PriceCheck(checked_s=2, tried_s=2)

    planned = plan_checks(checks, checks, now_s=10, due_s=7.5)

    assert (len(planned), planned[-1]) == (DIFFERING_A_LOOK + 1, "alike")


def test_no_more_than_a_few_are_compared_in_one_look():
    assert len(plan_checks({}, [f"S{n}" for n in range(50)], now_s=0, due_s=7.5)) == CHECKS_A_LOOK


@given(
    kinds=st.lists(st.sampled_from(["alike", "differs"]), min_size=1, max_size=30),
    every_s=st.sampled_from([0.5, 1.0, 5.0]),
)
def test_comparisons_never_ask_for_more_than_their_share_of_public_calls(kinds, every_s):
    kinds = {f"S{n:02}": kind for n, kind in enumerate(kinds)}
    checks, budget, made = {}, Budget(capacity=SPARE_CALLS_AT_ONCE, refill_per_s=0.8, reserve=0), 0
    for look in range(200):
        now_s = every_s * look
        calls = budget.points(now=now_s)
        for symbol in affordable(plan_checks(checks, kinds, now_s=now_s, due_s=7.5), checks, calls=calls):
            cost = FIRST_CALLS + (SECOND_CALLS if kinds[symbol] == "differs" else 0)
            budget.take(cost, now=now_s)
            made += cost
            checks[symbol] = outcome(checks.get(symbol, PriceCheck()), kinds[symbol], now_s)
        on_credit = CHECKS_A_LOOK * SECOND_CALLS
        assert made <= SPARE_CALLS_AT_ONCE + on_credit + 0.8 * now_s

    assert len(checks) == len(kinds)


def test_the_first_that_the_calls_do_not_suffice_for_keeps_its_place():
    checks = {"differs": PriceCheck(checked_s=0, tried_s=0, differs_since_s=0)}

    assert affordable(["a", "differs", "b"], checks, calls=2) == ["a"]
    assert affordable(["a", "differs", "b"], checks, calls=5) == ["a", "differs", "b"]
    assert affordable(["a"], checks, calls=-1) == []


def a_difference(*, books=None, ticker=None, first_s=10.0, now_s=15.0, agreed=True, moved_s=None):
    """Agreed at 0 s unless they never did, two books that differ at first and now, the first ones maybe moved between."""
    check = after_agreement(a_ticker(), now_s=0) if agreed else PriceCheck()
    books = books or (a_book("95", "95.1"), a_book("95", "95.1"))
    if moved_s is not None:
        check = after_difference(check, a_ticker(), (a_book("96"), a_book("96")), now_s=moved_s - 5)
        first_s = moved_s
    check = after_difference(check, a_ticker(), books, now_s=first_s)
    return after_difference(check, ticker or a_ticker(), books, now_s=now_s)


STANDING = a_ticker()


def prices(check, *, looked_since_s=14.0, now=NOW, quote=STANDING):
    marks = living_marks(check, REQUEST, quote=quote, looked_since_s=looked_since_s, now=now)
    return marks and tuple(mark.price for mark in marks)


def test_two_books_that_moved_away_from_a_ticker_that_stood_still_are_judged_by():
    assert prices(a_difference()) == (Decimal(95), Decimal(95))


def test_what_is_seen_again_at_the_begin_of_a_look_after_a_quiet_moment_is_judged_by():
    assert prices(a_difference(first_s=12.0), looked_since_s=15.0) == (Decimal(95), Decimal(95))


def test_two_books_that_moved_while_a_ticker_stood_still_that_they_contradicted_are_judged_by():
    assert prices(a_difference(agreed=False, moved_s=10)) == (Decimal(95), Decimal(95))


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(PriceCheck(), id="never compared"),
        pytest.param(after_agreement(a_ticker(), now_s=0), id="they agree"),
        pytest.param(a_difference(first_s=12.1), id="seen again too soon"),
        pytest.param(a_difference(first_s=15.0), id="seen in one look alone"),
        pytest.param(a_difference(ticker=a_ticker("100.01")), id="the ticker moves"),
        pytest.param(
            a_difference(books=(a_book("95", "95.1"), a_book("93", "93.1"))), id="books that disagree"
        ),
        pytest.param(a_difference(books=(a_book(None), a_book("95", "95.1"))), id="a book without bids"),
        pytest.param(a_difference(agreed=False), id="they never agreed and the book stands still"),
        pytest.param(a_difference(agreed=False, moved_s=12.1), id="the book moved a moment ago"),
        pytest.param(
            a_difference(agreed=False, moved_s=10, ticker=a_ticker("99")), id="the ticker moved too"
        ),
    ],
)
def test_otherwise_it_may_be_the_book_that_is_wrong(check):
    assert prices(check) is None


def test_books_that_are_too_old_are_no_price():
    assert prices(a_difference(), now=NOW + timedelta(seconds=16)) is None


def test_books_of_an_earlier_look_are_no_price_however_long_ago_the_difference_began():
    assert prices(a_difference(), looked_since_s=20.0) is None


@pytest.mark.parametrize("quote", [a_ticker("99.99"), a_ticker(ask="100.2"), None], ids=str)
def test_a_ticker_that_moved_in_this_look_is_not_frozen(quote):
    assert prices(a_difference(), quote=quote) is None


def test_a_difference_may_have_begun_when_both_last_agreed():
    assert unknown_for_s(a_difference(), now_s=15) == 15
    assert unknown_for_s(PriceCheck(differs_since_s=10), now_s=15) == 5
    assert unknown_for_s(PriceCheck(), now_s=15) == 0


def both(check, *, looked_since_s=14.0, now=NOW, quote=STANDING):
    marks = marks_of_both(check, REQUEST, quote=quote, looked_since_s=looked_since_s, now=now)
    return marks and tuple(mark.price for mark in marks)


def test_a_ticker_that_moves_and_two_books_each_say_what_they_see():
    moved = a_ticker("98")
    check = a_difference(ticker=moved, books=(a_book("95", "95.1"), a_book("93", "93.1")))

    assert both(check, quote=moved) == (Decimal(98), Decimal(95), Decimal(93))


def test_a_comparison_from_the_very_begin_of_a_look_is_of_that_look():
    assert both(a_difference(), looked_since_s=15.0) is not None
    assert both(a_difference(), looked_since_s=15.1) is None


def test_a_ticker_whose_spread_is_wide_is_asked_for_the_side_that_is_traded():
    assert both(a_difference(), quote=a_ticker("98", "103"))[0] == Decimal(98)


@pytest.mark.parametrize(
    ("check", "given"),
    [
        pytest.param(PriceCheck(checked_s=15), {}, id="no books"),
        pytest.param(a_difference(), {"looked_since_s": 20.0}, id="books of an earlier look"),
        pytest.param(a_difference(), {"quote": None}, id="no ticker"),
        pytest.param(a_difference(), {"quote": a_ticker("NaN")}, id="a ticker that is no price"),
        pytest.param(a_difference(), {"now": NOW + timedelta(seconds=16)}, id="too old"),
        pytest.param(a_difference(books=(a_book(None), a_book())), {}, id="a book without bids"),
    ],
)
def test_where_one_of_them_says_nothing_there_is_nothing_to_agree(check, given):
    assert both(check, **given) is None


@pytest.mark.parametrize(
    ("ticker", "now_s", "expected"),
    [
        pytest.param(a_ticker(), 10, True, id="it has not moved for long"),
        pytest.param(a_ticker(), 6, True, id="it has not moved for as long as a quiet moment lasts"),
        pytest.param(a_ticker(), 5.9, False, id="nor had it time to"),
        pytest.param(replace(a_ticker(), bid=Decimal(99)), 10, False, id="it moves"),
    ],
)
def test_a_ticker_stands_still_that_shows_what_it_showed_when_it_was_compared(ticker, now_s, expected):
    check = after_agreement(a_ticker(), now_s=3)
    disagreed = after_difference(PriceCheck(), a_ticker(), (a_book("95"), a_book("95")), now_s=0)

    assert check.is_still(ticker, now_s=now_s) is expected
    assert disagreed.is_still(a_ticker(), now_s=now_s)
    assert not PriceCheck().is_still(ticker, now_s=now_s)


@pytest.mark.parametrize(
    ("ticker", "book", "requests", "expected"),
    [
        pytest.param(a_ticker(), a_book("99.85"), [REQUEST], False, id="nearly the same"),
        pytest.param(a_ticker(), a_book("99.75"), [REQUEST], True, id="more than a living one differs by"),
        pytest.param(
            a_ticker(), a_book("99.9"), long_at("99.95"), True, id="the book alone is past a threshold"
        ),
        pytest.param(a_ticker("99.9"), a_book("100"), long_at("99.95"), True, id="the ticker alone"),
        pytest.param(a_ticker(), a_book("99.95"), long_at("99.95"), True, id="just past it"),
        pytest.param(a_ticker(), a_book("99.9"), long_at("99.8"), False, id="neither"),
        pytest.param(a_ticker("99.9"), a_book("99.8"), long_at("99.95"), False, id="both"),
        pytest.param(
            a_ticker(ask="100"),
            a_book(ask="100.1"),
            [a_request(Direction.SHORT, "100.1")],
            True,
            id="a short",
        ),
        pytest.param(
            a_ticker("100", "102"),
            a_book("99.9", "102.1"),
            long_at("99.95"),
            False,
            id="a wide one is judged by its middle",
        ),
        pytest.param(
            a_ticker("100", "102"), a_book("99.9", "102"), long_at("100.95"), True, id="which differs"
        ),
    ],
)
def test_of_a_ticker_that_stands_still_a_book_differs_by_little_or_by_what_is_sold(
    ticker, book, requests, expected
):
    assert differs(ticker, book, requests, is_still=True) is expected


def of_size(quote, quantity="9"):
    return replace(quote, bid_quantity=Decimal(quantity), ask_quantity=Decimal(quantity))


def with_threshold(threshold, trigger_price, direction=Direction.LONG):
    return [replace(a_request(direction, trigger_price), threshold=Decimal(threshold))]


@pytest.mark.parametrize(
    ("ticker", "book", "requests", "expected"),
    [
        pytest.param(
            a_ticker("99.3", "100"),
            a_book("99.35", "99.6"),
            with_threshold("-0.01", "99.5"),
            True,
            id="the ticker by its middle does not sell, the book by its bid does",
        ),
        pytest.param(
            a_ticker("99.3", "100"),
            a_book("99.35", "99.9"),
            with_threshold("-0.01", "99.5"),
            False,
            id="neither sells by its middle",
        ),
        pytest.param(
            a_ticker("97.9", "100"),
            a_book("98.05", "99.9"),
            with_threshold("-0.05", "98"),
            True,
            id="a spread that is wide for one percent alone: the ticker by its bid sells, the book does not",
        ),
        pytest.param(
            a_ticker("100", "100.7"),
            a_book("100.4", "100.65"),
            with_threshold("-0.01", "100.6", Direction.SHORT),
            True,
            id="a short by the book's ask",
        ),
        pytest.param(
            a_ticker("100", "100.1"),
            OrderBook(symbol="BTC/USD", bids=a_thin_top("100", "97"), asks=side("100.1"), at=NOW),
            with_threshold("-0.01", "99.5"),
            True,
            id="the book walked for what its top does not cover",
        ),
        pytest.param(
            a_ticker("100", "100.1"),
            OrderBook(symbol="BTC/USD", bids=a_thin_top("100", None), asks=side("100.1"), at=NOW),
            with_threshold("-0.01", "99.5"),
            False,
            id="a book that does not cover it has no price that could sell",
        ),
    ],
)
def test_of_a_ticker_that_stands_still_a_book_differs_where_the_mark_rule_sells_by_one_alone(
    ticker, book, requests, expected
):
    assert differs(of_size(ticker), book, requests, is_still=True) is expected


SPREADS = st.tuples(st.integers(9_600, 10_100), st.integers(0, 400))


@given(
    ticker=SPREADS,
    book=SPREADS,
    threshold=st.sampled_from(["-0.01", "-0.03", "-0.1"]),
    direction=st.sampled_from(Direction),
)
def test_a_ticker_that_stands_still_and_its_book_agree_only_where_both_or_none_sell(
    ticker, book, threshold, direction
):
    [request] = with_threshold(threshold, "99", direction)
    shown = of_size(a_ticker(*sides(ticker)))
    book = a_book(*sides(book))
    marks = (judge_quote(request, quote=shown, now=NOW), mark_from_book(request, book=book, now=NOW))

    if not differs(shown, book, [request], is_still=True):
        assert len({request.is_past(mark.price) for mark in marks}) == 1


def sides(spread):
    bid, width = spread
    return str(Decimal(bid) / 100), str(Decimal(bid + width) / 100)
