import pytest

from bot.hearing import Hearing
from bot.rival import RIVAL
from tests.bot.hand_clock import HandClock


@pytest.fixture
def heard():
    told, clock = [], HandClock()
    return Hearing(tell=told.append, clock=clock), told, clock


def test_a_short_silence_is_not_told(heard):
    hearing, told, clock = heard

    for _ in range(59):
        hearing.fails("no answer in time")
        clock.pass_time(1)
    hearing.works()

    assert told == []


def test_a_long_one_is_told_once_and_its_end_once(heard):
    hearing, told, clock = heard

    for _ in range(100):
        hearing.fails("Telegram refuses the token.")
        clock.pass_time(1)
    hearing.works()
    hearing.works()

    deaf, heard_again = told
    assert deaf.startswith("NIJA has not heard its chat for 60 s: Telegram refuses the token. Commands")
    assert heard_again.startswith("NIJA hears its chat again, after 100 s")


@pytest.mark.parametrize(("before_s", "asked_s", "count"), [(0, 59, 0), (0, 60, 1), (30, 30, 1), (30, 29, 0)])
def test_a_pause_that_will_be_long_is_told_when_it_begins(heard, before_s, asked_s, count):
    hearing, told, clock = heard

    if before_s:
        hearing.fails("no answer in time")
        clock.pass_time(before_s)
    hearing.fails("Flood control", asked_s=asked_s)
    hearing.fails("Flood control", asked_s=asked_s)

    assert len(told) == count


def test_silences_between_polls_that_work_do_not_add_up(heard):
    hearing, told, clock = heard

    for _ in range(10):
        hearing.fails("no answer in time")
        clock.pass_time(30)
        hearing.works()

    assert told == []


def test_another_process_with_the_same_token_is_told_at_once_and_shown_while_it_lasts(heard):
    hearing, told, clock = heard

    hearing.conflicts()
    hearing.works()
    hearing.conflicts()
    assert (told, hearing.rival) == ([RIVAL], RIVAL)

    clock.pass_time(60)
    assert hearing.rival is None
