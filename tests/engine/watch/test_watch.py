"""The watch at a Kraken over sockets: which breach sells, which guards are looked at, and how often."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.guards.guard import GuardState
from engine.model.holdings import Direction
from sandbox.faults import FaultKind
from tests.engine.watch.watching import seen


async def test_a_breach_seen_with_the_next_look_is_not_late(guarded):
    guarded.set_bid("50000")

    await guarded.sell_off()

    [sale] = await guarded.alerts(ExitFilled)
    assert (sale.unseen, sale.held_up) == (None, None)


async def test_a_cent_above_the_threshold_sells_nothing(guarded):
    guarded.set_bid("59400.1")

    await guarded.sell_off()

    assert guarded.sent() == []


@pytest.mark.parametrize("step_s", [-30 * 86_400, -3600, -10, 10, 3600, 30 * 86_400])
async def test_a_guard_is_sold_at_once_whatever_the_clock_was_set_to(guarded, step_s):
    guarded.clock.set_by(step_s)
    guarded.set_bid("50000")
    began = guarded.clock.monotonic()

    await guarded.sell_off()

    [sale] = await guarded.alerts(ExitFilled)
    assert sale.quantity == Decimal("0.1")
    assert guarded.clock.monotonic() - began < 3


async def test_a_venue_that_is_still_being_looked_at_is_not_looked_at_twice(guarded):
    guarded.fault(FaultKind.DELAY_BEFORE, "Ticker", delay_s=4)
    before = len(guarded.sent("Ticker"))

    await guarded.engine.guard()
    await guarded.engine.guard()
    await guarded.wait_for("look ")

    assert len(guarded.sent("Ticker")) == before + 1


async def test_one_request_serves_every_guard_of_a_venue(guarded):
    guarded.deposit("ETH", "1")
    guarded.set_bid("3000", "ETH/USD")
    await guarded.arm("1", "3000", "ETH/USD", guard_id="guard-2")
    before = len(guarded.sent("Ticker"))

    await guarded.look()

    assert len(guarded.sent("Ticker")) == before + 1
    assert seen(guarded).price == Decimal(60000)
    assert guarded.engine.watch.guard_marks["guard-2"].current.price == Decimal(3000)


async def test_a_paused_guard_is_not_looked_at_and_sells_nothing(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000", state=GuardState.PAUSED)

    await room.sell_off()

    assert room.sent("Ticker") == []
    assert room.sent() == []


async def test_what_is_guarded_no_more_is_forgotten(guarded):
    await guarded.arm("0.1", "6000", state=GuardState.CLOSED)

    await guarded.look()

    assert guarded.engine.watch.guard_marks == {}


async def test_a_short_is_judged_by_the_ask_and_bought_back(room):
    room.deposit("USD", "10000")
    room.set_bid("50000")
    room.trade("sell", "0.1", leverage=2)
    await room.arm("0.1", "4900", kind="margin", direction=Direction.SHORT, leverage=2)

    await room.sell_off()

    [order] = room.sent()
    assert (order.params["type"], order.params["reduce_only"], order.params["leverage"]) == (
        "buy",
        "true",
        "2",
    )
    assert room.world.ledger("kraken").open_positions() == []
    [sale] = await room.alerts(ExitFilled)
    assert sale.direction is Direction.SHORT


async def test_a_guard_that_grew_while_its_price_was_on_the_way_is_judged_as_it_is_now(room):
    room.deposit("BTC", "1.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000")
    await room.look()
    room.set_bid("59000")
    room.fault(FaultKind.DELAY_AFTER, "Ticker", delay_s=5)
    await room.engine.guard()
    await room.clock.sleep(3)
    # With a bitcoin more at another entry it has lost 0.15 %.
    await room.arm("1.1", "65000")

    await room.wait_for("look ")
    await room.wait_for("exit ")
    await room.sell_off()

    assert room.sent() == []
    assert (await room.guard()).state is GuardState.ARMED
