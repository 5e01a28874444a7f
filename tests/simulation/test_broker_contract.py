"""What the scenarios take for granted of a venue holds for the simulated one, over sockets and on paper."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.brokers.base import Priority
from engine.model.errors import RefusalReason, RefusedError, UnknownOutcomeError
from engine.model.orders import ClientOrderId, OpenOrders, OrderStatus, Side, VenueOrderId
from engine.model.venues import Venue
from tests.simulation.contract_accounts import BITCOIN, a_sale, open_stand

EXIT = Priority.EXIT


@pytest.fixture(params=["simulated", "socket", "paper"])
def kind(request):
    return request.param


@pytest.fixture(params=list(Venue))
async def stand(request, kind, tmp_path):
    async with open_stand(kind, request.param, tmp_path) as stand:
        await stand.deposit("BTC", "1")
        yield stand


def an_id():
    return str(uuid.uuid4())


async def found(stand, client_order_id):
    """Look until a venue that lists late has listed the order."""
    since = datetime.now(UTC) - timedelta(minutes=1)
    for _ in range(40):
        order = await stand.broker.find_order(ClientOrderId(client_order_id), BITCOIN, since=since)
        if order is not None:
            return order
        await asyncio.sleep(0.1)
    return None


async def refusal_of(awaitable):
    with pytest.raises(RefusedError) as refused:
        await awaitable
    return refused.value.reason


async def test_a_market_order_is_filled_and_reported_with_what_it_brought(stand):
    order_id = await stand.broker.submit_order(a_sale("0.25", client_order_id=an_id()), priority=EXIT)

    order = await stand.broker.fetch_order(order_id, BITCOIN)

    assert (order.status, order.side) == (OrderStatus.FILLED, Side.SELL)
    fills = (await stand.broker.fetch_fills()).fills
    assert order.filled_quantity == sum(fill.quantity for fill in fills) == Decimal("0.25")
    assert order.cost == sum(fill.price * fill.quantity for fill in fills)
    assert order.fills == (() if stand.venue is Venue.KRAKEN else fills)
    assert (await stand.broker.fetch_report()).holding("BTC").total == Decimal("0.75")


async def test_an_order_is_found_under_our_id(stand):
    name = an_id()
    order_id = await stand.broker.submit_order(a_sale(client_order_id=name), priority=EXIT)

    order = await found(stand, name)

    assert (order.venue_order_id, order.client_order_id) == (order_id, name)


async def test_an_order_that_was_never_sent_is_not_found(stand):
    since = datetime.now(UTC) - timedelta(minutes=1)

    assert await stand.broker.find_order(ClientOrderId(an_id()), BITCOIN, since=since) is None


async def test_the_id_of_a_filled_order_sells_once_more_at_kraken_only(stand):
    request = a_sale("0.1", client_order_id=an_id())
    first = await stand.broker.submit_order(request, priority=EXIT)

    if stand.venue is Venue.ALPACA:
        again = stand.broker.submit_order(request, priority=EXIT)
        assert await refusal_of(again) is RefusalReason.DUPLICATE_CLIENT_ORDER_ID
    else:
        second = await stand.broker.submit_order(request, priority=EXIT)
        assert (second != first) == (stand.venue is Venue.KRAKEN)

    left = (await stand.broker.fetch_report()).holding("BTC").total
    assert left == Decimal("0.8" if stand.venue is Venue.KRAKEN else "0.9")


async def test_an_order_that_arrives_after_its_deadline_is_dropped_by_kraken(stand):
    request = a_sale("0.1", client_order_id=an_id(), deadline_s=-1)

    if stand.venue is Venue.KRAKEN:
        # Its words could also mean that it gave up on an order in its engine: not a refusal.
        with pytest.raises(UnknownOutcomeError):
            await stand.broker.submit_order(request, priority=EXIT)
    else:
        await stand.broker.submit_order(request, priority=EXIT)

    total = (await stand.broker.fetch_report()).holding("BTC").total
    assert total == Decimal(1 if stand.venue is Venue.KRAKEN else "0.9")


async def test_a_resting_order_holds_what_it_sells_and_is_listed(stand):
    await stand.rest_a_sell_order("0.4")

    holding = (await stand.broker.fetch_report()).holding("BTC")
    [order] = (await stand.broker.fetch_open_orders()).orders

    assert (holding.free, holding.held) == (Decimal("0.6"), Decimal("0.4"))
    assert (order.side, order.remaining_quantity) == (Side.SELL, Decimal("0.4"))
    assert order.status is OrderStatus.OPEN


async def test_what_is_held_is_not_sold(stand):
    await stand.rest_a_sell_order("0.95")

    sale = stand.broker.submit_order(a_sale("0.1", client_order_id=an_id()), priority=EXIT)

    assert await refusal_of(sale) is RefusalReason.INSUFFICIENT_FUNDS


async def test_cancelling_releases_what_was_held(stand):
    await stand.rest_a_sell_order("0.4")
    [order] = (await stand.broker.fetch_open_orders()).orders

    await stand.broker.cancel_order(order.venue_order_id, BITCOIN, priority=EXIT)

    for _ in range(50):
        free = (await stand.broker.fetch_report()).holding("BTC").free
        if free == 1:
            break
        await asyncio.sleep(0.1)
    assert free == 1
    assert await stand.broker.fetch_open_orders() == OpenOrders()


async def test_what_was_cancelled_is_no_order_to_cancel(stand):
    await stand.rest_a_sell_order("0.4")
    [order] = (await stand.broker.fetch_open_orders()).orders
    await stand.broker.cancel_order(order.venue_order_id, BITCOIN, priority=EXIT)

    again = stand.broker.cancel_order(order.venue_order_id, BITCOIN, priority=EXIT)

    assert await refusal_of(again) is RefusalReason.UNKNOWN_ORDER


async def test_what_was_filled_is_no_order_to_cancel(stand):
    order_id = await stand.broker.submit_order(a_sale("0.1", client_order_id=an_id()), priority=EXIT)

    late = stand.broker.cancel_order(order_id, BITCOIN, priority=EXIT)

    assert await refusal_of(late) is RefusalReason.UNKNOWN_ORDER


async def test_less_than_the_minimum_is_refused(stand):
    least = (await stand.market.fetch_instruments())[BITCOIN]
    quantity = least.floor_quantity(least.minimum_quantity / 2) or least.lot

    sale = stand.broker.submit_order(a_sale(str(quantity), client_order_id=an_id()), priority=EXIT)

    assert await refusal_of(sale) in {RefusalReason.BELOW_MINIMUM, RefusalReason.INVALID_ORDER}


async def test_more_than_there_is_is_refused(stand):
    sale = stand.broker.submit_order(a_sale("1.5", client_order_id=an_id()), priority=EXIT)

    assert await refusal_of(sale) is RefusalReason.INSUFFICIENT_FUNDS


async def test_an_order_nobody_placed_is_unknown(stand):
    unknown = VenueOrderId(an_id() if stand.venue is not Venue.KRAKEN else "OAAAAA-BBBBB-CCCCCC")

    assert await refusal_of(stand.broker.fetch_order(unknown, BITCOIN)) is RefusalReason.UNKNOWN_ORDER


async def test_fills_are_reported_newest_first(stand):
    for quantity in ("0.1", "0.2"):
        await stand.broker.submit_order(a_sale(quantity, client_order_id=an_id()), priority=EXIT)
        await asyncio.sleep(0.02)

    page = await stand.broker.fetch_fills()

    assert [fill.quantity for fill in page.fills] == [Decimal("0.2"), Decimal("0.1")]
    assert page.next_cursor is None
