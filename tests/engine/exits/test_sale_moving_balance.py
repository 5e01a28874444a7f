"""Exits whose order no list of Kraken shows yet, while its owner's balance moves: exactly one sale is made."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, GuardReduced
from engine.model.failing_actions import FailingAction
from engine.model.orders import Side
from sandbox.faults import FaultKind
from sandbox.pace import Pace

D = Decimal
UNREPORTED = {"cl_ord_id": None, "opentm": None}


def sold(room):
    return sum(fill.quantity for fill in room.world.ledger("kraken").fills if fill.side is Side.SELL)


async def a_guarded_position(room):
    """A tenth of three tenths of a bitcoin is guarded."""
    room.deposit("BTC", "0.3")
    room.set_bid("60000")
    await room.read()
    await room.arm("0.1", "6000")
    for _ in range(3):
        await room.clock.sleep(60)
        await room.read()


async def lose_the_answer(room):
    """Let the price fall and the sell order arrive, unlisted for a minute and unanswered."""
    room.world.kraken_account.listing_delay_s = 60
    room.fault(FaultKind.DROP_AFTER)
    room.set_bid("50000")
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")


async def the_exit_is_over(room):
    await room.wait_for("exit ")
    room.world.kraken_account.listing_delay_s = 0
    for _ in range(2):
        await room.clock.sleep(60)
        await room.read()
        await room.sell_off()


async def is_sold_once(room):
    await the_exit_is_over(room)
    return (sold(room), len(room.sent())) == (D("0.1"), 1)


@pytest.mark.fault("V73")
async def test_coins_that_were_freed_for_the_order_and_are_held_by_it_are_not_sold_again(room):
    await a_guarded_position(room)
    room.trade("sell", "0.25", limit="90000")
    await room.clock.sleep(60)
    await room.read()
    room.world.kraken.pace = Pace(pending_s=40)
    room.fault(FaultKind.DROP_AFTER)
    room.set_bid("50000")
    await room.look()
    await room.world.tape("kraken").wait_for("CancelOrder")
    room.world.kraken_account.listing_delay_s = 100

    assert await is_sold_once(room)


async def test_coins_that_were_freed_and_are_held_by_an_order_without_a_name_are_not_sold_again(room):
    await a_guarded_position(room)
    room.trade("sell", "0.25", limit="90000")
    await room.clock.sleep(60)
    await room.read()
    room.world.kraken.pace = Pace(pending_s=40)
    room.fault(FaultKind.DROP_AFTER)
    for endpoint in ("OpenOrders", "ClosedOrders", "QueryOrders"):
        room.fault(FaultKind.WRONG_FIELDS, endpoint, fields=UNREPORTED, times=None)
    room.set_bid("50000")
    await room.look()

    assert await is_sold_once(room)


async def test_a_hold_the_owner_ends_meanwhile_does_not_hide_that_of_the_order(room):
    await a_guarded_position(room)
    resting = room.trade("sell", "0.1", limit="90000")
    await room.clock.sleep(60)
    await room.read()
    room.world.kraken.pace = Pace(pending_s=40)
    await lose_the_answer(room)
    room.world.ledger("kraken").cancel(resting.id, at=room.clock.true_now().timestamp())

    assert await is_sold_once(room)


@pytest.mark.fault("V73")
@pytest.mark.parametrize("amount", ["0.1", "0.05", "0.25"])
async def test_coins_that_arrive_meanwhile_do_not_hide_a_sale(room, amount):
    await a_guarded_position(room)
    await lose_the_answer(room)
    room.deposit("BTC", amount)

    assert await is_sold_once(room)


async def test_a_limit_buy_that_fills_meanwhile_does_not_hide_a_sale(room):
    await a_guarded_position(room)
    room.deposit("USD", "20000")
    room.trade("buy", "0.1", limit="45000")
    await room.clock.sleep(60)
    await room.read()
    await lose_the_answer(room)
    await room.clock.sleep(1)
    room.set_bid("44000")

    assert await is_sold_once(room)


@pytest.mark.fault("V74")
async def test_coins_that_came_between_the_last_stored_reading_and_a_kill_do_not_hide_a_sale(room):
    await a_guarded_position(room)
    room.deposit("BTC", "0.1")
    await lose_the_answer(room)
    await room.restart()

    assert await is_sold_once(room)


async def test_a_position_that_was_never_read_before_its_guard_breached_is_not_sold_twice_over_a_kill(room):
    room.deposit("BTC", "0.3")
    room.set_bid("60000")
    await room.arm("0.1", "6000")
    await lose_the_answer(room)
    await room.restart()

    assert await is_sold_once(room)


@pytest.mark.parametrize("is_killed", [False, True])
async def test_a_lost_request_is_sent_again_soon_where_nothing_else_moved(room, is_killed):
    await a_guarded_position(room)
    room.fault(FaultKind.DROP_BEFORE)
    room.set_bid("50000")
    began_s = room.clock.monotonic()
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")
    if is_killed:
        await room.restart()

    await room.wait_for("exit ")

    assert sold(room) == D("0.1")
    assert len(room.sent()) == 2
    assert room.clock.monotonic() - began_s < (25 if is_killed else 10)


async def test_a_lost_request_is_sent_again_when_listed_trades_explain_what_moved(room):
    await a_guarded_position(room)
    room.deposit("USD", "50000")
    room.deposit("ETH", "2")
    await room.read()
    room.fault(FaultKind.DROP_BEFORE)
    room.set_bid("50000")
    began_s = room.clock.monotonic()
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")
    room.trade("buy", "0.07")
    room.trade("sell", "1", "ETH/USD")

    await room.wait_for("exit ")

    assert sold(room) == D("1.1")
    assert room.clock.monotonic() - began_s < 30


@pytest.mark.fault("V73")
async def test_a_sale_of_the_owner_before_the_order_left_is_not_taken_for_the_lost_one(room):
    room.deposit("BTC", "0.3")
    room.set_bid("60000")
    await room.read()
    room.trade("sell", "0.15")
    await room.clock.sleep(30)
    await room.arm("0.1", "6000")
    # The exit goes by the last reading, of before its owner sold.
    room.fault(FaultKind.RATE_LIMIT, "BalanceEx", times=2)
    room.fault(FaultKind.DROP_BEFORE)
    room.set_bid("50000")
    await room.look()
    await room.wait_for("exit ", within_s=240)

    assert sold(room) == D("0.25")
    assert await room.alerts(GuardReduced) == []


@pytest.mark.fault("V73")
async def test_a_sale_of_the_owner_after_the_order_left_is_not_taken_for_the_lost_one(room):
    room.deposit("BTC", "0.3")
    room.set_bid("60000")
    await room.read()
    room.trade("sell", "0.06")
    await room.clock.sleep(30)
    await room.arm("0.1", "6000")
    room.fault(FaultKind.RATE_LIMIT, "BalanceEx", times=2)
    room.fault(FaultKind.DROP_BEFORE)
    room.set_bid("50000")
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")
    # Together with the sale before it more than was sent, and the last reading shows none of it.
    room.trade("sell", "0.05")
    await room.wait_for("exit ", within_s=240)

    assert sold(room) == D("0.06") + D("0.05") + D("0.1")
    assert await room.alerts(GuardReduced) == []


async def test_a_lost_request_is_sent_again_when_no_money_came_in_for_a_minute_whatever_coins_did(room):
    await a_guarded_position(room)
    room.fault(FaultKind.DROP_BEFORE)
    room.set_bid("50000")
    began_s = room.clock.monotonic()
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")
    room.deposit("BTC", "0.1")

    await room.wait_for("exit ")

    assert sold(room) == D("0.1")
    assert 66 <= room.clock.monotonic() - began_s < 120


@pytest.mark.fault("V75")
async def test_a_lost_request_is_sent_again_after_five_minutes_whatever_moved(room):
    await a_guarded_position(room)
    room.fault(FaultKind.DROP_BEFORE)
    room.set_bid("50000")
    began_s = room.clock.monotonic()
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")
    [call] = room.sent()
    room.deposit("USD", "5000")
    room.deposit("BTC", "0.02")

    await room.wait_for("exit ")

    failing = await room.alerts(ExitFailing)
    assert call.params["cl_ord_id"] in failing[-1].why
    assert failing[-1].doing == FailingAction.LOOK_UNTIL_UNLISTED
    assert sold(room) == D("0.1")
    assert 300 <= room.clock.monotonic() - began_s < 360


@pytest.mark.fault("V76")
async def test_coins_that_went_for_no_money_are_not_sought_as_a_sale(room):
    await a_guarded_position(room)
    room.withdraw("BTC", "0.15")
    room.fault(FaultKind.DROP_BEFORE)
    room.set_bid("50000")
    began_s = room.clock.monotonic()
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")

    await room.wait_for("exit ")

    assert room.clock.monotonic() - began_s < 120
    [reduced] = await room.alerts(GuardReduced)
    assert reduced.now == 0


@pytest.mark.fault("V80")
async def test_a_half_filled_order_that_no_list_shows_is_awaited_while_its_other_half_is_held(room):
    await a_guarded_position(room)
    room.world.kraken.pace = Pace(over_s=1000, parts=2)
    room.world.kraken_account.listing_delay_s = 1200
    room.fault(FaultKind.DROP_AFTER)
    room.set_bid("50000")
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")
    await room.clock.sleep(510)
    room.deposit("BTC", "0.1")
    await room.clock.sleep(690)
    room.world.kraken_account.listing_delay_s = 0

    await room.wait_for("exit ")

    assert (sold(room), len(room.sent())) == (D("0.1"), 1)
