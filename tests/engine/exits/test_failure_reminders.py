"""Reminders of an exit that fails keep their pauses, whatever the wall clock was set to meanwhile."""

import pytest

from engine.alerts.messages import ExitFailing
from engine.exits.failure_reminders import FailureReminder, FailureReminders
from engine.orders.states import IntentEvent
from tests.engine_room import a_trigger

STEPS = pytest.mark.parametrize("step_s", [-30 * 86_400, -3600, 0, 3600, 30 * 86_400])


def reminders_of(room):
    """Return those of a process that has just begun."""
    return FailureReminders(database=room.database, clock=room.clock)


async def remind(reminders, intent):
    await reminders.send_if_due(intent, "no connection", "trying again")


async def sent(room):
    return len(await room.alerts(ExitFailing))


@pytest.fixture
async def failing(room):
    guard = await room.arm("0.1", "6000")
    live = await room.journal.plan_exit(guard, a_trigger(at=room.clock.now()), intent_id="i1")
    reminders = reminders_of(room)
    await remind(reminders, live.intent)
    return room, reminders, live.intent


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


async def test_an_exit_that_fails_on_after_a_restart_is_held_up_since_it_was_told_first(failing):
    room, _, intent = failing
    told_at = room.clock.now()
    await room.clock.sleep(60)
    again = reminders_of(room)

    await again.send_if_due(intent, "refused", "trying again")

    held_up = again.why(intent.intent_id)
    assert (held_up.since, held_up.why) == (told_at, "refused")


async def test_what_was_found_under_way_is_held_up_since_it_left_also_after_a_restart(failing):
    room, _, intent = failing
    left_at = room.clock.now()
    sent = await room.journal.record(intent, IntentEvent.SEND, cause="send", sent_at=left_at)
    await room.clock.sleep(60)
    again = reminders_of(room)

    async with FailureReminder(sent, reminders=again, clock=room.clock) as reminder:
        await reminder.note("no answer", "asking")

    assert reminder.held_up.since == left_at
    told = (await room.alerts(ExitFailing))[-1]
    assert (told.since, told.order_ids) == (left_at, (sent.client_order_id,))
