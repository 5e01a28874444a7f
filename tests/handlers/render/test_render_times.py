from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers.render.times import Reader, duration, exact_duration, zone_named
from tests.handlers.values import NOW, READER, ago


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (timedelta(seconds=-5), "0 s ago"),
        (timedelta(seconds=3.9), "3 s ago"),
        (timedelta(seconds=150), "2 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(days=3), "3 d ago"),
    ],
)
def test_ages(span, expected):
    assert READER.age(NOW - span) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOW, "02:30:11 UTC"),
        (ago(days=1), "6 Mar 02:30:11 UTC"),
        (datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), "31 Dec 2025 23:59:59 UTC"),
    ],
)
def test_clock_times_name_the_day_when_it_is_not_today(at, expected):
    assert READER.clock(at) == expected


def test_times_are_in_the_readers_zone():
    reader = Reader(now=NOW, zone=ZoneInfo("America/New_York"))

    assert reader.clock(NOW) == "21:30:11 EST"


def test_a_span_names_its_zone_once():
    assert READER.span(ago(minutes=20, seconds=11), NOW) == "02:10:00\N{EN DASH}02:30:11 UTC"
    assert READER.span(ago(hours=3), NOW) == "6 Mar 23:30:11\N{EN DASH}02:30:11 UTC"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0 s"), (59, "59 s"), (133, "2 min 13 s"), (3600, "1 h 0 min 0 s"), (93_784, "26 h 3 min 4 s")],
)
def test_an_exact_duration_leaves_no_second_out(seconds, expected):
    assert exact_duration(timedelta(seconds=seconds)) == expected


@pytest.mark.parametrize("name", ["", "Nowhere/Land", "../etc/passwd", "America", "a\0b"])
def test_an_unknown_zone_is_utc(name):
    assert zone_named(name).utcoffset(NOW) == timedelta(0)


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (timedelta(milliseconds=430), "430 ms"),
        (timedelta(seconds=2.14), "2.1 s"),
        (timedelta(seconds=102), "1 min 42 s"),
        (timedelta(hours=3), "3 h"),
        (timedelta(seconds=-1), "0 ms"),
    ],
)
def test_durations(span, expected):
    assert duration(span) == expected


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (timedelta(seconds=45), "in 45 s"),
        (timedelta(minutes=10), "in 10 min"),
        (timedelta(hours=3, minutes=5), "in 3 h"),
        (timedelta(days=14), "in 14 d"),
        (timedelta(seconds=-5), "in 0 s"),
    ],
)
def test_what_is_to_come_shows_how_far_away_it_is(span, expected):
    assert READER.ahead(NOW + span) == expected


def test_a_time_to_the_minute_has_its_zone():
    assert READER.minute(NOW) == "02:30 UTC"
