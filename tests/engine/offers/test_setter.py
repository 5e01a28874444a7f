"""Guards that are set while something else changes the position."""

import asyncio
from decimal import Decimal

import pytest

from engine.guards.guard import GuardState
from engine.offers.offers import Armed, ChoiceKind
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
    assert [line.why_not for line in armed.left_out] == [
        "it changed while you answered; /guard shows what is there now"
    ]
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
