"""Open orders as the venues list them, each with whose it is."""

from decimal import Decimal

from engine.model.venues import Venue
from engine.portfolio.open_orders import OrderOwner
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID

D = Decimal


async def fetch(room, venue=None):
    return await room.engine.open_orders.fetch_orders(OWNER_ID, venue)


async def test_every_open_order_is_listed_with_what_it_holds(rooms):
    async with rooms(venues=(Venue.KRAKEN, Venue.ALPACA)) as room:
        for venue in (Venue.KRAKEN, Venue.ALPACA):
            room.deposit("BTC", "0.4", venue=venue)
            room.deposit("USD", "10000", venue=venue)
            room.set_bid("50000", venue=venue)
        sale = room.trade("sell", "0.3", limit="60000")
        buy = room.trade("buy", "0.1", limit="40000", venue=Venue.ALPACA)

        found = await fetch(room)
        at_kraken = await fetch(room, Venue.KRAKEN)

        listed = {one.order.venue_order_id: one for one in found.orders}
        assert set(listed) == {sale.id, buy.id}
        assert listed[sale.id].owner is OrderOwner.EXTERNAL
        assert (listed[sale.id].order.held_asset, listed[sale.id].order.held_quantity) == ("BTC", D("0.3"))
        assert (listed[buy.id].order.held_asset, listed[buy.id].order.held_quantity) == ("USD", D(4000))
        assert [one.order.venue_order_id for one in at_kraken.orders] == [sale.id]
        assert found.unread == ()


async def test_a_broker_that_does_not_answer_keeps_what_it_listed_last_with_its_age(room):
    room.deposit("BTC", "0.4")
    room.set_bid("50000")
    room.trade("sell", "0.3", limit="60000")
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "OpenOrders", status=503)
    never = await fetch(room)
    known = await fetch(room)
    room.fault(FaultKind.DELAY_AFTER, "OpenOrders", delay_s=20)
    await room.clock.sleep(30)

    [late] = (await fetch(room)).unread

    assert [(one.as_of, one.orders) for one in never.unread] == [(None, ())]
    assert late.orders == known.orders
    assert late.as_of == known.accounts[0].as_of
    assert late.error == "its open orders did not come in time"


async def test_an_order_that_cannot_be_read_is_named(room):
    room.deposit("BTC", "0.4")
    room.set_bid("50000")
    odd = room.trade("sell", "0.3", limit="60000")
    room.fault(FaultKind.WRONG_FIELDS, "OpenOrders", times=None, fields={"type": "hold"})

    [account] = (await fetch(room)).accounts

    assert account.unreadable == (f"{odd.id}: type should be a known word, not 'hold'",)
    assert (account.orders, account.error) == ((), "")
