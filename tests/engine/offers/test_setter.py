"""Guards that are set while something else changes the position."""

import asyncio
from decimal import Decimal

import pytest

from engine.alerts.questions import Armed, ChoiceKind, Exclusion
from engine.guards.guard import GuardState
from engine.model.orders import VenueOrderId
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID


@pytest.fixture
async def held(room):
    room.deposit("BTC", "0.1")
    room.deposit("USD", "1000")
    room.set_bid("50000")
    await room.engine.start()
    await room.read()
    return room


async def sell_while_guarding(room):
    """Press *Guard* and *Sell* at once; return what the first answered."""
    guards, closing = room.engine.guards, room.engine.closing
    offer = await guards.offer_guard(OWNER_ID, "BTC", None)
    [guard] = [one for one in offer.choices if one.kind is ChoiceKind.GUARD_FROM_PRICE]
    preview = await closing.offer_close(OWNER_ID, "BTC", None)
    armed, _ = await asyncio.gather(
        guards.confirm(OWNER_ID, guard.confirmation_id), closing.close(OWNER_ID, preview.confirmation_id)
    )
    await room.wait_for("exit ")
    return armed


async def test_what_is_sold_while_its_guard_is_set_is_not_guarded(held):
    armed = await sell_while_guarding(held)

    assert held.world.ledger("kraken").total("BTC") == 0
    assert isinstance(armed, Armed)
    assert armed.guards == ()
    assert [line.excluded for line in armed.left_out] == [Exclusion.CHANGED]
    assert await held.guards() == ()


async def test_coins_bought_after_a_sale_are_not_sold_by_a_guard_of_those_before(held):
    await sell_while_guarding(held)
    held.trade("buy", "0.1")
    await held.read()
    held.set_bid("49000")
    for _ in range(4):
        await held.sell_off()
        await held.clock.sleep(15)
        await held.read()

    assert held.world.ledger("kraken").total("BTC") > Decimal("0.09")


async def test_a_position_is_guarded_anew_as_soon_as_it_is_read_after_its_sale(held):
    await sell_while_guarding(held)
    held.trade("buy", "0.01")
    await held.clock.sleep(60)
    await held.read()

    offer = await held.engine.guards.offer_guard(OWNER_ID, "BTC", None)
    armed = await held.engine.guards.confirm(OWNER_ID, offer.choices[0].confirmation_id)

    assert [guard.state for guard in armed.guards] == [GuardState.ARMED]


@pytest.fixture
async def partly_sold(held):
    """A position of which a guard has sold a part, read since."""
    await held.arm("0.04", "2100")
    await held.sell_off()
    await held.clock.sleep(60)
    await held.read()
    return held


async def press_guard(room, *, meanwhile):
    """Guard all that is held, with something that happens between the question and its answer."""
    offer = await room.engine.guards.offer_guard(OWNER_ID, "BTC", None)
    [guard] = [one for one in offer.choices if one.kind is ChoiceKind.GUARD_FROM_PRICE]
    await meanwhile()
    armed = await room.engine.guards.confirm(OWNER_ID, guard.confirmation_id)
    return [(one.state, one.quantity) for one in armed.guards]


async def test_a_note_about_an_order_that_changed_nothing_more_refuses_no_guard(partly_sold):
    [exit_] = await partly_sold.intents()

    armed = await press_guard(
        partly_sold,
        meanwhile=lambda: partly_sold.journal.orders.note_replaced(exit_, VenueOrderId("OANOTHER")),
    )

    assert armed == [(GuardState.ARMED, Decimal("0.06"))]


async def test_a_late_fill_that_is_found_while_a_guard_is_set_refuses_it(partly_sold):
    [exit_] = await partly_sold.intents()

    async def find_late_fill():
        async with partly_sold.database.write() as session:
            await partly_sold.journal.orders.note_late(session, exit_, 1, "OLATE")

    assert await press_guard(partly_sold, meanwhile=find_late_fill) == []


async def start_from_a_reading_of_unknown_order(room):
    """Restart with a stored reading of an early version, which has no step, and a venue that does not answer."""
    await room.crash()
    await room.damage("account_states", "report_json = json_remove(report_json, '$.step')")
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "BalanceEx", times=None)
    await room.open()
    await room.engine.start()


async def nothing():
    """Let nothing happen."""


async def test_what_no_order_of_ours_ever_changed_is_guarded_by_a_reading_of_unknown_order(held):
    await start_from_a_reading_of_unknown_order(held)

    assert await press_guard(held, meanwhile=nothing) == [(GuardState.ARMED, Decimal("0.1"))]


async def test_what_an_order_of_ours_changed_is_not_guarded_by_a_reading_of_unknown_order(held):
    await held.arm("0.04", "2100")
    await held.sell_off()
    held.deposit("SOL", "9")
    held.set_bid("100", "SOL/USD")
    await held.arm("9", "1800", "SOL/USD", guard_id="sol")
    await held.read()
    await held.sell_off()
    await held.clock.sleep(7200)
    await held.read()
    await start_from_a_reading_of_unknown_order(held)

    assert await press_guard(held, meanwhile=nothing) == []
