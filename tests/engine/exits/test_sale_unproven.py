"""Exits after an attempt that no list shows: nothing is sent while its coins may be sold already."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled, GuardReduced
from engine.model.orders import Side
from engine.orders.settling_step import SEARCH_LIMIT
from engine.orders.states import IntentState
from sandbox.faults import FaultKind

D = Decimal
NO_FILL = {"status": "canceled", "vol_exec": "0.00000000", "cost": "0", "fee": "0"}


def sold(room):
    return sum(fill.quantity for fill in room.world.ledger("kraken").fills if fill.side is Side.SELL)


async def a_guarded_position(room, *, trades=0):
    """A tenth of a good three tenths of a bitcoin is guarded; its owner traded the pair today."""
    room.deposit("BTC", "0.3")
    room.deposit("USD", "50000")
    room.set_bid("60000")
    await room.read()
    await room.arm("0.1", "6000")
    for _ in range(trades):
        room.trade("buy", "0.01")
    for _ in range(3):
        await room.clock.sleep(60)
        await room.read()
        await room.look()


@pytest.mark.parametrize("trades", [0, 1, 3])
@pytest.mark.parametrize("delay_s", [8, 60])
async def test_a_lost_order_that_is_listed_late_is_found_and_nothing_is_sold_twice(room, trades, delay_s):
    await a_guarded_position(room, trades=trades)
    room.world.kraken_account.listing_delay_s = delay_s
    room.fault(FaultKind.DROP_AFTER)
    room.set_bid("50000")

    await room.sell_off()

    assert (sold(room), len(room.sent())) == (D("0.1"), 1)
    [filled] = await room.alerts(ExitFilled)
    assert (filled.quantity, filled.found_later) == (D("0.1"), True)
    assert not await room.alerts(GuardReduced)


async def test_nothing_is_sent_again_while_the_balance_cannot_be_read(room):
    await a_guarded_position(room)
    room.fault(FaultKind.DROP_BEFORE)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "BalanceEx", times=None)
    room.set_bid("50000")

    await room.look()
    await room.clock.sleep(60)
    assert len(room.sent()) == 1

    room.world.faults("kraken").clear()
    await room.wait_for("exit ")
    assert sold(room) == D("0.1")


@pytest.mark.parametrize("balance_s", [0, 0.7])
async def test_an_order_reported_as_cancelled_for_long_is_not_sent_again_while_its_coins_are_gone(
    room, balance_s
):
    await a_guarded_position(room)
    room.world.kraken_account.listing_delay_s = 30
    room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", fields=NO_FILL, times=6)
    room.fault(FaultKind.DELAY_BEFORE, "BalanceEx", delay_s=balance_s, times=None)
    room.set_bid("50000")

    await room.sell_off()

    assert (sold(room), len(room.sent())) == (D("0.1"), 1)
    assert await room.alerts(ExitFilled)
    assert not await room.alerts(GuardReduced)


async def test_a_sale_that_no_list_ever_shows_is_sought_and_named_before_the_exit_ends(room):
    await a_guarded_position(room)
    room.world.kraken_account.listing_delay_s = 86400
    room.fault(FaultKind.DROP_AFTER)
    room.set_bid("50000")

    await room.sell_off()

    assert (sold(room), len(room.sent())) == (D("0.1"), 1)
    [call] = room.sent()
    assert call.params["cl_ord_id"] in (await room.alerts(ExitFailing))[-1].why
    assert room.clock.monotonic() > 600
    [ended] = await room.alerts(GuardReduced)
    assert ended.may_be_ours


async def test_a_price_that_comes_back_does_not_hide_a_sale_that_is_listed_late(room):
    await a_guarded_position(room)
    room.world.kraken_account.listing_delay_s = 30
    room.fault(FaultKind.DROP_AFTER)
    room.set_bid("50000")
    await room.look()
    await room.clock.sleep(3)
    room.set_bid("70000")
    await room.look()

    await room.wait_for("exit ")

    [filled] = await room.alerts(ExitFilled)
    assert filled.quantity == D("0.1")


def go(room):
    """Let as much go as was sent, and as much money come as it would bring."""
    room.withdraw("BTC", "0.1")
    room.deposit("USD", "5000")


def come_back(room):
    room.deposit("BTC", "0.1")
    room.withdraw("USD", "5000")


@pytest.mark.fault("V150")
async def test_coins_that_go_a_second_time_are_searched_for_as_long_as_the_first(room):
    await a_guarded_position(room)
    room.fault(FaultKind.DROP_BEFORE)
    room.set_bid("50000")
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")
    room.fault(FaultKind.ERROR, "AddOrder", message="EService:Unavailable", times=None)
    go(room)
    await room.clock.sleep(40)
    come_back(room)
    await room.clock.sleep(700)

    go(room)
    went_s = room.clock.monotonic()
    await room.wait_for("exit ")

    assert await room.alerts(GuardReduced)
    assert room.clock.monotonic() - went_s >= SEARCH_LIMIT.total_seconds()


@pytest.mark.fault("V151")
async def test_coins_that_are_back_when_an_exit_ends_do_not_count_as_sold(room):
    await a_guarded_position(room)
    room.fault(FaultKind.DROP_BEFORE)
    room.set_bid("50000")
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")
    go(room)
    for endpoint in ("BalanceEx", "ClosedOrders"):
        room.fault(FaultKind.DELAY_BEFORE, endpoint, delay_s=1.5, times=None)
    while (await room.intents())[0].state is not IntentState.PLANNED:
        await room.clock.sleep(0.5)
    # Less is believed from its second reading on; the lists are looked at between that one and the last.
    looks = room.world.tape("kraken").calls("ClosedOrders")
    await room.world.tape("kraken").wait_for("ClosedOrders", len(looks) + 2, timeout_s=60)
    come_back(room)

    await room.wait_for("exit ")

    assert not await room.alerts(GuardReduced)
    assert sold(room) == D("0.1")
