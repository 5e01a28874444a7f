"""The owner of a failing exit hears of it again and again, with growing pauses."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.clock import Moment
from engine.model.reminder_state import ReminderState

BEGAN = Moment(datetime(2026, 3, 4, tzinfo=UTC), 100)


def test_the_owner_is_alerted_at_once_then_after_30_s_2_min_10_min_and_hourly():
    reported, after = ReminderState(), []
    for second in range(4 * 3600):
        now = BEGAN + timedelta(seconds=second)
        if reported.is_due(now):
            reported = reported.noted(now)
            after.append(second)

    assert after == [0, 30, 120, 600, 4200, 7800, 11400]


@pytest.mark.parametrize(
    "step", [timedelta(days=-30), timedelta(hours=-1), timedelta(hours=1), timedelta(days=30)]
)
def test_reminders_of_this_process_keep_their_pauses_whatever_the_wall_clock_is_set_to(step):
    reported = ReminderState().noted(BEGAN)

    def later(seconds):
        return Moment(BEGAN.at + step + timedelta(seconds=seconds), BEGAN.steady_s + seconds)

    assert [reported.is_due(later(seconds)) for seconds in (0, 29, 30)] == [False, False, True]


def test_reminders_missed_while_the_process_was_down_are_not_made_up_for():
    reported = ReminderState(count=4, first_at=BEGAN.at, stored_at=BEGAN.at + timedelta(minutes=10))
    back = BEGAN + timedelta(hours=12)

    assert reported.is_due(back)
    assert not reported.noted(back).is_due(back + timedelta(minutes=59))


def test_a_reminder_stored_under_a_clock_ahead_holds_none_up():
    reported = ReminderState(count=4, first_at=BEGAN.at, stored_at=BEGAN.at + timedelta(days=30))

    assert reported.is_due(BEGAN)


def test_what_is_stored_of_reminders_is_taken_up_again():
    times = [BEGAN.at, BEGAN.at + timedelta(minutes=1), BEGAN.at + timedelta(minutes=2)]

    assert ReminderState.from_times(times, last=BEGAN) == ReminderState(
        count=3, first_at=times[0], last=BEGAN, stored_at=times[2]
    )
    assert ReminderState.from_times(times, last=None, count=5).count == 5
    assert ReminderState.from_times([], last=BEGAN) == ReminderState()
    assert ReminderState.from_times([], last=None, count=3) == ReminderState(count=3)


def test_each_reminder_is_counted_from_the_first_on():
    later = BEGAN + timedelta(minutes=1)

    assert ReminderState().noted(BEGAN) == ReminderState(count=1, first_at=BEGAN.at, last=BEGAN)
    assert ReminderState().noted(BEGAN).noted(later) == ReminderState(count=2, first_at=BEGAN.at, last=later)
