from datetime import UTC, datetime

import pytest

from engine.brokers.alpaca.session import parse_session
from engine.brokers.parse import MalformedAnswerError


def clock(**changes):
    return {
        "timestamp": "2026-11-20T11:00:00.389152169-05:00",
        "is_open": True,
        "next_open": "2026-11-23T09:30:00-05:00",
        "next_close": "2026-11-20T16:00:00-05:00",
        **changes,
    }


def test_an_open_session_opened_at_half_past_nine_of_its_own_day():
    session = parse_session(clock())
    assert session.is_open
    assert session.opened_at == datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
    assert session.next_close == datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
    assert parse_session(clock(next_close="2026-11-20T13:00:00-05:00")).opened_at == session.opened_at


def test_a_closed_session_or_one_with_odd_hours_opened_at_no_known_time():
    closed = parse_session(clock(is_open=False, next_close="2026-11-23T16:00:00-05:00"))
    assert (closed.is_open, closed.opened_at) == (False, None)
    assert parse_session(clock(next_close="2026-11-23T16:00:00-05:00")).opened_at is None


@pytest.mark.parametrize(
    "changes", [{"is_open": None, "next_open": None}, {"next_close": "soon", "timestamp": "11:00"}]
)
def test_a_broken_clock_raises(changes):
    with pytest.raises(MalformedAnswerError):
        parse_session(clock(**changes))


CLOSED = clock(is_open=False, next_close="2026-11-23T16:00:00-05:00")


@pytest.mark.parametrize("shown", [clock(), CLOSED], ids=["open", "closed"])
@pytest.mark.parametrize("missing", clock())
def test_whether_the_market_is_open_and_since_when_is_read_without_any_one_field(shown, missing):
    session, all_of_it = parse_session({**shown, missing: None}), parse_session(shown)

    assert (session.is_open, session.opened_at) == (all_of_it.is_open, all_of_it.opened_at)


def test_a_market_that_is_open_nobody_knows_since_when_is_not_one_to_sell_in():
    with pytest.raises(MalformedAnswerError, match="since when"):
        parse_session({"is_open": True, "next_open": clock()["next_open"]})
