"""An order reported as over with a part by its row, its trades and the balance, all of them as old; the rest has traded."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ClosedElsewhere, ExitFilled, GuardReduced
from engine.guards.guard import GuardState
from engine.model.orders import Side
from sandbox.faults import FaultKind
from sandbox.pace import Pace

D = Decimal
HALF = {"status": "canceled", "vol_exec": "0.05000000", "cost": "2500", "fee": "10"}


async def read_often(room, times=4):
    for _ in range(times):
        await room.clock.sleep(30)
        await room.look()
        await room.read()


def sold(room):
    return sum(fill.quantity for fill in room.world.ledger("kraken").fills if fill.side is Side.SELL)


async def ask_of_an_old_half(room, *, held="0.3"):
    """Kraken reports what was true three seconds ago, the half of an order, and calls that its end."""
    room.deposit("BTC", held)
    room.set_bid("60000")
    await room.read()
    await room.arm("0.1", "6000")
    await read_often(room)
    room.world.kraken.pace = Pace(over_s=8, parts=2)
    room.world.kraken_account.listing_delay_s = 2.9
    cash = room.world.ledger("kraken").total("USD")
    room.set_bid("50000")
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")
    await room.clock.sleep(8.5)
    room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", fields=HALF, times=None)
    room.world.kraken_account.show_balance("BTC", balance=D(held) - D("0.05"))
    room.world.kraken_account.show_balance("USD", balance=cash + 2490)
    asked = len(room.sent("TradesHistory"))
    while len(room.sent("TradesHistory")) == asked:
        await room.clock.sleep(0.1)


def show_truth(room):
    room.world.faults("kraken").clear()
    room.world.kraken_account.listing_delay_s = 0
    room.world.kraken_account.show_true_balances()


@pytest.mark.fault("V90")
async def test_a_part_that_all_readings_report_once_ends_no_order(room):
    await ask_of_an_old_half(room)
    await room.clock.sleep(0.5)
    show_truth(room)

    await room.wait_for("exit ")
    await read_often(room)

    assert (sold(room), len(room.sent())) == (D("0.1"), 1)
    [reported] = await room.alerts(ExitFilled)
    assert (reported.quantity, reported.left_over) == (D("0.1"), 0)
    assert (await room.guard()).state is GuardState.CLOSED


@pytest.mark.fault("V90")
@pytest.mark.parametrize("held", ["0.1", "0.3"])
async def test_what_traded_beyond_a_part_is_not_sold_again_while_the_price_stays_low(room, held):
    await ask_of_an_old_half(room, held=held)
    await room.wait_for("exit ")
    show_truth(room)

    for _ in range(20):
        await room.clock.sleep(3)
        await room.look()
    await room.wait_for("exit ")
    await read_often(room)

    assert sold(room) == D("0.1")
    assert (await room.guard()).state is GuardState.CLOSED


@pytest.mark.fault("V90")
@pytest.mark.parametrize("held", ["0.1", "0.3"])
async def test_what_traded_beyond_a_part_is_reported_once_and_not_sold_when_the_price_falls_again(room, held):
    await ask_of_an_old_half(room, held=held)
    await room.wait_for("exit ")
    show_truth(room)
    room.set_bid("60500")
    await read_often(room)

    room.set_bid("50000")
    await read_often(room)
    await room.wait_for("exit ")

    assert (sold(room), len(room.sent())) == (D("0.1"), 1)
    first, rest = await room.alerts(ExitFilled)
    assert (first.quantity, rest.quantity, rest.found_later) == (D("0.05"), D("0.05"), True)
    assert await room.alerts(GuardReduced, ClosedElsewhere) == []
    assert (await room.guard()).state is GuardState.CLOSED
