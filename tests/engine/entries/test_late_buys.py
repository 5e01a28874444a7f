"""A buy that fills behind its end."""

import pytest

from engine.alerts.messages import (
    EntryEnd,
    EntryFilled,
    EntryGivenUp,
)
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from tests.engine.offers.buying import a_buyer

EMPTY = '{"error": [], "result": {"open": {}, "closed": {}, "trades": {}, "count": 0}}'


@pytest.mark.fault("V158")
async def test_a_buy_that_was_given_up_and_fills_all_the_same_is_guarded_and_told(room):
    buyer = await a_buyer(room)
    room.fault(FaultKind.DROP_AFTER)
    # None of Kraken's lists has it for so long that it is given up.
    for endpoint in ("OpenOrders", "ClosedOrders", "TradesHistory"):
        room.fault(FaultKind.WRONG_BODY, endpoint, times=None, body=EMPTY)
    await buyer.buy()
    await buyer.end()
    [given_up] = await room.alerts(EntryFilled, EntryGivenUp)
    assert given_up.why is EntryEnd.NOT_FOUND

    room.world.faults(Venue.KRAKEN).clear()
    await room.read()

    [filled] = await room.alerts(EntryFilled)
    [guard] = await buyer.guards()
    await room.read()
    assert filled.found_later
    assert guard.quantity == filled.quantity == buyer.held()
    assert len(await room.alerts(EntryFilled)) == 1
