import pytest

from tests.engine.status_reports import PAUSED, a_report, an_unwatched


@pytest.mark.parametrize(
    ("changes", "guards"),
    [
        ({"guards_armed": 0}, 0),
        ({"guards_armed": 0, "unwatched": (an_unwatched(),)}, 1),
        ({"guards_armed": 0, "paused": (PAUSED,)}, 1),
        ({"guards_armed": 0, "exits_in_flight": 1}, 1),
    ],
)
def test_a_guard_counts_whatever_it_does_now(changes, guards):
    assert a_report(**changes).guards == guards
