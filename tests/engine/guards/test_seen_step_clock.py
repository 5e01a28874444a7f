"""What was seen of a guard is ordered beside our own sales by their steps, whatever the wall clock was set to."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.messages import GuardPaused
from engine.alerts.questions import ChoiceKind
from engine.guards import store as guard_rows
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from sandbox.world import OWNER_ID

HOUR_S = 3600
STEPS = pytest.mark.parametrize("step_s", [-HOUR_S, 0, HOUR_S])
#: How long after a sale every reading shows it.
SHOWN_S = 90


async def read_for(room, seconds):
    for _ in range(0, seconds, 30):
        await room.clock.sleep(30)
        await room.read()


async def press(room, offer, kind):
    [button] = [choice.confirmation_id for choice in offer.choices if choice.kind is kind]
    return await room.engine.guards.confirm(OWNER_ID, button)


@pytest.fixture
async def sold(room):
    """Half a bitcoin of which a tenth was guarded and sold; four tenths are left and the price is back."""
    room.set_bid("60000")
    room.deposit("BTC", "0.5")
    await room.arm("0.1", "6000")
    await read_for(room, 180)
    room.set_bid("50000")
    await room.sell_off()
    room.set_bid("60000")
    return room


async def guard_again(room):
    offer = await room.engine.guards.offer_guard(OWNER_ID, "BTC", None)
    await press(room, offer, ChoiceKind.GUARD_FROM_PRICE)
    return await the_guard(room)


async def resume(room):
    guard = await move_to_another_account(room)
    [paused] = await room.alerts(GuardPaused)
    room.deposit("BTC", "0.1")
    await read_for(room, 30)
    await press(room, paused.offer, ChoiceKind.RESUME_GUARD)
    return await room.guard(guard.guard_id)


async def compare_restored(room):
    guard = await room.arm(
        "0.1", "6000", guard_id="guard-2", state=GuardState.PAUSED, reason=GuardReason.RESTORED
    )
    await read_for(room, 120)
    return await room.guard(guard.guard_id)


async def move_to_another_account(room):
    guard = await room.arm(
        "0.1", "6000", guard_id="guard-2", state=GuardState.PAUSED, reason=GuardReason.SWAPPED
    )
    room.deposit("USD", "1")
    await read_for(room, 60)
    assert len(await room.alerts(GuardPaused)) == 1
    return await room.guard(guard.guard_id)


async def the_guard(room):
    [guard] = await room.guards()
    return guard


WAYS = (guard_again, resume, compare_restored, move_to_another_account)


@STEPS
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_an_earlier_sale_of_ours_is_part_of_what_was_seen(sold, way, step_s):
    await read_for(sold, SHOWN_S)
    sold.clock.set_by(step_s)
    await read_for(sold, 30)

    guard = await way(sold)

    assert await sold.journal.load_expected(guard) == sold.world.ledger("kraken").total("BTC")


@STEPS
async def test_a_sale_that_a_reading_may_not_show_yet_is_no_part_of_it(sold, step_s):
    await sold.clock.sleep(5)
    sold.clock.set_by(step_s)
    await sold.clock.sleep(5)
    await sold.read()

    guard = await guard_again(sold)

    async with sold.database.read() as session:
        seen_step = await guard_rows.load_seen_step(session, guard.guard_id)
    [intent] = await sold.intents()
    assert seen_step < await last_step(sold, intent)


@STEPS
async def test_what_was_never_seen_includes_what_was_done_before_it_was_guarded(sold, step_s):
    sold.clock.set_by(step_s)
    guard = await sold.arm("0.1", "6000", guard_id="guard-2")
    sold.clock.set_by(-step_s)

    async with sold.database.read() as session:
        seen_step = await guard_rows.load_seen_step(session, guard.guard_id)
    [intent] = await sold.intents()
    assert seen_step == await last_step(sold, intent)


async def last_step(room, intent):
    async with room.database.read() as session:
        found = session.connection.exec_driver_sql(
            "SELECT MAX(event_id) FROM intent_events WHERE intent_id = ?", (intent.intent_id,)
        )
        return found.scalar_one()


@pytest.mark.fault("P29")
@STEPS
async def test_coins_that_their_owner_sold_are_not_sold_again_from_the_rest(sold, step_s):
    await read_for(sold, SHOWN_S)
    sold.clock.set_by(step_s)
    await read_for(sold, 30)
    guard = await guard_again(sold)
    await sold.put(replace(guard, quantity=Decimal("0.1"), cost=Decimal(6000)))

    sold.trade("sell", "0.1")
    sold.set_bid("50000")
    await sold.clock.sleep(10)
    await sold.sell_off()

    assert len(sold.sent()) == 1
    assert sold.world.ledger("kraken").total("BTC") == Decimal("0.3")
