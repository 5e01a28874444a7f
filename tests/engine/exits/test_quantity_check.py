from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.exits.position_reading import PositionReading
from engine.exits.quantity_check import (
    BELIEVE_EMPTY_AFTER_S,
    BELIEVE_SHORT_AFTER_S,
    SHORTFALL_FORGOTTEN_AFTER_S,
    QuantityCheck,
)
from tests.builders import NOW

FULL = PositionReading(free=Decimal(3), owned=Decimal(3), at=NOW)
SHORT = PositionReading(free=Decimal(2), owned=Decimal(2), at=NOW)
SHORTER = PositionReading(free=Decimal(1), owned=Decimal(1), at=NOW)
EMPTY = PositionReading(free=Decimal(0), owned=Decimal(0), at=NOW)
SILENT = PositionReading(free=None, owned=None, at=None, is_fresh=False)

READINGS = st.sampled_from((FULL, SHORT, SHORTER, EMPTY, SILENT))


def after(*readings):
    """Read at (seconds, what was read); three should be there."""
    quantity_check = QuantityCheck()
    for now_s, available in readings:
        missing = Decimal(3) - available.owned if available.owned else Decimal(0)
        quantity_check = quantity_check.after(available, missing=missing, now_s=now_s)
    return quantity_check


def test_a_whole_position_is_not_unconfirmed():
    quantity_check = after((0, FULL))

    assert quantity_check.is_over(0)
    assert not quantity_check.is_gone(99)
    assert not quantity_check.is_contradictory(99)


def test_a_first_short_reading_is_unconfirmed_and_accepted_when_one_long_after_agrees():
    assert not after((0, SHORT)).is_over(0)
    assert not after((0, SHORT), (BELIEVE_SHORT_AFTER_S - 1, SHORT)).is_over(BELIEVE_SHORT_AFTER_S - 1)
    assert after((0, SHORT), (BELIEVE_SHORT_AFTER_S, SHORT)).is_over(BELIEVE_SHORT_AFTER_S)


def test_a_short_reading_that_differs_begins_the_wait_anew():
    quantity_check = after((0, SHORT), (10, SHORTER), (20, SHORTER))

    assert not quantity_check.is_over(20)
    assert quantity_check.is_contradictory(20)


def test_readings_contradict_each_other_once_they_had_longer_than_it_takes_to_agree():
    quantity_check = after((0, SHORT), (5, SHORTER))

    assert not quantity_check.is_contradictory(BELIEVE_SHORT_AFTER_S)
    assert quantity_check.is_contradictory(BELIEVE_SHORT_AFTER_S + 0.1)


def test_a_whole_one_ends_the_wait():
    assert after((0, SHORT), (5, FULL)).is_over(5)
    assert not after((0, SHORT), (5, FULL), (16, SHORT)).is_over(16)


def test_no_answer_neither_confirms_nor_refutes_and_ends_the_wait_in_the_end():
    assert not after((0, SHORT), (20, SILENT)).is_over(20)
    assert after((0, SHORT), (20, SILENT), (21, SHORT)).is_over(21)
    assert after((100, SHORT), (120, SILENT), (121, SHORT)).is_over(121)
    assert after((0, SHORT), (SHORTFALL_FORGOTTEN_AFTER_S, SILENT)).is_over(SHORTFALL_FORGOTTEN_AFTER_S)


def test_nothing_there_is_believed_after_readings_ten_seconds_apart():
    assert not after((0, EMPTY)).is_gone(BELIEVE_EMPTY_AFTER_S - 1)
    assert after((0, EMPTY), (BELIEVE_EMPTY_AFTER_S, EMPTY)).is_gone(BELIEVE_EMPTY_AFTER_S)


def test_a_reading_that_shows_some_refutes_that_there_is_none():
    assert not after((0, EMPTY), (6, FULL), (16, EMPTY)).is_gone(16)
    assert not after((0, EMPTY), (6, SILENT), (16, EMPTY)).is_gone(16)
    stale = replace(EMPTY, is_fresh=False)
    assert not after((0, stale), (16, stale)).is_gone(16)


@given(readings=st.lists(st.tuples(st.integers(0, 8), READINGS), max_size=12))
def test_what_the_last_reading_alone_says_is_never_believed_to_be_gone(readings):
    now_s, reported = 0, []
    for pause_s, available in readings:
        now_s += pause_s
        reported.append((now_s, available))

    quantity_check = after(*reported)

    if quantity_check.is_gone(now_s):
        since = [at for at, available in reported if available is not EMPTY]
        assert now_s - max(since, default=reported[0][0]) >= BELIEVE_EMPTY_AFTER_S
