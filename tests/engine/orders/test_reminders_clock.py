"""Reminders of an exit that fails keep their pauses, whatever the wall clock was set to meanwhile."""

import pytest

from engine.alerts.messages import ExitFailing
from engine.orders.reminders import tell_if_due
from tests.engine_room import a_trigger

STEPS = pytest.mark.parametrize("step_s", [-30 * 86_400, -3600, 0, 3600, 30 * 86_400])


async def remind(room, journal, intent):
    await tell_if_due(intent, "no connection", "trying again", journal=journal, clock=room.clock)


async def reminders(room):
    return len(await room.alerts(ExitFailing))


@pytest.fixture
async def failing(room):
    guard = await room.arm("0.1", "6000")
    journal = room.journal
    live = await journal.plan_exit(guard, a_trigger(at=room.clock.now()), intent_id="i1")
    await remind(room, journal, live.intent)
    return room, journal, live.intent


@STEPS
async def test_a_reminder_is_neither_early_nor_late(failing, step_s):
    room, journal, intent = failing
    room.clock.set_by(step_s)

    await room.clock.sleep(29)
    await remind(room, journal, intent)
    early = await reminders(room)
    await room.clock.sleep(1)
    await remind(room, journal, intent)

    assert (early, await reminders(room)) == (1, 2)


@pytest.mark.parametrize("step_s", [-30 * 86_400, -3600])
async def test_after_a_restart_a_stored_time_ahead_holds_no_reminder_up(failing, step_s):
    room, _, intent = failing
    room.clock.set_by(step_s)

    await remind(room, room.journal, intent)

    assert await reminders(room) == 2
