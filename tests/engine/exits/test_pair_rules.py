"""Which other pair of its asset an exit may go through, and for how much."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.exits.pair_rules import (
    SHUT_MAX_WAIT_S,
    LeastPrice,
    agree,
    choose_pair,
    least_by_book,
    least_price,
    leaves_pair,
    needs_second_look,
    other_pairs,
)
from engine.model.errors import RefusalReason
from engine.model.failing_reasons import NoPair, OfferProblem, PairOffer
from engine.model.holdings import PositionKind
from engine.model.instruments import TradingStatus
from tests.builders import a_book, a_guard, an_instrument
from tests.engine.exits.pairs import D

PAIR, SHUT, SMALL = (
    RefusalReason.PAIR_UNAVAILABLE,
    RefusalReason.MARKET_UNAVAILABLE,
    RefusalReason.BELOW_MINIMUM,
)


def others(*symbols, guard=None, refused=(), **statuses):
    instruments = {symbol: an_instrument(symbol) for symbol in symbols}
    for name, status in statuses.items():
        symbol = name.replace("_", "/")
        instruments[symbol] = replace(instruments[symbol], status=status)
    return list(other_pairs(guard or a_guard(), refused, instruments))


def an_offer(symbol, price, *, least=48500):
    if price is None:
        return PairOffer(symbol=symbol, price=None, problem=OfferProblem.NO_BOOK, least=D(least))
    return PairOffer(symbol=symbol, price=D(price), least=D(least))


def test_dollars_stablecoins_and_other_money_stand_in_for_the_guarded_pair_in_that_order():
    symbols = (
        "BTC/EUR",
        "BTC/USDT",
        "BTC/JPY",
        "BTC/USDC",
        "BTC/USD",
        "BTC/GBP",
        "BTC/BRL",
        "BTC/ETH",
        "ETH/USD",
    )

    assert others(*symbols) == ["BTC/USDC", "BTC/USDT", "BTC/EUR", "BTC/GBP", "BTC/JPY", "BTC/BRL"]
    assert others(*symbols, guard=replace(a_guard(), symbol="BTC/EUR"))[:2] == ["BTC/USD", "BTC/USDC"]


def test_an_exit_never_brings_another_coin():
    assert others("BTC/USD", "BTC/ETH", "BTC/USDC") == ["BTC/USDC"]


def test_a_pair_that_takes_no_market_sales_or_was_refused_is_passed_over():
    symbols = ("BTC/USD", "BTC/USDC", "BTC/USDT", "BTC/EUR")

    assert others(*symbols, refused=["BTC/USDT"], BTC_USDC=TradingStatus.CANCEL_ONLY) == ["BTC/EUR"]


def test_a_margin_position_has_no_other_pair():
    assert others("BTC/USD", "BTC/EUR", guard=a_guard(kind=PositionKind.MARGIN)) == []


@pytest.mark.parametrize(
    ("offers", "chosen"),
    [
        ([], None),
        ([("BTC/USDC", None)], None),
        ([("BTC/USDC", 20000)], None),
        ([("BTC/USDC", 48499)], None),
        ([("BTC/USDC", 48500)], "BTC/USDC"),
        ([("BTC/USDC", 20000), ("BTC/EUR", 49000)], "BTC/EUR"),
        ([("BTC/USDC", 49000), ("BTC/EUR", 49100), ("BTC/GBP", None)], "BTC/EUR"),
        ([("BTC/USDC", 49000), ("BTC/EUR", 49000)], "BTC/USDC"),
    ],
)
def test_only_a_pair_that_brings_enough_is_taken_and_the_best_of_them(offers, chosen):
    least = least_price(mark=D(50000), is_shut=False, triggered_at=D(60000), manual=False)

    best = choose_pair([an_offer(*offer, least=least.usual) for offer in offers])
    assert (best and best.symbol) == chosen


@pytest.mark.parametrize(
    ("offers", "chosen"),
    [
        ([("A", "100", "5", "97"), ("B", "98", None, "97")], "B"),
        ([("A", "100", "5", "97"), ("B", "98", "6", "97")], "B"),
        ([("A", "100", "5", "97"), ("B", "99", "5", "97")], "A"),
        ([("A", "90", None, "89"), ("B", "91", None, "92")], "A"),
        ([("A", "96", "5", "97")], None),
    ],
    ids=["all of it first", "more of it", "the better price", "by its own book", "too little a unit"],
)
def test_a_pair_that_takes_all_goes_before_one_that_takes_a_part(offers, chosen):
    values = [
        PairOffer(symbol=name, price=D(price), most=most and D(most), least=D(least))
        for name, price, most, least in offers
    ]

    best = choose_pair(values)

    assert (best and best.symbol) == chosen


@given(
    prices=st.lists(st.none() | st.decimals(min_value=0, max_value=10**6, places=2), max_size=8),
    least=st.decimals(min_value=0, max_value=10**6, places=2),
)
def test_no_sane_pair_brings_more_than_the_chosen_one(prices, least):
    offers = [an_offer(f"BTC/{number}", price, least=least) for number, price in enumerate(prices)]
    brings = {offer.symbol: offer.price for offer in offers}

    chosen = choose_pair(offers)

    sane = [price for price in prices if price is not None and price >= least]
    assert (chosen is None) is not bool(sane)
    assert chosen is None or brings[chosen.symbol] >= max(sane)


@pytest.mark.parametrize(
    ("mark", "is_shut", "manual", "usual", "floor"),
    [
        pytest.param(40000, False, False, 38800, 38800, id="near its mark"),
        pytest.param(None, False, False, 48500, 45000, id="no mark"),
        pytest.param(None, True, False, 48500, 45000, id="shut without a mark"),
        pytest.param(50000, True, False, 48500, 45000, id="shut at the trigger"),
        pytest.param(46000, True, False, 48500, 44620, id="shut and fallen a little"),
        pytest.param(40000, True, False, 48500, 38800, id="shut and fallen far"),
        pytest.param(500, True, False, 48500, 485, id="shut and collapsed"),
        pytest.param(60000, True, False, 54000, 54000, id="shut above the trigger"),
        pytest.param(40000, True, True, 49500, 49500, id="agreed to"),
        pytest.param(None, False, True, 49500, 49500, id="agreed to without a mark"),
    ],
)
def test_what_a_unit_must_bring_goes_by_the_mark_or_by_what_its_owner_agreed_to(
    mark, is_shut, manual, usual, floor
):
    mark = None if mark is None else D(mark)

    least = least_price(mark=mark, is_shut=is_shut, triggered_at=D(50000), manual=manual)

    assert (least.usual, least.floor) == (usual, floor)


@given(
    mark=st.one_of(st.none(), st.decimals(min_value=1, max_value=100000, places=2)),
    is_shut=st.booleans(),
    own=st.decimals(min_value=0, max_value=200000, places=2),
)
def test_no_book_makes_a_pair_sell_far_below_what_is_still_shown_or_the_trigger(mark, is_shut, own):
    least = least_price(mark=mark, is_shut=is_shut, triggered_at=D(50000), manual=False).by_book(own)

    shown = D(50000) if mark is None else mark
    assert least >= min(D(45000), shown * D("0.97"))
    assert least >= shown * D("0.9")


def test_a_guarded_pair_is_alone_where_no_other_was_refused_or_looked_at():
    none = NoPair(refused=("BTC/USD",), offers=(), currency="USD")

    assert none.is_alone
    assert not replace(none, refused=("BTC/USD", "BTC/USDT")).is_alone
    assert not replace(none, offers=(an_offer("BTC/EUR", None),)).is_alone


@pytest.mark.parametrize("reason", RefusalReason)
@pytest.mark.parametrize(("is_first", "shut_s"), [(True, 0), (True, SHUT_MAX_WAIT_S), (False, 0)])
def test_which_refusals_send_an_exit_to_another_pair(reason, is_first, shut_s):
    leaving = {PAIR, RefusalReason.UNKNOWN_SYMBOL}
    if not is_first:
        leaving |= {SHUT, SMALL}
    elif shut_s:
        leaving.add(SHUT)

    assert leaves_pair(reason, is_guarded_pair=is_first, shut_s=shut_s) is (reason in leaving)


def test_what_is_no_refusal_speaks_of_no_pair():
    assert not leaves_pair(None, is_guarded_pair=False, shut_s=99)


@pytest.mark.parametrize(
    ("bids", "asks", "least"),
    [
        ((("100", "1"), ("90", "9")), (("110", "1"), ("120", "9")), "101.85"),
        ((), (("110", "1"),), None),
        ((("100", "1"),), (), None),
    ],
)
def test_the_middle_of_a_pairs_own_book_bounds_what_it_must_bring(bids, asks, least):
    assert least_by_book(a_book(bids, asks)) == (least and D(least))


@pytest.mark.parametrize(("own", "is_needed"), [("47.5", False), ("47.4", True)])
def test_a_book_more_than_five_percent_lower_is_looked_at_twice(own, is_needed):
    # A unit is worth two of the guard's own money.
    least = LeastPrice(usual=D(100), floor=D(50))

    assert needs_second_look(D(own), rate=D(2), least=least) is is_needed


@pytest.mark.parametrize(
    ("second", "is_agreed"), [("101", True), ("99", True), ("101.1", False), ("98.9", False)]
)
def test_two_readings_of_a_book_agree_where_they_are_close(second, is_agreed):
    assert agree(D(100), D(second)) is is_agreed
