"""What became of the orders that were cancelled for a sale: only what is gone is named as cancelled."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.alerts.messages import CancelledOrder, ExitFailing, ExitFilled
from engine.liquidation.releases import released_part
from engine.orders import Order, OrderStatus, Side, VenueOrderId
from engine.venues import Venue
from sandbox.faults import FaultKind
from tests.sandbox.builders import a_book

D = Decimal
CANCEL = {
    Venue.KRAKEN: "CancelOrder",
    Venue.COINBASE: "orders/batch_cancel",
    Venue.ALPACA: "DELETE /v2/orders/{order_id}",
}
OPEN_ORDERS = "GET /v2/orders"
CROSSED = a_book(bids=(("70000", "5"),))
NOTED = CancelledOrder(
    side=Side.SELL, quantity=D("0.1"), price=D(70_000), venue_order_id="o-1", confirmed=False
)


def the_order(status, filled="0", quantity="0.1"):
    return Order(
        venue_order_id=VenueOrderId("o-1"),
        client_order_id=None,
        symbol="BTC/USD",
        side=Side.SELL,
        status=status,
        quantity=D(quantity),
        filled_quantity=D(filled),
        cost=None,
        fee=None,
        fee_asset=None,
    )


@pytest.mark.parametrize(
    ("now", "cancelled"),
    [
        (the_order(OrderStatus.FILLED, filled="0.1"), None),
        (the_order(OrderStatus.CANCELED), D("0.1")),
        (the_order(OrderStatus.CANCELED, filled="0.04"), D("0.06")),
        (the_order(OrderStatus.CANCELED, quantity="0"), D("0.1")),
        (the_order(OrderStatus.CANCELED, quantity="0.5", filled="0.4"), D("0.1")),
    ],
    ids=["all of it filled", "none of it filled", "a part filled", "sized by its value", "filled before"],
)
def test_what_was_cancelled_of_an_order_is_what_had_not_filled(now, cancelled):
    part = released_part(NOTED, now)
    assert part == (None if cancelled is None else replace(NOTED, quantity=cancelled, confirmed=True))


async def fill_during_the_cancel(room, venue, order, *, most=None):
    """Sell off while the owner's order fills between our cancel and the venue's reading of it."""
    room.fault(FaultKind.DELAY_BEFORE, CANCEL[venue], venue=venue, delay_s=1)
    selling = asyncio.create_task(room.sell_off())
    await room.world.tape(venue).wait_for(CANCEL[venue], 1)
    ledger = room.world.ledger(venue)
    if most is None:
        ledger.match(lambda _: CROSSED, at=order.opened_at)
    else:
        ledger.match(lambda _: a_book(bids=(("70000", most),)), at=order.opened_at)
    await selling


@pytest.mark.parametrize("venue", CANCEL)
async def test_an_order_that_filled_while_it_was_cancelled_is_the_owners_own_sale(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        if venue is Venue.ALPACA:
            room.world.alpaca.switches.confirms_late_cancels = True
        room.deposit("BTC", "0.15", venue=venue)
        room.set_bid("50000", venue=venue)
        resting = room.trade("sell", "0.1", limit="70000", venue=venue)
        await room.arm("0.1", "6000", venue=venue)

        await fill_during_the_cancel(room, venue, resting)
        await room.clock.sleep(30)

        [filled] = await room.alerts(ExitFilled)
        assert (filled.quantity, filled.cancelled) == (D("0.05"), ())
        assert filled.filled_at - filled.triggered_at < timedelta(seconds=5)
        assert room.world.ledger(venue).total("BTC") == 0


@pytest.mark.parametrize("venue", CANCEL)
async def test_of_an_order_that_filled_in_part_only_the_rest_is_named_as_cancelled(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.1", venue=venue)
        room.set_bid("50000", venue=venue)
        resting = room.trade("sell", "0.1", limit="70000", venue=venue)
        await room.arm("0.1", "6000", venue=venue)

        await fill_during_the_cancel(room, venue, resting, most="0.04")
        await room.clock.sleep(30)

        *_, filled = await room.alerts(ExitFilled)
        assert [(order.quantity, order.confirmed) for order in filled.cancelled] == [(D("0.06"), True)]
        assert room.world.ledger(venue).total("BTC") == 0


async def test_a_cancel_refused_in_unknown_words_is_judged_by_the_order_itself(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("BTC", "0.15", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        resting = room.trade("sell", "0.1", limit="70000", venue=Venue.ALPACA)
        await room.arm("0.1", "6000", venue=Venue.ALPACA)
        words = "42210000 this order has come to its end"
        room.fault(FaultKind.ERROR, CANCEL[Venue.ALPACA], venue=Venue.ALPACA, message=words)

        await fill_during_the_cancel(room, Venue.ALPACA, resting)

        [filled] = await room.alerts()
        assert (filled.quantity, filled.cancelled) == (D("0.05"), ())


async def test_a_cancel_that_the_venue_carries_out_later_is_confirmed_before_it_is_told(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.world.alpaca.switches.cancel_delay_s = 2
        room.deposit("BTC", "0.1", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        room.trade("sell", "0.1", limit="70000", venue=Venue.ALPACA)
        await room.arm("0.1", "6000", venue=Venue.ALPACA)

        await room.sell_off()

        [filled] = await room.alerts()
        assert [(order.quantity, order.confirmed) for order in filled.cancelled] == [(D("0.1"), True)]


async def test_what_nobody_confirms_is_named_as_not_confirmed(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("BTC", "0.2", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        held = room.trade("sell", "0.2", limit="70000", venue=Venue.ALPACA)
        await room.arm("0.2", "12000", venue=Venue.ALPACA)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "GET /v2/orders/{order_id}", venue=Venue.ALPACA, times=2)

        await room.sell_off()

        [filled] = await room.alerts(ExitFilled)
        assert [(o.venue_order_id, o.confirmed) for o in filled.cancelled] == [(held.id, True)]


BARE = '[{"id": "o-1", "symbol": "BTC/USD", "side": "sell", "qty": "0.1", "client_order_id": ""}]'
ODD = '[{"id": "o-1", "symbol": "BTC/USD", "side": "hold", "qty": "0.1"}]'


@pytest.fixture
async def held(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("BTC", "0.1", venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        room.resting = room.trade("sell", "0.1", limit="70000", venue=Venue.ALPACA)
        await room.arm("0.1", "6000", venue=Venue.ALPACA)
        yield room


def list_orders_as(room, body):
    body = body.replace("o-1", room.resting.id)
    room.fault(FaultKind.HTML_200, OPEN_ORDERS, venue=Venue.ALPACA, times=None, body=body)


async def test_an_open_order_without_a_client_id_is_found_and_cancelled(held):
    list_orders_as(held, BARE)

    await held.sell_off()

    [filled] = await held.alerts()
    assert (filled.quantity, len(filled.cancelled)) == (D("0.1"), 1)


async def test_an_open_order_that_cannot_be_read_is_named_until_it_is_gone(held):
    list_orders_as(held, ODD)

    await held.look()
    await held.clock.sleep(20)

    failing, *_ = await held.alerts(ExitFailing)
    assert f"({held.resting.id} BTC/USD: side should be a known word, not 'hold')" in failing.why
    assert "cancel that there yourself" in failing.why
    account = held.engine.trading._reader.accounts()[0]
    assert held.engine.trading._reader.unreadable_orders(account)
    held.world.faults(Venue.ALPACA).clear()
    await held.wait_for("exit ")
    await held.read()
    assert held.engine.trading._reader.unreadable_orders(account) == ()
