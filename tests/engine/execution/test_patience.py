"""A failing exit is tried again soon, then calmly; its owner hears of it again and again."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import KeyRejectedError, RefusalReason, RefusedError, TryLaterError
from engine.execution.patience import Told, pause_s
from engine.venues import Venue

BEGAN = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(("failures", "delay_s"), [(1, 0.5), (2, 1.0), (6, 15.0), (7, 15.0), (1000, 15.0)])
def test_tries_slow_down_to_every_fifteen_seconds(failures, delay_s):
    assert pause_s("refused", failures) == delay_s
    assert pause_s(TryLaterError(Venue.KRAKEN, "EAPI:Rate limit exceeded"), failures) == delay_s


@pytest.mark.parametrize("failures", [1, 1000])
def test_what_haste_does_not_help_is_tried_calmly_from_the_start(failures):
    shut = RefusedError(Venue.KRAKEN, "cancel_only", RefusalReason.MARKET_UNAVAILABLE)

    assert pause_s(shut, failures) == 15
    assert pause_s(KeyRejectedError(Venue.KRAKEN, "EAPI:Invalid key"), failures) == 60


def test_the_owner_is_told_at_once_then_after_30_s_2_min_10_min_and_hourly():
    told, after = Told(), []
    for second in range(4 * 3600):
        now = BEGAN + timedelta(seconds=second)
        if told.is_due(now):
            told = Told(count=told.count + 1, first_at=told.first_at or now, last_at=now)
            after.append(second)

    assert after == [0, 30, 120, 600, 4200, 7800, 11400]


def test_reminders_missed_while_the_process_was_down_are_not_made_up_for():
    told = Told(count=4, first_at=BEGAN, last_at=BEGAN + timedelta(minutes=10))
    back = BEGAN + timedelta(hours=12)

    assert told.is_due(back)
    assert not Told(count=5, first_at=BEGAN, last_at=back).is_due(back + timedelta(minutes=59))
