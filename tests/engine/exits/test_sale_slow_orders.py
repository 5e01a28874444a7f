"""Exits at a Coinbase that takes an order first and fills it later, in parts, or not at all."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.model.venues import Venue
from engine.orders.states import IntentState

D = Decimal


@pytest.fixture
async def falling(rooms):
    """A tenth of three tenths of a bitcoin is guarded, and below its threshold."""
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("BTC", "0.3", venue=Venue.COINBASE)
        room.set_bid("50000", venue=Venue.COINBASE)
        await room.arm("0.1", "6000", venue=Venue.COINBASE)
        yield room


def orders(room):
    return list(room.world.ledger("coinbase").orders.values())


async def sold_once(room):
    [filled] = await room.alerts(ExitFilled)
    [intent] = await room.intents()
    assert (filled.quantity, intent.state) == (D("0.1"), IntentState.FILLED)
    assert room.world.ledger("coinbase").total("BTC") == D("0.2")
    return filled


@pytest.mark.parametrize("pending_s", [0.3, 3, 20])
async def test_an_order_that_is_pending_is_waited_for_and_nothing_is_sent_twice(falling, pending_s):
    falling.world.coinbase.switches.pending_s = pending_s

    await falling.sell_off()

    await sold_once(falling)
    assert len(orders(falling)) == 1


async def test_an_order_that_fills_over_seconds_is_reported_once_with_all_its_fills(falling):
    switches = falling.world.coinbase.switches
    switches.parts, switches.part_every_s = 5, 2.0

    await falling.sell_off()

    filled = await sold_once(falling)
    fills = falling.world.ledger("coinbase").fills
    assert len(orders(falling)) == 1
    assert len(fills) == 5
    assert filled.fee == sum(fill.fee for fill in fills)


async def test_a_fresh_order_that_is_unknown_by_its_id_is_not_taken_for_gone(falling):
    falling.world.coinbase.switches.unknown_by_id_s = 4

    await falling.sell_off()

    await sold_once(falling)
    assert len(orders(falling)) == 1


@pytest.mark.fault("V28")
async def test_an_order_that_turns_out_failed_is_sent_again_under_a_new_id(falling):
    switches = falling.world.coinbase.switches
    switches.orders_fail, switches.pending_s = True, 1.0
    await falling.look()
    await falling.clock.sleep(0.5)
    switches.orders_fail, switches.pending_s = False, 0.0

    await falling.wait_for("exit ")

    await sold_once(falling)
    failed, sold = orders(falling)
    assert (failed.filled, sold.filled) == (0, D("0.1"))
    assert failed.draft.client_id != sold.draft.client_id
    assert await falling.alerts(ExitFailing)


async def test_a_restart_while_an_order_is_pending_follows_it_to_its_end(falling):
    falling.world.coinbase.switches.pending_s = 5
    await falling.look()
    await falling.clock.sleep(1)

    await falling.restart()
    await falling.sell_off()

    await sold_once(falling)
    assert len(orders(falling)) == 1
