from decimal import Decimal

import pytest

from sandbox.formats import iso_time, number, parse_time, plain


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1.500", "1.5"),
        ("100", "100"),
        ("1E+3", "1000"),
        ("1E-8", "0.00000001"),
        ("0.00", "0"),
        ("0.123456789012345678", "0.123456789012345678"),
        ("NaN", "NaN"),
    ],
)
def test_an_amount_has_all_its_digits_and_no_exponent(amount, text):
    assert plain(Decimal(amount)) == text


def test_a_time_keeps_its_microseconds_there_and_back():
    assert iso_time(1_700_000_000.25) == "2023-11-14T22:13:20.250000Z"
    assert parse_time("2023-11-14T22:13:20.25Z") == 1_700_000_000.25


def test_a_date_begins_at_midnight_utc():
    assert parse_time("2023-11-14") == 1_699_920_000.0


def test_a_number_that_is_none_is_null():
    assert number(Decimal("65000.123")) == 65000.123
    assert number(Decimal("NaN")) is None
