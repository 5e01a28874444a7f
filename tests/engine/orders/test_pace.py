"""An order that is only waited for leaves calls to the key's other readings."""

import pytest

from engine.brokers.base import Priority
from engine.orders.pace import LONGEST_COSTLY_PAUSE_S, STANDS_AFTER_S, stretched, turn


@pytest.mark.fault("V154")
@pytest.mark.parametrize(("waited_s", "pause_s"), [(0, 3), (30, 3), (60, 6), (150, 15), (7200, 15)])
def test_pauses_grow_with_the_time_waited_up_to_fifteen_seconds(waited_s, pause_s):
    assert stretched(3.0, waited_s=waited_s) == pytest.approx(pause_s)


def test_a_pause_that_is_longer_by_itself_stays_so():
    assert stretched(60.0, waited_s=7200) == 60


def test_what_costs_more_is_asked_for_less_often():
    assert stretched(10.0, waited_s=60, longest_s=LONGEST_COSTLY_PAUSE_S) == pytest.approx(18)
    assert stretched(10.0, waited_s=7200, longest_s=LONGEST_COSTLY_PAUSE_S) == LONGEST_COSTLY_PAUSE_S


@pytest.mark.parametrize("priority", [Priority.EXIT, Priority.ENTRY])
def test_what_stands_for_long_goes_in_the_turn_of_readings(priority):
    assert turn(priority, waited_s=STANDS_AFTER_S - 1, after_s=STANDS_AFTER_S) is priority
    assert turn(priority, waited_s=STANDS_AFTER_S, after_s=STANDS_AFTER_S) is Priority.READ
    assert turn(Priority.HISTORY, waited_s=STANDS_AFTER_S, after_s=STANDS_AFTER_S) is Priority.HISTORY
