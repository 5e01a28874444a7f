from decimal import Decimal, getcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.money import (
    CONVERTED_AT_PAR,
    SPENT_AS_DOLLARS,
    USD_STABLECOINS,
    InvalidNumberError,
    cash_for,
    exact,
    floor_to,
    is_cash,
    parse_decimal,
)
from engine.model.venues import Venue

AMOUNTS = st.decimals("0", "1e12", places=18)
STEPS = st.sampled_from([Decimal("0.00000001"), Decimal("0.1"), Decimal("0.5"), Decimal(1), Decimal(3)])


@pytest.mark.parametrize(
    ("value", "number"),
    [("0.1", "0.1"), ("-3", "-3"), ("1e-8", "0.00000001"), (7, "7"), (Decimal("2.50"), "2.50"), ("0", "0")],
)
def test_text_integers_and_decimals_are_read_exactly(value, number):
    assert parse_decimal(value) == Decimal(number)


@pytest.mark.parametrize(
    "value", [0.1, None, True, False, [], b"1", "", "abc", "1,5", "NaN", "sNaN", "Infinity", Decimal("-inf")]
)
def test_what_is_no_exact_finite_number_is_refused_and_named(value):
    with pytest.raises(InvalidNumberError, match="is not"):
        parse_decimal(value)


@pytest.mark.parametrize("value", ["3.2E+2000000", "0E-999999", "1e-41", "1e41", "9" * 41, 10**41])
def test_what_no_venue_can_mean_is_refused_before_anything_is_worked_out_with_it(value):
    with pytest.raises(InvalidNumberError, match="is not an amount"):
        parse_decimal(value)


@pytest.mark.parametrize(
    ("quantity", "step", "floored"),
    [
        ("1.23456", "0.001", "1.234"),
        ("1.234", "0.001", "1.234"),
        ("0.0009", "0.001", "0"),
        ("-1.2", "1", "-2"),
        ("7", "3", "6"),
    ],
)
def test_a_quantity_is_rounded_down_to_whole_steps(quantity, step, floored):
    assert floor_to(Decimal(quantity), Decimal(step)) == Decimal(floored)


@pytest.mark.parametrize("step", ["0", "-0.1"])
def test_a_step_that_is_not_positive_is_refused_by_name(step):
    with pytest.raises(InvalidNumberError, match=f"step must be positive, not {step}"):
        floor_to(Decimal(1), Decimal(step))


@pytest.mark.fault("V9")
@given(quantity=AMOUNTS, step=STEPS)
def test_a_floored_quantity_is_whole_steps_and_less_than_one_step_below(quantity, step):
    floored = floor_to(quantity, step)

    assert Fraction(floored) % Fraction(step) == 0
    assert 0 <= Fraction(quantity) - Fraction(floored) < Fraction(step)


@given(first=AMOUNTS, second=AMOUNTS)
def test_products_of_two_venue_amounts_are_not_rounded(first, second):
    with exact():
        product = first * second

    assert Fraction(product) == Fraction(first) * Fraction(second)


def test_the_wide_context_is_left_again():
    before = getcontext().prec

    with exact():
        inside = getcontext().prec

    assert (inside, getcontext().prec) == (120, before)


@pytest.mark.parametrize(
    ("asset", "cash"),
    [
        ("USD", True),
        ("EUR", True),
        ("USDC", True),
        ("USDT", True),
        ("USDS", True),
        ("USD1", True),
        ("USDQ", True),
        ("USDR", True),
        ("EURC", True),
        ("EURQ", True),
        ("EURR", True),
        ("USDE", False),
        ("USTC", False),
        ("UST", False),
        ("BTC", False),
        ("AAPL", False),
        ("", False),
    ],
)
def test_fiat_and_its_stablecoins_are_cash_and_nothing_else(asset, cash):
    assert is_cash(asset) is cash


@pytest.mark.parametrize(
    ("currency", "venue", "spent"),
    [
        ("USD", Venue.COINBASE, ("USD", "USDC")),
        ("USDC", Venue.COINBASE, ("USDC",)),
        ("EUR", Venue.COINBASE, ("EUR",)),
        ("USD", Venue.KRAKEN, ("USD",)),
        ("USD", Venue.ALPACA, ("USD",)),
    ],
)
def test_only_coinbases_usdc_is_spent_like_dollars(currency, venue, spent):
    assert cash_for(currency, venue) == spent


def test_what_is_spent_like_dollars_is_worth_one_and_cash():
    for venue, assets in SPENT_AS_DOLLARS.items():
        assert assets <= CONVERTED_AT_PAR[venue]
    assert frozenset().union(*CONVERTED_AT_PAR.values()) <= USD_STABLECOINS
