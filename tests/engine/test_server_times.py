from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from engine.clock import Moment
from engine.server_times import ServerTimes

TRUE = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
NO_OFFSET = timedelta(0)


class Clock:
    def __init__(self, *, off=NO_OFFSET):
        self.passed_s = 0.0
        self._off = off

    def now(self):
        return TRUE + timedelta(seconds=self.passed_s) + self._off

    def monotonic(self):
        return self.passed_s


def an_answer(*, server_at, took_s=0.2, header=None, clock=None):
    """Times after an answer that was asked for at 0 s on the steady clock."""
    clock = clock or Clock()
    times = ServerTimes(clock)
    clock.passed_s = took_s
    times.note("venue", header or format_datetime(server_at, usegmt=True), sent_s=0.0)
    return times


@pytest.mark.parametrize("off_s", [-30 * 86_400, -3600, -15, 15, 3600, 30 * 86_400])
def test_a_clock_that_is_off_is_told_by_how_much_and_never_by_too_little(off_s):
    times = an_answer(server_at=TRUE)
    now = Moment(TRUE + timedelta(seconds=off_s + 60.2), 60.2)

    shown = now.at + times.offset("venue", now)

    assert timedelta(0) <= shown - (TRUE + timedelta(seconds=60.2)) <= timedelta(seconds=2)


@pytest.mark.parametrize("off_s", [-1.5, -0.9, 0, 0.9])
def test_a_clock_that_may_be_right_is_taken_for_right(off_s):
    now = Moment(TRUE + timedelta(seconds=0.7 + off_s), 0.2)

    assert an_answer(server_at=TRUE).offset("venue", now) == NO_OFFSET


def test_a_slow_answer_is_no_proof_that_a_clock_is_off():
    now = Moment(TRUE + timedelta(seconds=9), 10.0)

    assert an_answer(server_at=TRUE, took_s=10.0).offset("venue", now) == NO_OFFSET


@pytest.mark.parametrize(
    "header",
    ["yesterday", "Wed, 99 Mar 2026 12:00:00 GMT", "0", "Wed, 18 Mar 2026 99999999999999999999:00:00 GMT"],
)
def test_a_date_that_cannot_be_read_shows_nothing(header):
    assert an_answer(server_at=TRUE, header=header).offset("venue", Moment(TRUE, 0.2)) is None


def test_of_another_server_nothing_is_known():
    assert an_answer(server_at=TRUE).offset("other", Moment(TRUE, 0.2)) is None


@pytest.mark.parametrize("off_s", [-30 * 86_400, -15, 0, 15, 3600])
def test_a_servers_time_is_never_reported_later_than_it_is(off_s):
    clock = Clock(off=timedelta(seconds=off_s))
    times = an_answer(server_at=TRUE, clock=clock)

    clock.passed_s = 60.2

    reported = times.now_at_least("venue")
    assert timedelta(seconds=-2) <= reported - (TRUE + timedelta(seconds=60.2)) <= timedelta(0)


def test_without_an_answer_our_own_time_stands_for_a_servers():
    assert ServerTimes(Clock()).now_at_least("venue") == TRUE


@pytest.mark.parametrize(
    "header",
    ["Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -1200", "Thu, 01 Jan 1970 00:00:00 GMT"],
)
def test_a_date_of_another_age_says_nothing_of_a_clock(header):
    times, now = an_answer(server_at=TRUE, header=header), Moment(TRUE, 60.0)

    assert times.offset("venue", now) is None
    assert times.now_at_least("venue") == TRUE + timedelta(seconds=0.2)
