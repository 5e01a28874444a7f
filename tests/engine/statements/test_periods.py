from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.statements.periods import Period, month_of, span_of, year_of

BERLIN, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "now", "zone", "since", "until"),
    [
        (Period.DAY, "2026-03-04T12:00", UTC, "2026-03-04T00:00", "2026-03-05T00:00"),
        (Period.DAY, "2026-03-04T23:30", BERLIN, "2026-03-04T23:00", "2026-03-05T23:00"),
        (Period.DAY, "2026-03-04T19:00", KOLKATA, "2026-03-04T18:30", "2026-03-05T18:30"),
        # The day on which Berlin's clocks are put forward has 23 hours.
        (Period.DAY, "2026-03-29T12:00", BERLIN, "2026-03-28T23:00", "2026-03-29T22:00"),
        (Period.WEEK, "2026-03-04T12:00", UTC, "2026-03-02T00:00", "2026-03-09T00:00"),
        (Period.WEEK, "2026-03-02T00:00", UTC, "2026-03-02T00:00", "2026-03-09T00:00"),
        (Period.MONTH, "2026-12-31T12:00", UTC, "2026-12-01T00:00", "2027-01-01T00:00"),
        (Period.MONTH, "2026-12-31T23:30", BERLIN, "2026-12-31T23:00", "2027-01-31T23:00"),
    ],
)
def test_a_period_begins_and_ends_at_its_users_midnight(period, now, zone, since, until):
    span = span_of(period, at(now), zone)

    assert (span.since, span.until) == (at(since), at(until))


def test_a_span_holds_its_first_moment_and_not_its_end():
    span = month_of(2026, 2, UTC)

    assert span.holds(span.since)
    assert span.holds(span.until - timedelta(microseconds=1))
    assert not span.holds(span.until)
    assert not span.holds(span.since - timedelta(microseconds=1))


def test_a_year_is_that_of_its_users_calendar():
    span = year_of(2026, BERLIN)

    assert (span.since, span.until) == (at("2025-12-31T23:00"), at("2026-12-31T23:00"))
