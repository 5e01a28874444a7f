"""Exits at a Kraken that takes an order first and fills it later, in parts, or that answers late."""

from datetime import datetime
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.orders.states import IntentState
from sandbox.faults import FaultKind
from sandbox.pace import Pace

D = Decimal
PACES = [
    pytest.param(Pace(pending_s=3), id="pending"),
    pytest.param(Pace(over_s=8, parts=4), id="in parts"),
    pytest.param(Pace(pending_s=2, over_s=20, parts=5), id="pending, then in parts"),
]


@pytest.mark.fault("V28")
@pytest.mark.parametrize("pace", PACES)
async def test_a_slow_order_is_followed_to_its_end_and_sent_once(rooms, pace):
    async with rooms() as room:
        room.deposit("BTC", "0.3")
        room.set_bid("50000")
        await room.arm("0.1", "6000")
        room.world.kraken.pace = pace

        await room.sell_off()

        [filled] = await room.alerts(ExitFilled)
        [intent] = await room.intents()
        assert (filled.quantity, intent.state) == (D("0.1"), IntentState.FILLED)
        assert len(room.sent("AddOrder")) == 1
        assert room.world.ledger("kraken").total("BTC") == D("0.2")


ANSWERS_AFTER_S = [pytest.param(1.2, id="check answered"), pytest.param(5.2, id="check skipped")]


@pytest.mark.fault("V108")
@pytest.mark.parametrize("delay_s", ANSWERS_AFTER_S)
async def test_a_slow_check_of_an_order_spends_nothing_of_its_time(room, delay_s):
    room.deposit("BTC", "0.3")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    room.fault(FaultKind.DROP_BEFORE)
    room.fault(FaultKind.DELAY_AFTER, delay_s=delay_s, times=None)

    await room.sell_off()

    assert len(room.sent("AddOrder")) == 2
    assert room.world.ledger("kraken").total("BTC") == D("0.2")


@pytest.mark.fault("V108")
async def test_an_exit_behind_another_one_that_is_answered_late_has_all_its_time(room):
    room.deposit("BTC", "0.3")
    room.deposit("ETH", "3")
    room.set_bid("50000")
    room.set_bid("2000", "ETH/USD")
    await room.arm("0.1", "6000")
    await room.arm("1", "3000", "ETH/USD", guard_id="guard-2")
    room.fault(FaultKind.DELAY_AFTER, delay_s=5.2, times=2)

    await room.sell_off()

    assert len(room.sent("AddOrder")) == 2
    assert {intent.state for intent in await room.intents()} == {IntentState.FILLED}


async def test_an_order_lost_late_in_the_queue_is_not_sent_again_before_its_own_deadline(room):
    room.deposit("BTC", "0.3")
    room.deposit("ETH", "3")
    room.set_bid("50000")
    room.set_bid("2000", "ETH/USD")
    await room.arm("0.1", "6000")
    await room.arm("1", "3000", "ETH/USD", guard_id="guard-2")
    room.fault(FaultKind.DELAY_AFTER, delay_s=5.2)
    await room.look()
    await room.clock.sleep(1)
    room.fault(FaultKind.DROP_BEFORE)
    await room.wait_for("exit ")

    first, lost, again = room.sent("AddOrder")
    assert lost.params["pair"] == again.params["pair"] != first.params["pair"]
    deadline = datetime.fromisoformat(lost.params["deadline"]).timestamp()
    assert again.at > deadline


async def test_a_sale_is_rounded_to_a_lot_that_kraken_reports_slowly(room):
    room.deposit("BTC", "0.3")
    room.set_bid("50000")
    await room.arm("0.100000005", "6000")
    room.fault(FaultKind.DELAY_BEFORE, "AssetPairs", delay_s=3, times=None)

    await room.sell_off()

    assert room.sent("AddOrder")[-1].params["volume"] == "0.10000000"
    assert sum(fill.quantity for fill in room.world.ledger("kraken").fills) == D("0.1")
