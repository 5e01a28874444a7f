"""Exits at a Kraken that takes an order first and fills it later, in parts."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.orders.states import IntentState
from sandbox.pace import Pace

D = Decimal
PACES = [
    pytest.param(Pace(pending_s=3), id="pending"),
    pytest.param(Pace(over_s=8, parts=4), id="in parts"),
    pytest.param(Pace(pending_s=2, over_s=20, parts=5), id="pending, then in parts"),
]


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
