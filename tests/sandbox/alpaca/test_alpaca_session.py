from datetime import datetime

import pytest

from sandbox.alpaca.session import NEW_YORK, Session


def session_at(text):
    moment = datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)
    return Session(moment.timestamp)


@pytest.mark.parametrize(
    ("now", "is_open", "next_open", "next_close"),
    [
        ("2023-11-15 09:29:59", False, "2023-11-15T09:30", "2023-11-15T16:00"),
        ("2023-11-15 09:30:00", True, "2023-11-16T09:30", "2023-11-15T16:00"),
        ("2023-11-15 15:59:59", True, "2023-11-16T09:30", "2023-11-15T16:00"),
        ("2023-11-15 16:00:00", False, "2023-11-16T09:30", "2023-11-16T16:00"),
        ("2023-11-17 12:00:00", True, "2023-11-20T09:30", "2023-11-17T16:00"),
        ("2023-11-18 12:00:00", False, "2023-11-20T09:30", "2023-11-20T16:00"),
    ],
    ids=["before", "at the open", "before the close", "at the close", "friday", "saturday"],
)
def test_the_clock_knows_weekdays_from_half_past_nine_to_four(now, is_open, next_open, next_close):
    clock = session_at(now).clock()

    assert clock["is_open"] is is_open
    assert (clock["next_open"], clock["next_close"]) == (f"{next_open}:00-05:00", f"{next_close}:00-05:00")


@pytest.mark.parametrize("now", ["2023-11-15 12:00:00", "2023-11-18 12:00:00"])
def test_a_forced_session_has_its_next_times_in_order(now):
    session = session_at(now)

    session.forced = True
    opened = session.clock()
    session.forced = False
    closed = session.clock()

    assert opened["timestamp"] < opened["next_close"] < opened["next_open"]
    assert closed["timestamp"] < closed["next_open"] < closed["next_close"]
