"""Guards of a restored database go on once no other bot can guard the same positions."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.alerts.messages import GuardPaused
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from sandbox.faults import FaultKind


@pytest.fixture
async def restored(room):
    """A tenth of a bitcoin whose guard was just restored from a backup."""
    room.set_bid("60000")
    room.deposit("BTC", "0.1")
    guard = await room.arm("0.1", "6000", created_at=room.clock.now() - timedelta(days=1))
    waiting = replace(guard, state=GuardState.PAUSED, reason=GuardReason.RESTORED)
    await room.put(waiting)
    await room.read()
    return room


async def read_for(room, seconds):
    for _ in range(0, seconds, 10):
        await room.clock.sleep(10)
        await room.read()


async def test_a_restored_guard_waits_for_a_minute_and_goes_on(restored):
    await read_for(restored, 50)
    assert (await restored.guard()).reason == GuardReason.RESTORED

    await read_for(restored, 20)
    assert (await restored.guard()).state is GuardState.ARMED


@pytest.mark.fault("P26")
async def test_a_restored_guard_waits_while_another_bot_answers_with_the_token(restored):
    for _ in range(10):
        restored.base.second_poller.note()
        await read_for(restored, 30)
    assert (await restored.guard()).reason == GuardReason.RESTORED

    await read_for(restored, 70)
    assert (await restored.guard()).state is GuardState.ARMED


async def test_what_another_bot_sold_meanwhile_is_asked_about(restored):
    restored.base.second_poller.note()
    restored.trade("sell", "0.1")

    await read_for(restored, 120)

    assert (await restored.guard()).state is GuardState.PAUSED
    assert len(await restored.alerts(GuardPaused)) == 1


@pytest.mark.fault("P47")
async def test_what_was_traded_meanwhile_is_asked_about_although_the_process_died_once_it_had_read_it(
    restored,
):
    restored.base.second_poller.note()
    restored.deposit("USD", "1000")
    restored.trade("sell", "0.05")
    restored.trade("buy", "0.05")
    await restored.clock.sleep(5)
    await restored.histories.catch_up(restored.account())

    await restored.restart()
    await read_for(restored, 120)

    assert (await restored.guard()).state is GuardState.PAUSED
    assert len(await restored.alerts(GuardPaused)) == 1


async def test_what_was_traded_is_asked_about_although_the_next_balance_could_not_be_read(restored):
    restored.base.second_poller.note()
    restored.deposit("USD", "1000")
    restored.trade("sell", "0.05")
    restored.trade("buy", "0.05")
    restored.fault(FaultKind.WRONG_FIELDS, "BalanceEx", of="XXBT", fields={"balance": "n/a"}, times=2)

    await read_for(restored, 120)

    assert (await restored.guard()).state is GuardState.PAUSED
    assert len(await restored.alerts(GuardPaused)) == 1
