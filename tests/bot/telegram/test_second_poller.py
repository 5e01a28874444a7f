import pytest

from bot.telegram.second_poller import SecondPoller
from tests.bot.hand_clock import HandClock


@pytest.fixture
def clock():
    return HandClock()


def test_nobody_is_ruled_out_in_the_first_minute(clock):
    second_poller = SecondPoller(clock)

    clock.pass_time(59)
    assert not second_poller.is_ruled_out
    clock.pass_time(1)
    assert second_poller.is_ruled_out


def test_it_is_around_for_a_minute_after_telegram_named_it_last(clock):
    second_poller = SecondPoller(clock)
    clock.pass_time(100)

    second_poller.note()
    clock.pass_time(59)
    assert (second_poller.is_present, second_poller.is_ruled_out) == (True, False)
    clock.pass_time(1)
    assert (second_poller.is_present, second_poller.is_ruled_out) == (False, True)


def test_it_is_reported_at_once_and_again_every_ten_minutes(clock):
    second_poller = SecondPoller(clock)

    reported = []
    for second in range(0, 1300, 5):
        if second_poller.note():
            reported.append(second)
        clock.pass_time(5)

    assert reported == [0, 600, 1200]


def test_one_that_is_back_is_reported_again_at_once(clock):
    second_poller = SecondPoller(clock)
    second_poller.note()
    clock.pass_time(61)

    assert second_poller.note()
