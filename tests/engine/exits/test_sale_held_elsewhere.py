"""Exits of coins that nobody knows the holder of: the list of open orders does not come, or explains nothing."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from tests.engine.exits.failing_texts import reasons

D = Decimal


async def a_breached_guard(room, venue=Venue.KRAKEN):
    """Guard 0.1 at 60,000, of which an order of the owner's holds 0.07."""
    room.deposit("BTC", "0.1", venue=venue)
    room.set_bid("50000", venue=venue)
    held = room.trade("sell", "0.07", limit="90000", venue=venue)
    await room.arm("0.1", "6000", venue=venue)
    return held


async def minutes(room, count):
    for _ in range(count * 2):
        await room.look()
        await room.clock.sleep(30)


async def quantities(room):
    return [filled.quantity for filled in await room.alerts(ExitFilled)]


@pytest.mark.fault("V120")
@pytest.mark.parametrize(
    ("venue", "endpoint", "body"),
    [
        (Venue.KRAKEN, "OpenOrders", {"error": ["EGeneral:Permission denied"]}),
        (Venue.KRAKEN, "OpenOrders", {"error": ["EGeneral:Internal error"]}),
        (Venue.COINBASE, "orders/historical/batch", {"orders": [], "has_next": True, "cursor": "a"}),
        (Venue.ALPACA, "GET /v2/orders", {}),
    ],
    ids=str,
)
async def test_what_is_free_is_sold_while_the_open_orders_cannot_be_listed(rooms, venue, endpoint, body):
    async with rooms(venues=(venue,)) as room:
        await a_breached_guard(room, venue)
        room.fault(FaultKind.WRONG_BODY, endpoint, venue=venue, body=json.dumps(body), times=None)

        await minutes(room, 3)

        assert await quantities(room) == [D("0.03")]
        assert "0.07 of it is held, and the open orders cannot be listed" in " ".join(await reasons(room))
        room.world.faults(venue).clear()
        await minutes(room, 2)
        assert await quantities(room) == [D("0.03"), D("0.07")]


@pytest.mark.fault("V120")
async def test_what_is_held_is_not_sold_before_the_open_orders_are_listed(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    room.trade("sell", "0.1", limit="90000")
    await room.arm("0.1", "6000")
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "OpenOrders", times=2)

    await room.sell_off()

    assert await quantities(room) == [D("0.1")]
    assert len(room.sent()) == 1


@pytest.mark.fault("V120")
async def test_a_crumb_is_waited_with_while_the_open_orders_cannot_be_listed(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    room.trade("sell", "0.09999999", limit="90000")
    await room.arm("0.1", "6000")
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "OpenOrders", times=2)

    await room.sell_off()

    assert await quantities(room) == [D("0.1")]
    assert len(room.sent()) == 1
    assert "BTC is free, 0.09999999 of it is held" in " ".join(await reasons(room))


@pytest.mark.fault("V121")
async def test_what_is_free_is_sold_while_a_hold_at_kraken_keeps_the_rest(room):
    """`XBT.HOLD` is under a hold of the venue's own, as after a card purchase: there is no order to cancel."""
    room.deposit("BTC", "0.03")
    room.deposit("BTC.HOLD", "0.07")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    began_s = room.clock.monotonic()

    await room.sell_off()

    assert await quantities(room) == [D("0.03")]
    assert room.clock.monotonic() - began_s < 1
    assert "0.07 of it is held, and no listed order holds it" in " ".join(await reasons(room))


@pytest.mark.fault("V121")
async def test_what_is_free_is_sold_while_krakens_list_hides_the_order_that_holds_the_rest(room):
    await a_breached_guard(room)
    empty = json.dumps({"error": [], "result": {"open": {}}})
    room.fault(FaultKind.WRONG_BODY, "OpenOrders", body=empty, times=None)

    await minutes(room, 3)

    assert await quantities(room) == [D("0.03")]
    assert "no listed order holds it" in " ".join(await reasons(room))


@pytest.mark.fault("V121")
async def test_only_what_the_cancelled_order_held_is_waited_for_beside_such_a_hold(room):
    room.deposit("BTC", "0.06")
    room.deposit("BTC.HOLD", "0.04")
    room.set_bid("50000")
    held = room.trade("sell", "0.05", limit="90000")
    await room.arm("0.1", "6000")
    began_s = room.clock.monotonic()

    await room.sell_off()

    [filled] = await room.alerts(ExitFilled)
    assert filled.quantity == D("0.06")
    assert [order.venue_order_id for order in filled.cancelled] == [held.id]
    assert room.clock.monotonic() - began_s < 2


@pytest.mark.fault("V121")
async def test_the_last_balance_that_came_counts_where_the_wait_for_a_release_ends_in_silence(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.world.alpaca.switches.release_delay_s = 30
        await a_breached_guard(room, Venue.ALPACA)
        await room.look()
        await room.clock.sleep(1)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "GET /v2/account", venue=Venue.ALPACA, times=1)

        await room.wait_for("exit ")

        assert (await quantities(room))[0] == D("0.03")
        assert len(room.sent("POST /v2/orders", venue=Venue.ALPACA)) == 1


@pytest.mark.fault("V122")
@pytest.mark.parametrize(
    ("venue", "endpoint", "shown"),
    [
        (Venue.KRAKEN, "OpenOrders", {"ordertype": "trailing-stop", "price": "+5.0000%"}),
        (Venue.KRAKEN, "OpenOrders", {"price": "0"}),
        (Venue.ALPACA, "GET /v2/orders", {"limit_price": None}),
        (
            Venue.ALPACA,
            "GET /v2/orders",
            {"qty": None, "notional": "0.07", "limit_price": None, "type": "market"},
        ),
    ],
    ids=str,
)
async def test_a_purchase_that_holds_an_unknown_amount_of_the_coin_is_cancelled_to_free_it(
    rooms, venue, endpoint, shown
):
    async with rooms(venues=(venue,)) as room:
        market = room.world.market
        for_bitcoin = {
            "symbol": "ETH/BTC",
            "quote": "BTC",
            "tick": D("0.00001"),
            "minimum_notional": D("0.0001"),
        }
        market.add(replace(market.listing(venue, "ETH/USD"), **for_bitcoin))
        market.set_price("ETH", D(2500))
        room.deposit("BTC", "0.1", venue=venue)
        room.set_bid("50000", venue=venue)
        held = room.trade("buy", "7", "ETH/BTC", limit="0.01", venue=venue)
        await room.arm("0.1", "6000", venue=venue)
        room.fault(FaultKind.WRONG_FIELDS, endpoint, venue=venue, fields=shown, times=None)

        await room.sell_off()

        [filled] = await room.alerts(ExitFilled)
        assert filled.quantity == D("0.1")
        assert [order.venue_order_id for order in filled.cancelled] == [held.id]


@pytest.mark.fault("V127")
@pytest.mark.parametrize(
    ("venue", "endpoint", "shown"),
    [
        (Venue.KRAKEN, "OpenOrders", {"status": "closed"}),
        (Venue.COINBASE, "orders/historical/batch", {"status": "FILLED"}),
        (Venue.ALPACA, "GET /v2/orders", {"status": "replaced"}),
    ],
)
async def test_an_order_listed_as_open_and_called_over_is_named_where_nothing_else_holds_the_coins(
    rooms, venue, endpoint, shown
):
    async with rooms(venues=(venue,)) as room:
        held = await a_breached_guard(room, venue)
        room.fault(FaultKind.WRONG_FIELDS, endpoint, venue=venue, fields=shown, times=None)

        await minutes(room, 2)

        assert await quantities(room) == [D("0.03")]
        assert f"{held.id}" in " ".join(await reasons(room))
        assert "it is listed as open and reported as" in " ".join(await reasons(room))


@pytest.mark.fault("V127")
@pytest.mark.parametrize(
    ("venue", "endpoint", "shown"),
    [
        (Venue.KRAKEN, "OpenOrders", {"vol": "0"}),
        (Venue.KRAKEN, "OpenOrders", {"vol": "-0.07"}),
        (Venue.KRAKEN, "OpenOrders", {"vol_exec": "0.2"}),
        (Venue.ALPACA, "GET /v2/orders", {"qty": "0"}),
        (Venue.ALPACA, "GET /v2/orders", {"filled_qty": "1"}),
        (Venue.COINBASE, "orders/historical/batch", {"filled_size": "9"}),
    ],
    ids=str,
)
async def test_an_open_sale_of_which_nothing_seems_to_be_left_is_cancelled_to_free_the_coins(
    rooms, venue, endpoint, shown
):
    async with rooms(venues=(venue,)) as room:
        held = await a_breached_guard(room, venue)
        room.fault(FaultKind.WRONG_FIELDS, endpoint, venue=venue, fields=shown, times=None)

        await room.sell_off()

        [filled] = await room.alerts(ExitFilled)
        assert filled.quantity == D("0.1")
        assert [(order.venue_order_id, order.quantity) for order in filled.cancelled] == [
            (held.id, D("0.07"))
        ]
