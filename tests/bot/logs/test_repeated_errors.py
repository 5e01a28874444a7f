"""The log of a failure that comes again and again stays small, and hides no other."""

import pytest
import structlog

from bot.logs.repeated_errors import MOST, WINDOW_S, RepeatedErrors
from tests.bot.hand_clock import HandClock


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def log(clock):
    lines = []

    def keep(_logger, _method, event):
        lines.append(event)
        raise structlog.DropEvent

    logger = structlog.wrap_logger(None, processors=[RepeatedErrors(clock.monotonic), keep])
    logger.lines = lines
    return logger


def fail(log, kind=LookupError, **fields):
    try:
        _raise(kind)
    except kind:
        log.exception("a task failed", **fields)


def _raise(kind):
    raise kind


def test_a_failure_that_comes_with_every_look_is_written_once_in_ten_minutes_with_a_count(clock, log):
    for _ in range(2500):
        fail(log, task="look kraken", why=str(clock.monotonic()))
        clock.pass_time(WINDOW_S / 2048)

    assert [line.get("left_out_before") for line in log.lines] == [None, 2047]


def test_each_failure_is_written_for_itself(log):
    for _ in range(3):
        fail(log, task="look kraken")
        fail(log, task="look coinbase")
        fail(log, ValueError, task="look kraken")
        fail(log, task="look kraken", incident="6B7DD7")
        log.error("a task failed", task="look kraken")

    assert len(log.lines) == 4 + 3


def test_groups_differ_by_what_is_in_them(log):
    for _ in range(2):
        for kind in (LookupError, ValueError):
            log.error("a job failed", exc_info=ExceptionGroup("some", [kind()]))

    assert len(log.lines) == 2


def test_a_recursion_is_the_same_at_whatever_depth_it_ends(log):
    def dig(levels):
        if not levels:
            raise RecursionError
        dig(levels - 1)

    for levels in (5, 50):
        try:
            dig(levels)
        except RecursionError:
            log.exception("a task failed")

    assert len(log.lines) == 1


def test_what_is_remembered_is_bounded(log):
    for number in range(MOST + 10):
        fail(log, incident=number)
    fail(log, incident=0)

    assert len(log.lines) == MOST + 11
