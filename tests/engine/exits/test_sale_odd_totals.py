"""Exits whose order is reported with odd totals, or as open for ever: its trades show what happened."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.guards.guard import GuardState
from engine.model.orders import Side
from engine.model.venues import Venue
from sandbox.faults import FaultKind

D = Decimal
KRAKEN, COINBASE, ALPACA = Venue.KRAKEN, Venue.COINBASE, Venue.ALPACA
SENT = {KRAKEN: "AddOrder", COINBASE: "orders", ALPACA: "POST /v2/orders"}
ASKED = {KRAKEN: "QueryOrders", COINBASE: "orders/historical/{order_id}", ALPACA: "GET /v2/orders/{order_id}"}
TRADES = {KRAKEN: "TradesHistory", COINBASE: "orders/historical/fills"}
FEES = {KRAKEN: "fee", COINBASE: "commission"}

ODD = [
    *((COINBASE, {name: value}) for name in ("total_fees", "filled_value") for value in (None, "", "x")),
    *((COINBASE, {"filled_size": value}) for value in (None, "", "1000", "-1")),
    (COINBASE, {"filled_value": "0"}),
    *((COINBASE, {"filled_value": value}) for value in ("1", "500000")),
    (COINBASE, {"filled_value": "", "total_fees": "", "filled_size": ""}),
    *((COINBASE, {name: None}) for name in ("status", "side", "product_id", "created_time")),
    *((KRAKEN, {name: value}) for name in ("fee", "cost", "vol_exec") for value in (None, "", "x")),
    (KRAKEN, {"cost": "0", "price": "0"}),
    *((KRAKEN, {"cost": value}) for value in ("1", "500000")),
    *((KRAKEN, {name: None}) for name in ("status", "descr", "vol", "opentm")),
    *((ALPACA, {"filled_qty": value}) for value in (None, "", "1000")),
    *((ALPACA, {"filled_avg_price": value}) for value in ("0", "10", "5000000")),
    *((ALPACA, {name: None}) for name in ("status", "side", "symbol")),
    (ALPACA, {"filled_qty": None, "created_at": None}),
]
STILL_OPEN = [
    (KRAKEN, {"status": "open"}),
    (KRAKEN, {"status": "pending", "vol_exec": "0", "cost": "0", "fee": "0"}),
    (COINBASE, {"status": "OPEN"}),
    (COINBASE, {"status": "PENDING", "filled_size": "0", "filled_value": "0", "total_fees": "0"}),
    (ALPACA, {"status": "accepted"}),
    (ALPACA, {"status": "done_for_day"}),
    (ALPACA, {"status": "pending_new", "filled_qty": "0"}),
]


def named(cases):
    return [pytest.param(*case, id=f"{case[0]} {case[1]}") for case in cases]


async def a_falling_position(room, venue):
    room.deposit("BTC", "0.3", venue=venue)
    room.set_bid("50000", venue=venue)
    await room.arm("0.1", "6000", venue=venue)


@pytest.mark.fault("V55", "V81")
@pytest.mark.parametrize(("venue", "fields"), named([*ODD, *STILL_OPEN]))
async def test_a_sale_is_reported_as_its_trades_report_it(rooms, venue, fields):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        room.fault(FaultKind.WRONG_FIELDS, ASKED[venue], venue=venue, fields=fields, times=None)

        await room.sell_off()

        assert room.clock.monotonic() < 15
        [fill] = room.world.ledger(venue).fills
        [reported] = await room.alerts(ExitFilled)
        assert (reported.quantity, reported.fill_price) == (D("0.1"), D(50000))
        # Alpaca books the fee at the end of the day.
        assert reported.fee == (None if venue is ALPACA else fill.fee)
        assert len(room.sent(SENT[venue], venue=venue)) == 1
        assert (await room.guard()).state is GuardState.CLOSED


@pytest.mark.fault("V55")
@pytest.mark.parametrize(("venue", "fields"), [(KRAKEN, {"fee": None}), (COINBASE, {"total_fees": ""})])
async def test_a_fee_that_nobody_reports_is_unknown_and_no_zero(rooms, venue, fields):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        room.fault(FaultKind.WRONG_FIELDS, ASKED[venue], venue=venue, fields=fields, times=None)
        no_fee = {FEES[venue]: None}
        room.fault(FaultKind.WRONG_FIELDS, TRADES[venue], venue=venue, fields=no_fee, times=None)

        await room.sell_off()

        [reported] = await room.alerts(ExitFilled)
        assert reported.fee is None
        assert reported.fill_price == D(50000)


@pytest.mark.parametrize("venue", SENT)
async def test_an_order_that_stands_open_half_traded_is_followed_and_never_sold_again(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        missing = {KRAKEN: {"ordertxid": "another"}, COINBASE: {"order_id": "another"}}
        still_open = {KRAKEN: "open", COINBASE: "OPEN", ALPACA: "accepted"}
        room.fault(
            FaultKind.WRONG_FIELDS, ASKED[venue], venue=venue, fields={"status": still_open[venue]}, times=9
        )
        if venue in missing:
            room.fault(FaultKind.WRONG_FIELDS, TRADES[venue], venue=venue, fields=missing[venue], times=None)

        await room.sell_off()

        assert sum(one.quantity for one in room.world.ledger(venue).fills if one.side is Side.SELL) == D(
            "0.1"
        )
        assert len(room.sent(SENT[venue], venue=venue)) == 1
        assert len(await room.alerts(ExitFilled)) == 1
