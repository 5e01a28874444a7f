"""What lasts is reported once, again in growing pauses, and once as over, whenever the process is killed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from engine.alerts.condition import Condition, Conditions, find_open, name_alert
from engine.alerts.messages import BrokerTrouble
from engine.alerts.outbox import load_keys
from engine.clock import moment
from engine.model.reminder_state import ReminderState
from engine.model.venues import Venue
from tests.bot.hand_clock import HandClock
from tests.engine.storage.stored import KRAKEN

START = datetime(2026, 3, 4, 12, 0, 0, 125, tzinfo=UTC)
TO = {"user_id": KRAKEN.user_id, "account_id": KRAKEN.account_id}
NAMES = ("env-kraken", "env-kraken/prices", "env-kraken:BTC", "db:7:ETH")


# which conditions are open


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.booleans()), max_size=40))
def test_open_is_what_was_reported_and_not_reported_as_over(steps):
    written, model = [], {}
    for minute, (name, is_over) in enumerate(steps):
        at = START + timedelta(minutes=minute)
        since, count = model.get(name, (at, 0))
        if is_over and name in model:
            written.append((name_alert(name, since, "over"), at))
            del model[name]
        elif not is_over:
            written.append((name_alert(name, since, f"{count}"), at))
            model[name] = (since, count + 1)

    found = find_open(written)

    assert {name: (one.since, one.reminders.count) for name, one in found.items()} == model


def test_a_condition_whose_end_was_never_reported_gives_way_to_a_later_one():
    later = START + timedelta(hours=1)
    written = [
        (name_alert("a", START, "0"), START),
        (name_alert("a", START, "1"), START),
        (name_alert("a", later, "0"), later),
    ]

    assert find_open(written)["a"].since == later
    assert find_open(written)["a"].reminders == ReminderState(count=1, first_at=later, stored_at=later)


@pytest.mark.parametrize("key", ["", "a", "a:b", "a:b:0", "a:20261301T000000.0:0", ":::"])
def test_a_key_of_another_shape_opens_nothing(key):
    assert find_open([(key, START)]) == {}


# over any number of lives


def a_message(what, since):
    return BrokerTrouble(venue=Venue.KRAKEN, what=what, why="timed out", since=since)


async def live(database, clock, name, *, holds, minutes):
    """One life of a process in which a condition holds or not, looked at each minute until it is killed."""
    conditions = Conditions("test", database=database, clock=clock)
    open_ = (await conditions.restored()).get(name)
    for _ in range(minutes):
        if holds and (open_ is None or open_.reminders.is_due(moment(clock))):
            open_ = open_ or Condition(since=clock.now())
            open_ = await conditions.report(name, open_, a_message("unreachable", open_.since), **TO)
        elif not holds and open_ is not None:
            await conditions.end(name, open_, a_message("back", open_.since), **TO)
            open_ = None
        clock.pass_time(60)


async def written(database):
    async with database.read() as session:
        return await load_keys(session, key_prefix="test:")


@pytest.mark.parametrize("kill_after", [1, 2, 3, 5, 7, 30])
@pytest.mark.parametrize("back_while_down", [False, True])
async def test_wherever_the_process_is_killed_the_pauses_last_and_the_end_is_reported_once(
    database, kill_after, back_while_down
):
    clock = HandClock()
    for _ in range(60 // kill_after):
        await live(database, clock, "a", holds=True, minutes=kill_after)
    if not back_while_down:
        await live(database, clock, "a", holds=False, minutes=1)
    for _ in range(3):
        await live(database, clock, "a", holds=False, minutes=2)

    keys = await written(database)

    numbers = [key.rpartition(":")[2] for key, _ in keys]
    assert numbers == ["0", "1", "2", "3", "over"]
    pauses = [later - earlier for (_, earlier), (_, later) in pairwise(keys[:-1])]
    assert pauses == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=8)]
    assert len({key.split(":")[2] for key, _ in keys}) == 1


async def test_an_end_that_was_written_before_the_kill_is_not_reported_again(database):
    clock = HandClock()
    await live(database, clock, "a", holds=True, minutes=1)
    conditions = Conditions("test", database=database, clock=clock)
    open_ = (await conditions.restored())["a"]
    for _ in range(2):
        await conditions.end("a", open_, a_message("back", open_.since), **TO)

    await live(database, clock, "a", holds=False, minutes=3)
    await live(database, clock, "a", holds=True, minutes=1)

    assert [key.rpartition(":")[2] for key, _ in await written(database)] == ["0", "over", "0"]


async def test_conditions_of_one_kind_are_kept_apart_by_name_and_from_other_kinds(database):
    clock = HandClock()
    for name in NAMES:
        await live(database, clock, name, holds=True, minutes=1)
    await live(database, clock, NAMES[0], holds=False, minutes=1)

    restored = await Conditions("test", database=database, clock=clock).restored()

    assert set(restored) == set(NAMES[1:])
    assert await Conditions("tes", database=database, clock=clock).restored() == {}


@pytest.mark.parametrize("damaged", [0, 1, 2])
async def test_a_damaged_alert_keeps_no_later_one_from_being_written(database, damaged):
    clock = HandClock()
    await live(database, clock, "a", holds=True, minutes=4)
    async with database.write() as session:
        key = "substr(dedup_key, -1)"
        await session.exec(
            text(f"UPDATE alerts SET created_at = 'never' WHERE {key} = '{damaged}'")  # noqa: S608
        )
    clock.pass_time(3600)

    await live(database, clock, "a", holds=True, minutes=1)

    assert [key.rpartition(":")[2] for key, _ in await written(database)] == ["0", "1", "2", "3"]
