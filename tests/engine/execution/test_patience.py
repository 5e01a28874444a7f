"""A failing exit is tried again soon, then calmly; its owner hears of it again and again."""

from datetime import timedelta

import pytest

from engine.execution.patience import is_due_to_tell, retry_delay_s


@pytest.mark.parametrize(("failures", "delay_s"), [(1, 0.5), (2, 1.0), (6, 15.0), (7, 15.0), (1000, 15.0)])
def test_tries_slow_down_to_every_fifteen_seconds(failures, delay_s):
    assert retry_delay_s(failures) == delay_s


@pytest.mark.parametrize(
    ("told", "failing_s", "due"),
    [
        (0, 0, True),
        (1, 29, False),
        (1, 30, True),
        (2, 119, False),
        (2, 120, True),
        (3, 599, False),
        (3, 600, True),
        (4, 3599, False),
        (4, 3600, True),
        (5, 7199, False),
        (5, 7200, True),
    ],
)
def test_the_owner_is_told_at_once_then_after_30_s_2_min_10_min_and_hourly(told, failing_s, due):
    assert is_due_to_tell(told=told, failing_for=timedelta(seconds=failing_s)) is due
