"""Our client order id stands on the row of an order of its owner's, while ours never arrived."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.brokers.paper.ledger import Draft, Kind
from engine.model.orders import Side
from engine.model.venues import Venue
from sandbox.faults import FaultKind

D = Decimal
ROWS = ("orders/historical/batch", "orders/historical/{order_id}")


async def lose_the_sale(room, venue, endpoint):
    """Let a position fall whose sell order never arrives, and return what was sent."""
    for asset, amount in (("BTC", "0.5"), ("ETH", "2"), ("USD", "9000")):
        room.deposit(asset, amount, venue=venue)
    room.set_bid("60000", venue=venue)
    await room.arm("0.1", "6000", venue=venue)
    await room.look()
    room.fault(FaultKind.DROP_BEFORE, endpoint, venue=venue)
    room.set_bid("50000", venue=venue)
    await room.look()
    [sent] = await room.world.tape(venue).wait_for(endpoint, timeout_s=60)
    return sent.params


async def look_for_a_minute(room):
    for _ in range(6):
        await room.look()
        await room.clock.sleep(10)


@pytest.mark.fault("V153")
@pytest.mark.parametrize(
    ("side", "symbol", "limit"), [("sell", "ETH/USD", "9000"), ("buy", "BTC/USD", "30000")]
)
async def test_an_order_of_another_coin_or_side_is_not_taken_for_the_sale_at_coinbase(
    rooms, side, symbol, limit
):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        sent = await lose_the_sale(room, Venue.COINBASE, "orders")
        room.trade(side, "0.1", symbol, venue=Venue.COINBASE, limit=limit)
        fields = {"client_order_id": sent["client_order_id"]}
        of = symbol.replace("/", "-")
        for row in ROWS:
            room.fault(FaultKind.WRONG_FIELDS, row, venue=Venue.COINBASE, times=None, fields=fields, of=of)

        await look_for_a_minute(room)

        assert room.world.ledger(Venue.COINBASE).total("BTC") == D("0.4")
        assert [sale.quantity for sale in await room.alerts(ExitFilled)] == [D("0.1")]


@pytest.mark.fault("V153")
@pytest.mark.parametrize(
    ("side", "symbol", "limit"),
    [(Side.SELL, "BTC/USD", "70000"), (Side.BUY, "BTC/USD", "30000"), (Side.SELL, "ETH/USD", "9000")],
)
async def test_an_order_of_another_coin_side_or_kind_is_not_taken_for_the_sale_at_kraken(
    room, side, symbol, limit
):
    sent = await lose_the_sale(room, Venue.KRAKEN, "AddOrder")
    draft = Draft(
        listing=room.world.market.listing(Venue.KRAKEN, symbol),
        side=side,
        kind=Kind.LIMIT,
        quantity=D("0.2"),
        limit=D(limit),
        client_id=sent["cl_ord_id"],
    )
    book = room.world.market.liquidity(Venue.KRAKEN, symbol)
    room.world.ledger(Venue.KRAKEN).place(draft, book, at=room.seconds())

    await look_for_a_minute(room)

    assert room.world.ledger(Venue.KRAKEN).total("BTC") == D("0.4")
    assert [sale.quantity for sale in await room.alerts(ExitFilled)] == [D("0.1")]
