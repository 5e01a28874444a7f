"""Exits at a Coinbase that refuses its list of fills for good: the order's own totals are reported and booked."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.guards.guard import GuardState
from engine.model.venues import Venue
from engine.orders.fills_store import load_fills
from engine.orders.late_fees import ASK_AGAIN_S
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID

D = Decimal

FILLS = "orders/historical/fills"
REFUSED = {
    "an error page": {"kind": FaultKind.HTTP_ERROR_BEFORE},
    "rate limit": {"kind": FaultKind.RATE_LIMIT},
    "no permission": {
        "kind": FaultKind.HTTP_ERROR_BEFORE,
        "status": 403,
        "body": '{"error":"PERMISSION_DENIED"}',
    },
}


@pytest.fixture
async def falling(rooms):
    """A tenth of three tenths of a bitcoin, guarded and about to be at a loss."""
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("BTC", "0.3", venue=Venue.COINBASE)
        room.set_bid("60000", venue=Venue.COINBASE)
        await room.arm("0.1", "6000", venue=Venue.COINBASE)
        await room.read()
        await room.look()
        room.set_bid("50000", venue=Venue.COINBASE)
        yield room


async def the_exit(room):
    [record] = await room.engine.audit.fetch_exits(OWNER_ID)
    return record


@pytest.mark.fault("V139")
@pytest.mark.parametrize("lost", [False, True], ids=["answered", "answer lost"])
@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
async def test_a_sale_whose_fills_are_refused_is_reported_with_the_totals_of_its_order(
    falling, refused, lost
):
    falling.fault(endpoint=FILLS, venue=Venue.COINBASE, times=None, **refused)
    if lost:
        falling.fault(FaultKind.DROP_AFTER, "orders", venue=Venue.COINBASE)

    await falling.sell_off()

    [sold] = falling.world.ledger("coinbase").fills
    [filled] = await falling.alerts(ExitFilled)
    assert (filled.quantity, filled.fill_price, filled.fee) == (sold.quantity, sold.price, sold.fee)
    assert (await falling.guard()).state is GuardState.CLOSED
    assert falling.clock.monotonic() < 30


@pytest.mark.fault("V139")
async def test_the_refused_fills_of_a_sale_are_booked_to_it_once_they_are_listed(falling):
    falling.fault(FaultKind.HTTP_ERROR_BEFORE, FILLS, venue=Venue.COINBASE, times=None)
    await falling.sell_off()
    before = await falling.alerts()

    falling.world.faults("coinbase").clear()
    for _ in range(3):
        await falling.read()
        await falling.clock.sleep(60)

    assert await falling.alerts() == before
    [sold] = falling.world.ledger("coinbase").fills
    record = await the_exit(falling)
    assert (record.intent.filled_quantity, record.fee) == (sold.quantity, sold.fee)
    async with falling.database.read() as session:
        [booked] = await load_fills(session, record.intent.account_id, asset="BTC")
    assert (booked.quantity, booked.venue_order_id) == (sold.quantity, record.intent.venue_order_id)


@pytest.mark.fault("V139")
async def test_a_fee_that_neither_order_nor_fills_tell_is_estimated_and_booked_with_the_fills(falling):
    order = "orders/historical/{order_id}"
    falling.fault(FaultKind.HTTP_ERROR_BEFORE, FILLS, venue=Venue.COINBASE, times=None)
    falling.fault(
        FaultKind.WRONG_FIELDS, order, venue=Venue.COINBASE, times=None, fields={"total_fees": None}
    )
    await falling.sell_off()

    [sold] = falling.world.ledger("coinbase").fills
    [filled] = await falling.alerts(ExitFilled)
    assert (filled.fee, filled.before_fee) == (None, True)
    assert abs(filled.fee_estimate - sold.fee) < D("0.01")
    falling.world.faults("coinbase").clear(FILLS)
    await falling.clock.sleep(ASK_AGAIN_S)
    await falling.read()
    assert (await the_exit(falling)).fee == sold.fee
