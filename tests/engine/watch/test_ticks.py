"""A pushed price that reaches a guard sells at once, and once."""

import asyncio
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.model.holdings import Direction
from sandbox.faults import FaultKind
from tests.engine.watch.streaming import fall, give_stream, quiet, read
from tests.engine.watch.watching import seen


@pytest.mark.fault("V111")
async def test_a_tick_at_the_trigger_sells_without_a_look(streamed):
    polled, began = len(streamed.sent("Ticker")), streamed.clock.monotonic()

    fall(streamed, "59400")
    await quiet(streamed)

    [order] = streamed.sent()
    [sale] = await streamed.alerts(ExitFilled)
    assert (order.monotonic, len(streamed.sent("Ticker"))) == (began, polled)
    assert (sale.trigger_price, sale.quantity, sale.unseen) == (Decimal(59400), Decimal("0.1"), None)


async def test_a_tick_a_cent_above_the_trigger_judges_nobody(streamed):
    fall(streamed, "59400.01")

    assert [name for name in streamed.tasks.names() if name.startswith("tick ")] == []
    await quiet(streamed)
    assert streamed.sent() == []


async def test_a_short_is_bought_back_at_the_tick_of_its_ask(room):
    room.deposit("USD", "10000")
    room.set_bid("50000")
    room.trade("sell", "0.1", leverage=2)
    await room.arm("0.1", "5000", kind="margin", direction=Direction.SHORT, leverage=2)
    give_stream(room)
    await read(room, "50000")

    room.set_bid("50500")
    room.stream.push("50400", "50500")
    await quiet(room)

    assert [order.params["type"] for order in room.sent()] == ["buy"]


@pytest.mark.fault("V116")
async def test_many_ticks_and_a_look_at_once_sell_once(streamed):
    for bid in ("59300", "59200", "59100", "59000"):
        fall(streamed, bid)
    await streamed.engine.guard()
    for _ in range(20):
        fall(streamed, "59000")
        await asyncio.sleep(0)
    await streamed.wait_for("look ")
    await quiet(streamed)

    assert len(streamed.sent()) == 1
    assert len(await streamed.intents()) == 1


@pytest.mark.fault("V116")
@pytest.mark.parametrize("endpoint", ["AddOrder", "QueryOrders"])
async def test_ticks_while_a_sale_is_under_way_sell_nothing_more(streamed, endpoint):
    streamed.fault(FaultKind.DELAY_AFTER, endpoint, delay_s=3)
    fall(streamed)

    for _ in range(60):
        await streamed.clock.sleep(0.1)
        fall(streamed, "58900")
    await quiet(streamed)

    assert len(streamed.sent()) == 1
    assert streamed.world.ledger("kraken").total("BTC") == 0


async def test_the_mark_of_a_tick_is_the_guards_own(streamed):
    streamed.fault(FaultKind.DELAY_BEFORE, "AddOrder", delay_s=3)

    fall(streamed, "59100")
    await streamed.clock.sleep(1)

    assert seen(streamed).price == Decimal(59100)
    await quiet(streamed)


async def test_a_guard_that_ticks_reach_and_do_not_sell_costs_a_request_a_second(streamed):
    before = len(streamed.sent("Depth"))

    for _ in range(100):
        streamed.stream.push("59000", "59010", bid_quantity="0.001")
        await streamed.clock.sleep(0.1)
    await quiet(streamed)

    assert len(streamed.sent("Depth")) - before <= 11


async def test_the_last_of_several_ticks_is_judged_although_none_follows(streamed):
    streamed.stream.push("58000", "62000")
    await asyncio.sleep(0)
    fall(streamed)

    await quiet(streamed)

    assert len(streamed.sent()) == 1


async def test_a_tick_and_a_look_that_are_confirmed_at_once_sell_once(streamed):
    streamed.fault(FaultKind.DELAY_BEFORE, "Depth", times=None, delay_s=0.5)
    fall(streamed, "50000")
    await streamed.clock.sleep(0.1)

    await streamed.engine.guard()
    await streamed.wait_for("look ")
    await quiet(streamed)

    assert len(streamed.sent()) == 1


async def test_many_guards_that_one_tick_reaches_share_the_book_that_they_need(streamed):
    for number in range(2, 12):
        await streamed.arm("0.001", "60", guard_id=f"guard-{number}")
    before = len(streamed.sent("Depth"))

    # Far below the last price, so that each of them needs a second look; the book shows that it was nothing.
    streamed.stream.push("30000", "30010")
    await streamed.clock.sleep(0.5)

    assert len(streamed.sent("Depth")) == before + 1
    await quiet(streamed)
    assert streamed.sent() == []
