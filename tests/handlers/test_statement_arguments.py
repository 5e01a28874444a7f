from datetime import date

import pytest

from engine.statements.periods import Period
from handlers.arguments import Misread
from handlers.statement_arguments import (
    ExportArguments,
    ExportFormat,
    parse_export,
    parse_month,
    parse_period,
)

TODAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", Period.DAY),
        ("day", Period.DAY),
        ("Today", Period.DAY),
        ("WEEK", Period.WEEK),
        ("monthly", Period.MONTH),
        ("year", None),
        ("day week", None),
    ],
)
def test_a_period_is_named_or_left_out(typed, expected):
    parsed = parse_period(typed.split())

    assert parsed == expected if expected else isinstance(parsed, Misread)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", date(2026, 3, 1)),
        ("month", date(2026, 3, 1)),
        ("2026-11", date(2026, 11, 1)),
        ("2025-02", date(2025, 2, 1)),
        ("March", date(2026, 3, 1)),
        ("feb", date(2026, 2, 1)),
        ("may", date(2025, 5, 1)),
        ("december", date(2025, 12, 1)),
        ("ma", None),
        ("2026-13", None),
        ("2026-00", None),
        ("1999-12", None),
        ("decembers", None),
        ("march april", None),
    ],
)
def test_a_month_is_a_number_or_the_latest_of_its_name(typed, expected):
    parsed = parse_month(typed.split(), today=TODAY)

    assert parsed == expected if expected else isinstance(parsed, Misread)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", ExportArguments()),
        ("btc", ExportArguments(symbol="BTC")),
        ("2026", ExportArguments(year=2026)),
        ("2026 ETH/usd", ExportArguments(symbol="ETH/USD", year=2026)),
        ("csv", ExportArguments()),
        ("Koinly 2026", ExportArguments(year=2026, format=ExportFormat.KOINLY)),
        ("2026 btc cointracking", ExportArguments(symbol="BTC", year=2026, format=ExportFormat.COINTRACKING)),
        ("koinly cointracking", None),
        ("BTC ETH", None),
        ("2025 2026", None),
        ("!", None),
    ],
)
def test_an_export_is_of_a_symbol_a_year_both_or_all(typed, expected):
    parsed = parse_export(typed.split())

    assert parsed == expected if expected else isinstance(parsed, Misread)
