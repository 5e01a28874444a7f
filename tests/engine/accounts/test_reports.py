from datetime import timedelta

import pytest

from engine.accounts.reports import Reports
from tests.bot.hand_clock import HandClock
from tests.builders import a_holding, a_report

ID = a_report().account.account_id
FRESH = timedelta(seconds=5)


async def no_step():
    return 0


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def reports(clock):
    return Reports(clock, last_step=no_step)


def reading(clock, quantity="1"):
    """Return a report with the time that our clock shows, right or wrong."""
    return a_report(a_holding("BTC", quantity), at=clock.now())


def test_nothing_is_known_of_an_account_that_was_never_read(reports):
    assert reports.latest(ID) is None
    assert reports.no_older_than(ID, FRESH) is None


async def test_the_reading_that_was_requested_last_counts_whenever_it_arrives(reports, clock):
    first_start, first = await reports.begin(), reading(clock)
    clock.pass_time(5)
    second_start, second = await reports.begin(), reading(clock, "2")

    reports.keep(second, start=second_start)
    reports.keep(first, start=first_start)

    assert reports.latest(ID) == second


async def test_of_two_readings_of_one_instant_the_second_counts(reports, clock):
    first, second = reading(clock), reading(clock, "2")

    reports.keep(first, start=await reports.begin())
    reports.keep(second, start=await reports.begin())

    assert reports.latest(ID) == second


@pytest.mark.parametrize("step_s", [-30 * 86_400, -3600, -1, 3600])
async def test_a_later_reading_counts_whatever_the_wall_clock_was_set_to_in_between(reports, clock, step_s):
    reports.keep(reading(clock), start=await reports.begin())
    clock.step(step_s)
    clock.pass_time(1)
    later = reading(clock, "2")

    reports.keep(later, start=await reports.begin())

    assert reports.latest(ID) == reports.no_older_than(ID, FRESH) == later


async def test_a_reading_that_was_stored_under_a_clock_ahead_gives_way_to_every_other(reports, clock):
    reports.restore(a_report(at=clock.now() + timedelta(days=30)))
    own = reading(clock, "2")

    reports.keep(own, start=await reports.begin())

    assert reports.latest(ID) == own


def test_a_reading_that_was_stored_is_known_but_never_fresh(reports, clock):
    stored = reading(clock)

    reports.restore(stored)

    assert (reports.latest(ID), reports.no_older_than(ID, FRESH)) == (stored, None)


async def test_a_reading_that_was_stored_never_takes_the_place_of_one_that_was_made(reports, clock):
    own = reading(clock, "2")
    reports.keep(own, start=await reports.begin())

    reports.restore(a_report(at=clock.now() + timedelta(days=30)))

    assert reports.latest(ID) == own


@pytest.mark.parametrize(("age", "is_fresh"), [(4, True), (5, True), (6, False)])
@pytest.mark.parametrize("step_s", [0, -3600, 3600])
async def test_a_reading_is_fresh_up_to_an_age(reports, clock, age, is_fresh, step_s):
    reports.keep(reading(clock), start=await reports.begin())
    clock.step(step_s)
    clock.pass_time(age)

    assert (reports.no_older_than(ID, FRESH) is not None) is is_fresh


@pytest.mark.parametrize("step_s", [0, -3600, 3600])
async def test_a_reading_from_before_a_change_is_not_fresh_however_young(reports, clock, step_s):
    reports.keep(reading(clock), start=await reports.begin())
    clock.step(step_s)
    clock.pass_time(1)

    reports.outdate(ID)

    assert reports.no_older_than(ID, FRESH) is None
    assert (reports.is_outdated(ID), reports.latest(ID) is not None) == (True, True)


@pytest.mark.parametrize("step_s", [0, -3600, 3600])
async def test_a_reading_after_a_change_is_fresh_again(reports, clock, step_s):
    reports.outdate(ID)
    clock.step(step_s)
    clock.pass_time(1)

    reports.keep(reading(clock), start=await reports.begin())

    assert reports.no_older_than(ID, FRESH) is not None


def is_unannounced(reports):
    return reports.unannounced_at(ID) is not None


async def keep(reports, clock, quantity="1"):
    reports.keep(reading(clock, quantity), start=await reports.begin())
    clock.pass_time(1)


async def test_a_change_that_a_stream_announces_makes_the_reading_old(reports, clock):
    await keep(reports, clock)
    reports.announce_change(ID)

    assert reports.no_older_than(ID, FRESH) is None


async def test_a_change_that_only_a_reading_shows_is_unannounced_until_one_is_announced(reports, clock):
    await keep(reports, clock)
    await keep(reports, clock)
    same = is_unannounced(reports)
    await keep(reports, clock, "2")
    changed = is_unannounced(reports)
    await keep(reports, clock, "2")
    still = is_unannounced(reports)
    reports.announce_change(ID)

    assert (same, changed, still, is_unannounced(reports)) == (False, True, True, False)


async def test_a_change_after_an_order_of_ours_or_an_announced_one_is_no_surprise(reports, clock):
    await keep(reports, clock)
    reports.outdate(ID)
    clock.pass_time(1)
    await keep(reports, clock, "2")

    assert not is_unannounced(reports)


async def test_what_an_earlier_process_read_is_compared_with_nothing(reports, clock):
    reports.restore(reading(clock))
    await keep(reports, clock, "2")

    assert not is_unannounced(reports)
