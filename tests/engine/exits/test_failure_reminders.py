"""Reminders of an exit that fails keep their pauses, whatever the wall clock was set to meanwhile."""

import asyncio
from dataclasses import replace

import pytest
from sqlmodel import select

from engine.alerts.messages import ExitFailing
from engine.alerts.series import load_series
from engine.alerts.table import AlertRow
from engine.exits.failure_reminders import ExitNews, FailureReminders
from engine.exits.reminder_loop import ReminderLoop
from engine.orders.states import IntentEvent
from tests.engine_room import a_trigger

STEPS = pytest.mark.parametrize("step_s", [-30 * 86_400, -3600, 0, 3600, 30 * 86_400])


def reminders_of(room):
    """Return those of a process that has just begun."""
    return FailureReminders(database=room.database, clock=room.clock)


async def remind(reminders, intent):
    await reminders.send_if_due(intent, ExitNews(why="no connection", doing="trying again"))


async def sent(room):
    return len(await room.alerts(ExitFailing))


@pytest.fixture
async def failing(room):
    guard = await room.arm("0.1", "6000")
    live = await room.journal.plan_exit(guard, a_trigger(at=room.clock.now()), intent_id="i1")
    reminders = reminders_of(room)
    await remind(reminders, live.intent)
    return room, reminders, live.intent


async def test_a_reminder_shows_what_is_at_stake_at_the_price_that_triggered(failing):
    room, _, intent = failing

    [alert] = await room.alerts(ExitFailing)

    stake, trigger = alert.at_stake, intent.trigger
    assert (stake.quantity, stake.currency) == (intent.quantity, "USD")
    assert (stake.price, stake.at) == (trigger.price, trigger.price_at)


@pytest.mark.fault("V53")
@STEPS
async def test_a_reminder_is_neither_early_nor_late(failing, step_s):
    room, reminders, intent = failing
    room.clock.set_by(step_s)

    await room.clock.sleep(29)
    await remind(reminders, intent)
    early = await sent(room)
    await room.clock.sleep(1)
    await remind(reminders, intent)

    assert (early, await sent(room)) == (1, 2)


@pytest.mark.parametrize("step_s", [-30 * 86_400, -3600])
async def test_after_a_restart_a_stored_time_ahead_holds_no_reminder_up(failing, step_s):
    room, _, intent = failing
    room.clock.set_by(step_s)

    await remind(reminders_of(room), intent)

    assert await sent(room) == 2


async def test_an_exit_that_fails_on_after_a_restart_is_held_up_since_it_was_reported_first(failing):
    room, _, intent = failing
    reported_at = room.clock.now()
    await room.clock.sleep(60)
    again = reminders_of(room)

    await again.send_if_due(intent, ExitNews(why="refused", doing="trying again"))

    held_up = again.why(intent.intent_id)
    assert (held_up.since, held_up.why) == (reported_at, "refused")


async def test_what_was_found_under_way_is_held_up_since_it_left_also_after_a_restart(failing):
    room, _, intent = failing
    left_at = room.clock.now()
    sent = await room.journal.orders.record(intent, IntentEvent.SEND, cause="send", sent_at=left_at)
    await room.clock.sleep(60)
    again = reminders_of(room)

    async with ReminderLoop(sent, reminders=again, clock=room.clock) as reminder:
        await reminder.note("no answer", "asking")

    assert reminder.held_up.since == left_at
    reported = (await room.alerts(ExitFailing))[-1]
    assert (reported.since, reported.order_ids) == (left_at, (sent.client_order_id,))


# what is written down


YOURS = "this order may be yours"
PERHAPS_YOURS = ExitNews(why=YOURS, doing="selling on")


async def remind_urgently(reminders, intent):
    await reminders.send_if_due(intent, PERHAPS_YOURS, is_urgent=True)


@pytest.mark.fault("P50")
@pytest.mark.parametrize("is_first", [True, False], ids=["urgent first", "urgent second"])
@pytest.mark.parametrize("due_after_s", [0, 30], ids=["not due", "due"])
async def test_an_urgent_reminder_beside_another_one_is_not_lost(failing, is_first, due_after_s):
    room, reminders, intent = failing
    await room.clock.sleep(due_after_s)
    both = [remind(reminders, intent), remind_urgently(reminders, intent)]

    await asyncio.gather(*(reversed(both) if is_first else both))

    assert [reported.why for reported in await room.alerts(ExitFailing)].count(YOURS) == 1


async def test_whatever_is_reported_at_the_same_time_is_written_as_often_as_it_was_reported(failing):
    room, reminders, intent = failing

    await asyncio.gather(*(remind_urgently(reminders, intent) for _ in range(5)))

    assert await sent(room) == 6


async def keys(room):
    """Return the keys of the reminders, of damaged rows too."""
    async with room.database.read() as session:
        return sorted(await session.exec(select(AlertRow.dedup_key)))


@pytest.mark.fault("P51")
@pytest.mark.parametrize(
    "damage", ["created_at = 'never'", "data_json = '{'", "state = 'new', sent_at = 'x'"]
)
@pytest.mark.parametrize("damaged", [0, 1, 2])
async def test_a_damaged_reminder_keeps_no_later_one_from_being_written(failing, damage, damaged):
    room, reminders, intent = failing
    for pause_s in (30, 90):
        await room.clock.sleep(pause_s)
        await remind(reminders, intent)
    await room.damage("alerts", damage, f"dedup_key = 'exit_failing:i1:{damaged}'")
    await room.clock.sleep(3600)

    await remind(reminders_of(room), intent)

    assert await keys(room) == [f"exit_failing:i1:{number}" for number in range(4)]


async def test_a_reminder_that_also_went_to_another_owner_counts_once(failing):
    room, reminders, intent = failing
    await room.clock.sleep(30)
    await remind(reminders, intent)
    await room.damage("alerts", "dedup_key = 'exit_failing:i1:0:8'", "dedup_key = 'exit_failing:i1:0'")

    async with room.database.read() as session:
        series = await load_series(session, key_prefix="exit_failing:i1:")

    assert (series.count, len(series.messages)) == (2, 1)


# what cannot be written down


REMINDERS_REFUSED = "NEW.kind = 'exit_failing'"


@pytest.mark.fault("P50")
async def test_a_reminder_that_cannot_be_written_is_logged_shown_and_tried_again(failing):
    room, reminders, intent = failing
    await room.clock.sleep(60)
    async with (
        ReminderLoop(intent, reminders=reminders, clock=room.clock) as reminder,
        room.refused_changes(REMINDERS_REFUSED, table="alerts"),
    ):
        await reminder.note("no answer", "asking")
        await room.clock.sleep(10)
        unsent, before = reminders.why_unsent("i1"), await sent(room)
        logged = [log for log in room.logs if log["log_level"] == "error"]
    async with ReminderLoop(intent, reminders=reminders, clock=room.clock) as reminder:
        await reminder.note("no answer", "asking")

    assert (unsent, before, len(logged)) == ("IntegrityError", 1, 1)
    assert (reminders.why_unsent("i1"), await sent(room)) == ("", 2)


async def test_what_is_urgent_is_written_as_soon_as_it_can_be_whatever_is_noted_meanwhile(failing):
    room, reminders, intent = failing
    async with ReminderLoop(intent, reminders=reminders, clock=room.clock) as reminder:
        async with room.refused_changes(REMINDERS_REFUSED, table="alerts"):
            await reminder.note(YOURS, "selling on", is_urgent=True)
            await reminder.note("no answer", "asking")
        await room.clock.sleep(2)

    assert [reported.why for reported in await room.alerts(ExitFailing)] == ["no connection", YOURS]


async def test_what_is_urgent_is_tried_once_more_when_the_exit_is_over(failing):
    room, reminders, intent = failing
    async with (
        ReminderLoop(intent, reminders=reminders, clock=room.clock) as reminder,
        room.refused_changes(REMINDERS_REFUSED, table="alerts"),
    ):
        await reminder.note(YOURS, "selling on", is_urgent=True)

    assert [reported.why for reported in await room.alerts(ExitFailing)] == ["no connection", YOURS]


@pytest.mark.parametrize("minutes", [1, 3])
async def test_a_defect_in_a_reminder_is_logged_as_often_as_the_owner_was_due(failing, minutes):
    room, reminders, intent = failing
    # Nothing can be made of a quantity that is none.
    broken = replace(intent, quantity="a defect")
    await room.clock.sleep(3600)
    async with ReminderLoop(broken, reminders=reminders, clock=room.clock) as reminder:
        await reminder.note("no answer", "asking")
        await room.clock.sleep(60 * minutes)

    logged = [log for log in room.logs if log["log_level"] == "error"]
    assert len(logged) == {1: 2, 3: 3}[minutes]
    assert reminders.why_unsent("i1")


async def test_a_cancelled_reminder_stays_cancelled(failing):
    room, reminders, intent = failing
    async with room.held_database():
        waiting = asyncio.create_task(reminders.try_to_send(intent, PERHAPS_YOURS, is_urgent=True))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
