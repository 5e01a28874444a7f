"""Orders that a proxy in front of a venue answers with a page: what its HTTP status is says nothing of the order."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.model.venues import Venue
from sandbox.faults import HTML, FaultKind
from tests.engine.exits.failing_texts import why_of

ORDERS = {Venue.KRAKEN: "AddOrder", Venue.COINBASE: "orders", Venue.ALPACA: "POST /v2/orders"}
FORBIDDEN = '{"message":"forbidden."}'

#: How long it takes to prove that an order which a page answered did not arrive, and to sell then.
SOLD_WITHIN_S = {Venue.KRAKEN: 10, Venue.COINBASE: 11, Venue.ALPACA: 2}
#: So many calls in ten minutes are no storm.
FEW_CALLS = 60
#: The same of an exit whose orders alone are answered by pages, each with the looks that prove it absent, in six minutes.
MOST_ORDERS, MOST_CALLS = 24, 220
TOO_MANY = {Venue.COINBASE: "Too many requests", Venue.ALPACA: '{"message": "too many requests."}'}


async def a_falling_position(room, venue):
    room.deposit("BTC", "0.3", venue=venue)
    room.set_bid("50000", venue=venue)
    await room.arm("0.1", "6000", venue=venue)


def left(room, venue):
    return room.world.ledger(venue).total("BTC")


@pytest.mark.fault("V148")
@pytest.mark.parametrize(
    ("venue", "status", "body"),
    [
        (Venue.KRAKEN, 401, HTML),
        (Venue.KRAKEN, 403, HTML),
        (Venue.KRAKEN, 404, "{}"),
        (Venue.KRAKEN, 429, ""),
        (Venue.COINBASE, 401, "Unauthorized\n"),
        (Venue.COINBASE, 429, HTML),
        (Venue.ALPACA, 403, HTML),
        (Venue.ALPACA, 403, FORBIDDEN),
    ],
)
async def test_an_executed_order_that_a_page_answers_is_found_and_reported(rooms, venue, status, body):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        room.fault(FaultKind.HTTP_ERROR_AFTER, ORDERS[venue], venue=venue, status=status, body=body)

        await room.sell_off()

        assert left(room, venue) == Decimal("0.2")
        assert [sale.quantity for sale in await room.alerts(ExitFilled)] == [Decimal("0.1")]
        assert len(room.sent(ORDERS[venue], venue=venue)) == 1


@pytest.mark.fault("V148")
@pytest.mark.parametrize("status", [401, 403, 429])
@pytest.mark.parametrize("venue", ORDERS)
async def test_an_order_that_only_pages_answer_is_sold_once_the_venue_takes_it(rooms, venue, status):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, ORDERS[venue], venue=venue, status=status, times=1)
        began_s = room.clock.monotonic()

        await room.sell_off()

        assert left(room, venue) == Decimal("0.2")
        assert len(await room.alerts(ExitFilled)) == 1
        assert room.clock.monotonic() - began_s < SOLD_WITHIN_S[venue]


@pytest.mark.fault("V148")
@pytest.mark.parametrize(
    ("venue", "status", "body", "words"),
    [
        (Venue.KRAKEN, 401, HTML, "does not accept this key"),
        (Venue.COINBASE, 401, "Unauthorized\n", "does not accept this key"),
        (Venue.ALPACA, 403, FORBIDDEN, "forbidden"),
    ],
)
async def test_a_key_that_no_request_is_taken_from_is_reported_and_nothing_is_stormed(
    rooms, venue, status, body, words
):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        fault = {"venue": venue, "status": status, "body": body, "times": None}
        room.fault(FaultKind.HTTP_ERROR_BEFORE, ORDERS[venue], **fault)
        await room.look()
        await room.world.tape(venue).wait_for(ORDERS[venue], timeout_s=60)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "*", **fault)
        before = len(room.world.tape(venue).calls())

        await room.clock.sleep(600)

        assert len(room.world.tape(venue).calls()) - before < FEW_CALLS
        failing = await room.alerts(ExitFailing)
        assert words in why_of(failing[0])
        assert failing[1].doing.is_key_rejected

        room.world.faults(venue).clear()
        await room.wait_for("exit ")
        assert left(room, venue) == Decimal("0.2")


@pytest.mark.fault("V148")
@pytest.mark.parametrize("status", [401, 403, 429])
@pytest.mark.parametrize("venue", [Venue.COINBASE, Venue.ALPACA])
async def test_orders_that_pages_keep_answering_are_sent_less_and_less_often(rooms, venue, status):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        body = TOO_MANY[venue]
        room.fault(
            FaultKind.HTTP_ERROR_BEFORE, ORDERS[venue], venue=venue, status=status, body=body, times=None
        )
        await room.look()
        await room.clock.sleep(300)
        before = len(room.world.tape(venue).calls())
        sent = len(room.sent(ORDERS[venue], venue=venue))

        await room.clock.sleep(360)

        assert 3 <= len(room.sent(ORDERS[venue], venue=venue)) - sent <= MOST_ORDERS
        assert len(room.world.tape(venue).calls()) - before <= MOST_CALLS
        room.world.faults(venue).clear()
        await room.wait_for("exit ")


@pytest.mark.fault("V148")
async def test_a_key_that_only_orders_are_not_taken_from_is_named_first(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        await a_falling_position(room, Venue.COINBASE)
        page = {"status": 401, "body": "Unauthorized\n", "times": None}
        room.fault(FaultKind.HTTP_ERROR_BEFORE, ORDERS[Venue.COINBASE], venue=Venue.COINBASE, **page)
        await room.look()
        await room.clock.sleep(100)

        rejected = "Coinbase: the venue does not accept this key (HTTP 401); "
        first, *later = [failing.why for failing in await room.alerts(ExitFailing)]
        assert first == f"{rejected}the answer to the sell order was lost"
        assert later[-1].startswith(f"{rejected}sent ")
        room.world.faults(Venue.COINBASE).clear()
        await room.wait_for("exit ")
