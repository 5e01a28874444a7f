from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.render.numbers import (
    MINUS,
    at_least,
    charged,
    cost_percent,
    full_quantity,
    in_currency,
    loss_percent,
    money,
    percent,
    percent_beside,
    price,
    quantity,
    threshold_percent,
)


def real(text):
    """Write expected texts with a hyphen that reads well here."""
    return text.replace("-", MINUS)


@pytest.mark.parametrize(
    ("amount", "signed", "expected"),
    [
        ("1234.56", False, "$1,234.56"),
        ("-812", False, "-$812.00"),
        ("43", True, "+$43.00"),
        ("0", True, "$0.00"),
        ("0.005", False, "$0.01"),
        ("-0.001", True, "$0.00"),
        ("123456789012345678901234567890.12", False, "$123,456,789,012,345,678,901,234,567,890.12"),
    ],
)
def test_money(amount, signed, expected):
    assert money(Decimal(amount), signed=signed) == real(expected)


def test_an_incomplete_sum_is_a_lower_bound():
    assert at_least(Decimal(5), complete=False) == "\N{GREATER-THAN OR EQUAL TO} $5.00"
    assert at_least(Decimal(5), complete=True) == "$5.00"


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [("-1.5", "USD", "-$1.50"), ("-1.5", "EUR", "-1.50 EUR"), ("1234", "USDC", "+1,234.00 USDC")],
)
def test_results_are_in_their_own_currency(amount, currency, expected):
    assert in_currency(Decimal(amount), currency, signed=True) == real(expected)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("64000", "USD", "$64,000.00"),
        ("63520.129", "USD", "$63,520.13"),
        ("2.123456", "USD", "$2.12346"),
        ("0.5", "USD", "$0.50"),
        ("0.00001234", "USD", "$0.00001234"),
        ("0", "USD", "$0.00"),
        ("58000", "EUR", "58,000.00 EUR"),
    ],
)
def test_prices_keep_the_digits_that_tell_them_apart(amount, currency, expected):
    assert price(Decimal(amount), currency) == expected


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [("0.0125", "+1.25 %"), ("-0.015", "-1.50 %"), ("0", "0.00 %"), ("12.5", "+1,250.00 %")],
)
def test_percent(ratio, expected):
    assert percent(Decimal(ratio)) == real(expected)


def test_costs_carry_no_sign():
    assert cost_percent(Decimal("0.0062")) == "0.62 %"


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [("-0.01", "-1.00 %"), ("-0.0125", "-1.25 %"), ("-0.00125", "-0.125 %"), ("-0.5", "-50.00 %")],
)
def test_a_threshold_is_shown_in_full(ratio, expected):
    assert threshold_percent(Decimal(ratio)) == real(expected)
    assert loss_percent(Decimal(ratio)) == expected.removeprefix("-")


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        ("-0.009996", "-0.9996 %"),
        ("-0.01", "-1.00 %"),
        ("-0.0100001", "-1.00 %"),
        ("-0.0099", "-0.99 %"),
        ("-0.0099999", "-0.99999 %"),
    ],
)
def test_a_result_short_of_its_threshold_never_reads_as_having_reached_it(ratio, expected):
    assert percent_beside(Decimal(ratio), Decimal("-0.01")) == real(expected)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0.1200", "0.12"),
        ("1234.5", "1,234.5"),
        ("100", "100"),
        ("0.123456789", "0.12345678"),
        ("0.000000001", "0.000000001"),
        ("1E+3", "1,000"),
        ("0", "0"),
    ],
)
def test_quantity(amount, expected):
    assert quantity(Decimal(amount)) == expected


def test_a_full_quantity_keeps_every_digit():
    assert full_quantity(Decimal("0.123456789012345678")) == "0.123456789012345678"


@given(st.decimals(min_value=-(10**30), max_value=10**30, places=18))
def test_what_is_read_back_from_money_is_the_amount_to_the_cent(amount):
    read = Decimal(money(amount).replace("$", "").replace(",", "").replace(MINUS, "-"))

    assert abs(read - amount) <= Decimal("0.005")


@pytest.mark.parametrize(
    ("fee", "currency", "expected"),
    [
        ("15.6485", "USD", "$15.65"),
        ("0.01", "USD", "$0.01"),
        ("0.00012", "USD", "$0.00012"),
        ("0.0001234", "BTC", "0.0001234 BTC"),
    ],
)
def test_a_fee_in_dollars_is_in_cents_unless_it_is_less_than_one(fee, currency, expected):
    assert charged(Decimal(fee), currency) == expected
