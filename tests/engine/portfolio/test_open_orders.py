"""Whose an open order is."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.model.orders import ClientOrderId, OpenOrders, Side, VenueOrderId
from engine.orders.intents import IntentKind
from engine.orders.states import client_order_id
from engine.portfolio.open_orders import OrderOwner, assign_owners
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
