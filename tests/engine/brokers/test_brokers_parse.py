from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given

from engine.brokers.parse import (
    MalformedAnswerError,
    amount_in,
    as_list,
    as_row,
    flag_in,
    iso_time_in,
    optional_in,
    row_in,
    rows_in,
    table_in,
    text_in,
    unix_time_in,
)
from tests.engine.brokers.json_values import json_values


@pytest.mark.fault("V18")
@pytest.mark.parametrize("value", [None, "", "abc", "NaN", "Infinity", "-Infinity", 1.5, True, [], {}, "1,5"])
def test_garbage_is_no_amount(value):
    with pytest.raises(MalformedAnswerError):
        amount_in({"balance": value}, "balance")


@pytest.mark.fault("V17")
def test_a_missing_amount_raises_and_is_not_zero():
    with pytest.raises(MalformedAnswerError, match="lacks balance"):
        amount_in({}, "balance")


@pytest.mark.fault("V18")
@pytest.mark.parametrize("text", ["0.123456789012345678901234567890", "-7", "1e-9", "65000.123"])
def test_amounts_keep_every_digit(text):
    assert amount_in({"balance": text}, "balance") == Decimal(text)


@pytest.mark.parametrize(
    "read", [amount_in, text_in, row_in, rows_in, table_in, flag_in, iso_time_in, unix_time_in]
)
@given(value=json_values(["a", "b"]))
def test_a_reader_returns_what_it_promises_or_raises(read, value):
    try:
        read({"field": value}, "field")
    except MalformedAnswerError:
        return
    assert value is not None


def test_an_optional_field_may_be_missing_null_or_empty_but_not_garbage():
    assert [optional_in(row, "x", amount_in) for row in ({}, {"x": None}, {"x": ""})] == [None, None, None]
    with pytest.raises(MalformedAnswerError):
        optional_in({"x": "abc"}, "x", amount_in)


def test_unix_times_are_exact_to_the_microsecond():
    at = unix_time_in({"time": "1705260547.4728658"}, "time")
    assert at == datetime(2024, 1, 14, 19, 29, 7, 472865, tzinfo=UTC)


@pytest.mark.parametrize("value", ["-1", "999999999999999", "1e400", "yesterday"])
def test_a_number_out_of_range_is_no_time(value):
    with pytest.raises(MalformedAnswerError):
        unix_time_in({"time": value}, "time")


def test_iso_times_come_back_in_utc():
    at = iso_time_in({"at": "2026-11-22T09:30:00.123456789-05:00"}, "at")
    assert at == datetime(2026, 11, 22, 14, 30, 0, 123456, tzinfo=UTC)
    assert at.tzinfo is UTC


@pytest.mark.parametrize("value", ["2026-11-22T09:30:00", "soon", 5])
def test_a_time_without_a_zone_is_refused(value):
    with pytest.raises(MalformedAnswerError):
        iso_time_in({"at": value}, "at")


@pytest.mark.parametrize("value", [None, "", "<html>", [], 1])
def test_what_is_no_object_is_refused(value):
    with pytest.raises(MalformedAnswerError):
        as_row(value, "answer")


@pytest.mark.parametrize("value", [None, "", "<html>", {}, 1])
def test_what_is_no_list_is_refused(value):
    with pytest.raises(MalformedAnswerError):
        as_list(value, "answer")
