"""What an owner does to a guard while a reading is compared with it stands."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.alerts.messages import GuardReduced
from engine.alerts.questions import ChoiceKind
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from engine.offers.outcomes import Unguarded
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID

D = Decimal


@pytest.fixture
async def holding(room):
    """More bitcoin than its best bid takes, and ether, met and settled; nothing is guarded yet."""
    room.set_bid("60000")
    room.set_bid("2600", "ETH/USD")
    room.deposit("BTC", "300")
    room.deposit("ETH", "5")
    await read_for(room, 60, every_s=20)
    return room


async def wait_as(room, reason, quantity, cost, symbol="BTC/USD"):
    guard_id = "guard-1" if symbol == "BTC/USD" else "guard-2"
    day_ago = room.clock.now() - timedelta(days=1)
    guard = await room.arm(quantity, cost, symbol, guard_id=guard_id, created_at=day_ago)
    await room.put(replace(guard, state=GuardState.PAUSED, reason=reason))


async def read_for(room, seconds, *, every_s=10):
    for _ in range(0, seconds, every_s):
        await room.read()
        await room.clock.sleep(every_s)


async def unguard(room, symbol):
    """Return what presses the button that takes a guard off."""
    offer = await room.engine.guards.offer_unguard(OWNER_ID, symbol, None)
    [choice] = [choice for choice in offer.choices if choice.kind is ChoiceKind.UNGUARD]
    return lambda: room.engine.guards.confirm(OWNER_ID, choice.confirmation_id)


async def read_during(room, act):
    """Read while the venue takes a second to tell the order book that a question about bitcoin needs; act meanwhile."""
    await room.clock.sleep(30)
    room.fault(FaultKind.DELAY_BEFORE, "Depth", delay_s=1, times=None)
    reading = asyncio.create_task(room.read())
    async with asyncio.timeout(30):
        while not any(call.outcome is None for call in room.world.tape("kraken").calls("Depth")):
            await room.clock.sleep(0.05)
    done = await act()
    assert not reading.done()
    await reading
    room.world.faults("kraken").clear()
    return done


@pytest.mark.fault("P40")
async def test_a_restored_guard_that_its_owner_took_off_during_a_reading_stays_off(holding):
    await wait_as(holding, GuardReason.RESTORED_IN_SALE, "0.1", "6000")
    await wait_as(holding, GuardReason.RESTORED, "3", "7500", "ETH/USD")
    press = await unguard(holding, "ETH/USD")

    done = await read_during(holding, press)

    assert isinstance(done, Unguarded)
    assert (await holding.guard()).reason == GuardReason.CHANGED_SINCE_BACKUP
    assert (await holding.guard("guard-2")).state is GuardState.CLOSED
    await read_for(holding, 120)
    assert (await holding.guard("guard-2")).state is GuardState.CLOSED
    assert not holding.failures


async def test_a_trade_is_not_forgotten_when_its_owner_answers_while_it_is_being_noted(holding):
    await wait_as(holding, GuardReason.RESTORED_IN_SALE, "0.1", "6000")
    await wait_as(holding, GuardReason.COPIED, "3", "7500", "ETH/USD")
    holding.deposit("USD", "1000")
    holding.trade("sell", "5", "ETH/USD")
    holding.trade("buy", "5", "ETH/USD")

    async def answer():
        await holding.put(replace(await holding.guard("guard-2"), reason=GuardReason.RESTORED))

    await read_during(holding, answer)
    await read_for(holding, 120)

    guard = await holding.guard("guard-2")
    assert (guard.state, guard.reason) == (GuardState.PAUSED, GuardReason.CHANGED_SINCE_BACKUP)


async def test_a_guard_that_its_owner_took_off_is_not_reported_as_reduced(holding):
    await wait_as(holding, GuardReason.RESTORED_IN_SALE, "0.1", "6000")
    await holding.arm("3", "7500", "ETH/USD", guard_id="guard-2")
    press = await unguard(holding, "ETH/USD")
    holding.trade("sell", "2", "ETH/USD")

    await read_during(holding, press)

    guard = await holding.guard("guard-2")
    assert (guard.state, guard.quantity) == (GuardState.CLOSED, D(3))
    assert await holding.alerts(GuardReduced) == []
    assert not holding.failures
