from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from engine.storage.columns import DecimalText, EnumText, JsonText, UtcDateTime, exact_json
from engine.tables import metadata

SQLITE = sqlite.dialect()
FINITE = st.decimals(allow_nan=False, allow_infinity=False)


class Color(StrEnum):
    RED = "red"


def kept(column, value):
    """Return what is stored for a value, and what comes back."""
    stored = column.process_bind_param(value, SQLITE)
    return stored, column.process_result_value(stored, SQLITE)


@given(FINITE)
def test_a_decimal_comes_back_with_every_digit(amount):
    stored, back = kept(DecimalText(), amount)

    assert back == amount
    assert "E" not in stored


@pytest.mark.parametrize(
    "value", [0.1, 1, "1.5", True, Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("-Infinity")]
)
def test_what_is_not_a_finite_decimal_is_refused(value):
    with pytest.raises(ValueError, match="is not a finite Decimal"):
        DecimalText().process_bind_param(value, SQLITE)


@given(st.datetimes(timezones=st.just(timezone(timedelta(hours=5, minutes=30)))))
def test_a_moment_comes_back_as_the_same_moment_in_utc(moment):
    stored, back = kept(UtcDateTime(), moment)

    assert stored.utcoffset() == timedelta(0)
    assert back == moment
    assert back.tzinfo is UTC


def test_a_moment_gets_the_zone_back_that_sqlite_does_not_keep():
    back = UtcDateTime().process_result_value(datetime(2026, 11, 22, 2, 10), SQLITE)  # noqa: DTZ001 - the point

    assert back == datetime(2026, 11, 22, 2, 10, tzinfo=UTC)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        UtcDateTime().process_bind_param(datetime(2026, 11, 22), SQLITE)  # noqa: DTZ001 - the point


def test_an_enum_is_kept_under_its_value_and_comes_back_as_its_member():
    stored, back = kept(EnumText(Color), Color.RED)

    assert (stored, back) == ("red", Color.RED)
    assert isinstance(back, Color)


def test_a_value_outside_the_enum_is_refused():
    with pytest.raises(ValueError, match="'blue' is not a valid Color"):
        EnumText(Color).process_bind_param("blue", SQLITE)


@pytest.mark.parametrize("column", [DecimalText(), UtcDateTime(), EnumText(Color), JsonText()])
def test_nothing_stays_nothing(column):
    assert kept(column, None) == (None, None)


@given(FINITE)
def test_amounts_in_json_are_strings_with_every_digit(amount):
    _, back = kept(JsonText(), {"lots": [{"cost": amount}]})

    assert Decimal(back["lots"][0]["cost"]) == amount


def test_json_keeps_plain_values_enums_and_times():
    value = {"a": [1, True, None, "ü"], Color.RED: Color.RED, "at": datetime(2026, 11, 22, tzinfo=UTC)}

    _, back = kept(JsonText(), value)

    assert back == {"a": [1, True, None, "ü"], "red": "red", "at": "2026-11-22T00:00:00+00:00"}


@pytest.mark.parametrize(
    "value",
    [0.1, Decimal("NaN"), datetime(2026, 11, 22), b"bytes", {1, 2}],  # noqa: DTZ001 - naive on purpose
)
def test_what_json_could_not_keep_exactly_is_refused(value):
    with pytest.raises(ValueError, match="cannot be kept exactly"):
        exact_json({"deep": [value]})


def test_every_constraint_and_index_has_a_name():
    nameless = [
        (table.name, part)
        for table in metadata.sorted_tables
        for part in (*table.constraints, *table.indexes)
        if part.name is None
    ]

    assert nameless == []


def test_ids_and_nonces_have_64_bits_on_postgresql():
    words = {
        table.name: str(CreateTable(table).compile(dialect=postgresql.dialect()))
        for table in metadata.sorted_tables
    }

    assert "last_nonce BIGINT" in words["nonces"]
    assert "user_id BIGINT" in words["users"]
    assert "alert_id BIGSERIAL" in words["alerts"]
    assert "taken_at TIMESTAMP WITH TIME ZONE" in words["snapshots"]
