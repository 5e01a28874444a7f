import pytest

from bot.telegram.polling_alarm import PollingAlarm
from bot.telegram.second_poller import SECOND_POLLER
from tests.bot.hand_clock import HandClock


@pytest.fixture
def polls():
    reported, clock = [], HandClock()
    return PollingAlarm(notify=reported.append, clock=clock), reported, clock


def test_a_short_silence_is_not_reported(polls):
    polling_alarm, reported, clock = polls

    for _ in range(59):
        polling_alarm.note_failure("no answer in time")
        clock.pass_time(1)
    polling_alarm.note_success()

    assert reported == []


def test_a_long_one_is_reported_once_and_its_end_once(polls):
    polling_alarm, reported, clock = polls

    for _ in range(100):
        polling_alarm.note_failure("Telegram refuses the token.")
        clock.pass_time(1)
    polling_alarm.note_success()
    polling_alarm.note_success()

    deaf, heard_again = reported
    assert deaf.startswith("NIJA has not heard its chat for 60 s: Telegram refuses the token. Commands")
    assert heard_again.startswith("NIJA hears its chat again, after 100 s")


@pytest.mark.parametrize(
    ("before_s", "requested_s", "count"), [(0, 59, 0), (0, 60, 1), (30, 30, 1), (30, 29, 0)]
)
def test_a_pause_that_will_be_long_is_reported_when_it_begins(polls, before_s, requested_s, count):
    polling_alarm, reported, clock = polls

    if before_s:
        polling_alarm.note_failure("no answer in time")
        clock.pass_time(before_s)
    polling_alarm.note_failure("Flood control", requested_s=requested_s)
    polling_alarm.note_failure("Flood control", requested_s=requested_s)

    assert len(reported) == count


def test_silences_between_polls_that_work_do_not_add_up(polls):
    polling_alarm, reported, clock = polls

    for _ in range(10):
        polling_alarm.note_failure("no answer in time")
        clock.pass_time(30)
        polling_alarm.note_success()

    assert reported == []


def test_another_process_with_the_same_token_is_reported_at_once_and_shown_while_it_lasts(polls):
    polling_alarm, reported, clock = polls

    polling_alarm.note_conflict()
    polling_alarm.note_success()
    polling_alarm.note_conflict()
    assert (reported, polling_alarm.second_poller) == ([SECOND_POLLER], SECOND_POLLER)

    clock.pass_time(60)
    assert polling_alarm.second_poller is None
