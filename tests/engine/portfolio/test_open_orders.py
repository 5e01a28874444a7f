"""Open orders as the venues list them, each with whose it is."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.model.orders import ClientOrderId, OpenOrders, Side, VenueOrderId
from engine.model.venues import Venue
from engine.orders.intents import IntentKind
from engine.orders.states import client_order_id
from engine.portfolio.open_orders import OrderOwner, assign_owners
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID
from tests.builders import an_account, an_exit_intent
from tests.engine.exits.test_release_plan import an_order

D = Decimal
ACCOUNT = an_account()
SALE = replace(
    an_exit_intent(), account_id=ACCOUNT.account_id, attempt=2, venue_order_id=VenueOrderId("ours-2")
)
FIRST = client_order_id(SALE.intent_id, 1)


@pytest.mark.parametrize(
    ("order", "live", "owner"),
    [
        pytest.param(an_order("a", "1"), (SALE,), OrderOwner.EXTERNAL, id="the owner's own"),
        pytest.param(an_order("ours-2", "1"), (SALE,), OrderOwner.EXIT, id="of a sale under way"),
        pytest.param(
            an_order("ours-2", "1"),
            (replace(SALE, kind=IntentKind.ENTRY, side=Side.BUY),),
            OrderOwner.ENTRY,
            id="of a buy under way",
        ),
        pytest.param(
            an_order("lost", "1", client_order_id=FIRST), (SALE,), OrderOwner.EXIT, id="its answer was lost"
        ),
        pytest.param(
            an_order("a", "1", client_order_id=FIRST, price=D(9)),
            (SALE,),
            OrderOwner.EXTERNAL,
            id="a limit is none of ours, whatever id is listed with it",
        ),
        pytest.param(
            an_order("a", "1", client_order_id=ClientOrderId("mine")),
            (SALE,),
            OrderOwner.EXTERNAL,
            id="their id",
        ),
        pytest.param(an_order("ours-1", "1"), (), OrderOwner.ENDED, id="of something that is over"),
        pytest.param(
            an_order("ours-2", "1"),
            (replace(SALE, account_id="another"),),
            OrderOwner.EXTERNAL,
            id="another account's",
        ),
    ],
)
def test_an_order_is_known_by_the_ids_of_the_journal(order, live, owner):
    [one] = assign_owners(ACCOUNT, OpenOrders(orders=(order,)), our_ids={"ours-1"}, live=live)

    assert (one.order, one.owner, one.owner.is_ours) == (order, owner, owner is not OrderOwner.EXTERNAL)


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
