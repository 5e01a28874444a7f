from decimal import Decimal

import pytest

from engine.orders.too_small import (
    BELIEVE_AFTER_REFUSALS,
    BELIEVE_AFTER_S,
    TooSmall,
    is_collapsed,
    usual_minimum,
)
from tests.builders import an_instrument


def said(*times):
    too_small = TooSmall()
    for now_s in times:
        too_small = too_small.again(now_s)
    return too_small


def listed(minimum="0.1", **changes):
    return an_instrument(lot="0.01", minimum_quantity=minimum, **changes)


def is_believed(too_small, *, quantity="0.9", now_s, price="90", entry="100", usual=None, **changes):
    return too_small.is_believed(
        quantity=Decimal(quantity),
        instrument=listed(**changes),
        entry=entry and Decimal(entry),
        price=price and Decimal(price),
        now_s=now_s,
        usual_minimum=usual and Decimal(usual),
    )


@pytest.mark.parametrize(
    ("quantity", "price", "is_so"),
    [
        ("1", "4", True),
        ("1", "6", False),
        ("1", "60", False),
        ("0.04", "4", False),
        ("0.1", "40", True),
        ("0.09", "49.99", True),
        ("0.09", "50", False),
        ("0.06", "60", False),
    ],
    ids=[
        "so little value",
        "enough value",
        "no collapse",
        "too little at its cost too",
        "a part",
        "less than half its cost",
        "just half its cost",
        "a usual loss",
    ],
)
def test_a_price_is_collapsed_when_only_it_makes_too_little_of_a_quantity(quantity, price, is_so):
    listing = listed("0.01", minimum_notional=Decimal(5))

    assert is_collapsed(Decimal(quantity), listing, price=Decimal(price), entry=Decimal(100)) is is_so
    assert not is_collapsed(Decimal(quantity), None, price=Decimal(price), entry=Decimal(100))
    assert not is_collapsed(Decimal(quantity), listing, price=None, entry=Decimal(100))


@pytest.mark.parametrize("listing", [{"minimum": "2"}, {"minimum_notional": Decimal(101)}])
def test_a_venue_whose_listing_agrees_is_believed_at_once(listing):
    assert is_believed(said(0), now_s=0, **listing)


def test_a_venue_whose_listing_disagrees_is_not_believed_for_a_moment():
    assert not is_believed(said(0), now_s=0)
    assert not is_believed(said(*range(BELIEVE_AFTER_REFUSALS + 5)), now_s=BELIEVE_AFTER_S - 1)


def test_how_long_it_is_said_counts_from_the_first_time():
    assert not is_believed(said(*range(100, 140, 10)), now_s=129.9)
    assert is_believed(said(*range(100, 140, 10)), now_s=130)


def test_long_ago_said_once_is_not_said_again():
    assert not is_believed(said(0, 99), now_s=99)


def test_a_venue_that_goes_on_saying_it_is_believed():
    assert is_believed(said(*range(0, 40, 10)), now_s=30)


@pytest.mark.parametrize(
    ("quantity", "listing"),
    [("1", {}), ("1", {"minimum_notional": Decimal(10)}), ("1", {"minimum": None})],
    ids=["its quantity", "its value", "as far as the least is known"],
)
def test_what_is_far_above_the_listed_least_is_never_believed_to_be_too_small(quantity, listing):
    too_small = said(*range(0, 400, 10))

    assert not is_believed(too_small, quantity=quantity, now_s=400, **listing)


@pytest.mark.parametrize("listing", [{"minimum": "0.11"}, {"minimum_notional": Decimal("10.1")}])
def test_a_venue_is_believed_about_less_than_ten_times_the_listed_least(listing):
    assert is_believed(said(*range(0, 40, 10)), quantity="1", now_s=30, **listing)


def test_without_a_listing_or_in_parts_of_a_lot_a_venue_is_not_believed():
    too_small = said(*range(0, 40, 10))

    assert not too_small.is_believed(
        quantity=Decimal(1),
        instrument=None,
        entry=Decimal(100),
        price=Decimal(90),
        now_s=BELIEVE_AFTER_S,
        usual_minimum=Decimal(1000),
    )
    assert not is_believed(too_small, quantity="1.001", now_s=BELIEVE_AFTER_S)


@pytest.mark.parametrize("unknown", [{"minimum": None}, {"minimum": "0.01", "minimum_notional": None}])
@pytest.mark.parametrize(
    ("usual", "price", "is_so"),
    [
        ("9.01", "90", True),
        ("9", "90", False),
        ("9.01", "101", False),
        ("9.01", "0.01", True),
        ("9.01", None, False),
        (None, "90", False),
    ],
    ids=[
        "little value",
        "ten times as much",
        "at the price of now",
        "not by a crash alone",
        "at no known price",
        "none is known",
    ],
)
def test_at_an_unknown_minimum_a_venue_is_believed_about_what_is_little_by_its_others(
    unknown, usual, price, is_so
):
    too_small = said(*range(0, 40, 10))
    given = {"quantity": "0.9", "price": price, "usual": usual, **unknown}

    assert is_believed(too_small, now_s=30, **given) is is_so
    assert not is_believed(too_small, now_s=29, **given)


def test_a_lot_is_no_minimum_that_makes_little_of_what_is_worth_much():
    assert not is_believed(said(*range(0, 40, 10)), quantity="0.05", now_s=30, minimum=None, usual="0.4")


@pytest.mark.parametrize(
    "minimum", [{"minimum": "0.02", "minimum_notional": Decimal(5)}, {"minimum": None, "usual": "5"}]
)
@pytest.mark.parametrize(
    ("price", "entry"),
    [("500", "1"), ("500", None), (None, "1")],
    ids=["risen since it was bought", "of unknown cost", "at no known price"],
)
def test_what_cost_little_is_not_small_by_that(minimum, price, entry):
    too_small = said(*range(0, 40, 10))

    assert not is_believed(too_small, quantity="0.2", now_s=30, price=price, entry=entry, **minimum)


def test_at_no_known_price_the_quantity_decides():
    assert is_believed(said(0), quantity="0.09", now_s=0, price=None, entry=None)


def test_the_usual_minimum_is_the_median_of_those_known_in_the_same_currency():
    pairs = [
        an_instrument("BTC/USD", minimum_notional=Decimal("0.5")),
        an_instrument("ETH/USD", minimum_notional=Decimal(5)),
        an_instrument("ADA/USD", minimum_notional=Decimal(1)),
        an_instrument("SOL/USD", minimum_notional=None),
        an_instrument("SOL/JPY", minimum_notional=Decimal(500)),
        an_instrument("BTC/CHF", minimum_notional=Decimal(0)),
    ]

    assert usual_minimum(pairs, "USD") == 1
    assert usual_minimum(pairs, "JPY") is None
    assert usual_minimum(pairs, "CHF") is None


@pytest.mark.parametrize(
    ("usual", "expected"), [(700, Decimal("0.5")), (2, Decimal("0.5")), (1, None), (0, None)]
)
def test_one_odd_listing_makes_little_of_nothing(usual, expected):
    pairs = [an_instrument(f"A{n}/USD", minimum_notional=Decimal("0.5")) for n in range(usual)]
    pairs.append(an_instrument("ODD/USD", minimum_notional=Decimal(50_000)))

    assert usual_minimum(pairs, "USD") == expected
