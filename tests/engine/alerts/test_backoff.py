"""A failing exit is tried again soon, then calmly; its owner hears of it again and again."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.alerts.backoff import Told, away_pause_s, pause_s
from engine.brokers.error_classes import RateLimitedError
from engine.clock import Moment
from engine.model.errors import KeyRejectedError, RefusalReason, RefusedError, TryLaterError
from engine.model.venues import Venue

BEGAN = Moment(datetime(2026, 3, 4, tzinfo=UTC), 100)


@pytest.mark.parametrize(("failures", "delay_s"), [(1, 0.5), (2, 1.0), (6, 15.0), (7, 15.0), (1000, 15.0)])
def test_tries_slow_down_to_every_fifteen_seconds(failures, delay_s):
    assert pause_s("refused", failures) == delay_s
    assert pause_s(RateLimitedError(Venue.KRAKEN, "EAPI:Rate limit exceeded"), failures) == delay_s


@pytest.mark.parametrize(("failures", "delay_s"), [(1, 0.5), (4, 4.0), (5, 5.0), (1000, 5.0)])
def test_a_venue_that_is_away_is_tried_every_five_seconds_at_least(failures, delay_s):
    assert pause_s(TryLaterError(Venue.KRAKEN, "no connection"), failures) == delay_s
    assert away_pause_s(failures, waited_s=0.0) == delay_s


def test_the_time_a_proof_took_is_no_pause_on_top():
    assert away_pause_s(3, waited_s=1.5) == 0.5
    assert away_pause_s(1000, waited_s=6.0) == 0


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
            told = told.noted(now)
            after.append(second)

    assert after == [0, 30, 120, 600, 4200, 7800, 11400]


@pytest.mark.parametrize(
    "step", [timedelta(days=-30), timedelta(hours=-1), timedelta(hours=1), timedelta(days=30)]
)
def test_reminders_of_this_process_keep_their_pauses_whatever_the_wall_clock_is_set_to(step):
    told = Told().noted(BEGAN)

    def later(seconds):
        return Moment(BEGAN.at + step + timedelta(seconds=seconds), BEGAN.steady_s + seconds)

    assert [told.is_due(later(seconds)) for seconds in (0, 29, 30)] == [False, False, True]


def test_reminders_missed_while_the_process_was_down_are_not_made_up_for():
    told = Told(count=4, first_at=BEGAN.at, stored_at=BEGAN.at + timedelta(minutes=10))
    back = BEGAN + timedelta(hours=12)

    assert told.is_due(back)
    assert not told.noted(back).is_due(back + timedelta(minutes=59))


def test_a_reminder_stored_under_a_clock_ahead_holds_none_up():
    told = Told(count=4, first_at=BEGAN.at, stored_at=BEGAN.at + timedelta(days=30))

    assert told.is_due(BEGAN)
