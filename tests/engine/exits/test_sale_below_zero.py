"""Exits and guards while a venue shows less than nothing of what is guarded."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ClosedElsewhere, ExitFilled, GuardReduced
from engine.guards.guard import GuardState
from engine.model.orders import Side
from engine.model.venues import Venue
from sandbox.faults import FaultKind

D = Decimal
KRAKEN, COINBASE, ALPACA = Venue.KRAKEN, Venue.COINBASE, Venue.ALPACA
BALANCES = {KRAKEN: "BalanceEx", COINBASE: "accounts", ALPACA: "GET /v2/positions"}
NAMES = {KRAKEN: "XXBT", COINBASE: "BTC", ALPACA: "BTCUSD"}
AVAILABLE, HOLD = "available_balance", "hold"
BELOW_ZERO = [
    (KRAKEN, {"balance": "-0.3", "hold_trade": "0"}),
    (KRAKEN, {"balance": "0.3", "hold_trade": "-5"}),
    (KRAKEN, {"balance": "0.1", "hold_trade": "0.4"}),
    (COINBASE, {AVAILABLE: {"value": "-1", "currency": "BTC"}}),
    (COINBASE, {HOLD: {"value": "-1", "currency": "BTC"}}),
    (ALPACA, {"qty": "-1", "qty_available": "-1"}),
    (ALPACA, {"qty": "0.3", "qty_available": "-1"}),
    (ALPACA, {"qty": "-1", "qty_available": "-1", "side": "short"}),
]


@pytest.mark.fault("V18")
@pytest.mark.parametrize(
    ("venue", "fields"), [pytest.param(*one, id=f"{one[0]} {one[1]}") for one in BELOW_ZERO]
)
async def test_a_figure_below_zero_changes_no_guard_and_keeps_no_breached_one_from_selling(
    rooms, venue, fields
):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.3", venue=venue)
        room.deposit("ETH", "1", venue=venue)
        room.set_bid("60000", venue=venue)
        await room.read()
        await room.arm("0.1", "6000", venue=venue)
        await read_often(room, 3)

        room.fault(
            FaultKind.WRONG_FIELDS, BALANCES[venue], venue=venue, of=NAMES[venue], fields=fields, times=None
        )
        await read_often(room, 3)

        assert (await room.broker(venue).fetch_report()).unreadable == {"BTC"}
        assert (await room.guard()).quantity == D("0.1")
        room.set_bid("50000", venue=venue)
        await room.sell_off()

        sold = [fill.quantity for fill in room.world.ledger(venue).fills if fill.side is Side.SELL]
        assert sum(sold) == D("0.1")
        assert (await room.guard()).state is GuardState.CLOSED
        [reported] = await room.alerts(ExitFilled, GuardReduced, ClosedElsewhere)
        assert reported.quantity == D("0.1")


async def read_often(room, times):
    for _ in range(times):
        await room.clock.sleep(30)
        await room.read()
