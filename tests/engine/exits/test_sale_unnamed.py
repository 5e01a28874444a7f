"""Exits whose answer is lost at a venue that shows orders without our id: they are told by what was sent."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.model.orders import Side
from engine.model.venues import Venue
from sandbox.faults import FaultKind

D = Decimal
LISTS = {
    Venue.KRAKEN: ("OpenOrders", "ClosedOrders", "QueryOrders"),
    Venue.COINBASE: ("orders/historical/batch", "orders/historical/{order_id}"),
    Venue.ALPACA: ("GET /v2/orders:by_client_order_id", "GET /v2/orders/{order_id}"),
}
NAMES = {Venue.KRAKEN: "cl_ord_id", Venue.COINBASE: "client_order_id", Venue.ALPACA: "client_order_id"}
SENT = {Venue.KRAKEN: "AddOrder", Venue.COINBASE: "orders", Venue.ALPACA: "POST /v2/orders"}


@pytest.mark.parametrize("missing", [None, ""])
@pytest.mark.parametrize("venue", LISTS)
async def test_a_lost_order_whose_row_names_no_id_is_told_by_what_was_sent(rooms, venue, missing):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.5", venue=venue)
        room.set_bid("50000", venue=venue)
        # The owner's own sale of the same quantity, of an hour before.
        external = room.trade("sell", "0.1", venue=venue)
        await room.clock.sleep(3600)
        await room.arm("0.1", "6000", venue=venue)
        for endpoint in LISTS[venue]:
            room.fault(
                FaultKind.WRONG_FIELDS, endpoint, venue=venue, fields={NAMES[venue]: missing}, times=None
            )
        room.fault(FaultKind.DROP_AFTER, SENT[venue], venue=venue)
        await room.look()
        await room.world.tape(venue.value).wait_for(SENT[venue])
        # As many coins come in as were sold, so that the balance shows nothing.
        room.deposit("BTC", "0.1", venue=venue)

        await room.wait_for("exit ")

        [filled] = await room.alerts(ExitFilled)
        fills = [fill for fill in room.world.ledger(venue).fills if fill.side is Side.SELL]
        assert [fill.quantity for fill in fills] == [D("0.1"), D("0.1")]
        assert len(room.sent(SENT[venue], venue=venue)) == 1
        assert filled.found_later
        assert filled.venue_order_id != external.id


NAMELESS = {"order_id": None, "client_order_id": None}


@pytest.mark.fault("V67")
@pytest.mark.parametrize("lost", [FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER])
@pytest.mark.parametrize("external", ["0.02", "0.1"])
async def test_rows_without_any_id_keep_no_exit_from_going_on(rooms, lost, external):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("BTC", "0.5", venue=Venue.COINBASE)
        room.set_bid("50000", venue=Venue.COINBASE)
        room.trade("sell", external, venue=Venue.COINBASE)
        await room.clock.sleep(20)
        await room.arm("0.1", "6000", venue=Venue.COINBASE)
        for endpoint in ("orders/historical/batch", "orders/historical/fills"):
            room.fault(FaultKind.WRONG_FIELDS, endpoint, venue=Venue.COINBASE, fields=NAMELESS, times=None)
        room.fault(lost, "orders", venue=Venue.COINBASE)
        await room.look()

        await room.wait_for("exit ")

        [filled] = await room.alerts(ExitFilled)
        fills = [fill for fill in room.world.ledger(Venue.COINBASE).fills if fill.side is Side.SELL]
        assert sorted(fill.quantity for fill in fills) == sorted([D(external), D("0.1")])
        assert filled.quantity == D("0.1")


@pytest.mark.fault("V67")
async def test_a_row_without_any_id_that_may_be_ours_is_named_to_its_owner(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("BTC", "0.5", venue=Venue.COINBASE)
        room.set_bid("50000", venue=Venue.COINBASE)
        room.trade("sell", "0.1", venue=Venue.COINBASE)
        await room.clock.sleep(20)
        await room.arm("0.1", "6000", venue=Venue.COINBASE)
        room.fault(
            FaultKind.WRONG_FIELDS,
            "orders/historical/batch",
            venue=Venue.COINBASE,
            fields=NAMELESS,
            times=None,
        )
        room.fault(FaultKind.DROP_BEFORE, "orders", venue=Venue.COINBASE, times=3)

        await room.sell_off()

        reported = [alert.why for alert in await room.alerts(ExitFailing)]
        [filled] = await room.alerts(ExitFilled)
        assert any("an order without an id (BTC-USD SELL" in why for why in reported), reported
        assert filled.quantity == D("0.1")
