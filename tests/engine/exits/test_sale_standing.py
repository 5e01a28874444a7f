"""An order of an exit that stands unfilled, or cannot be found, keeps nobody from reading its account."""

import asyncio
from decimal import Decimal

import pytest

from engine.alerts.messages import BrokerTrouble, ExitFilled
from engine.brokers.base import Priority
from sandbox.faults import FaultKind
from sandbox.pace import Pace

pytestmark = pytest.mark.fault("V154")

D = Decimal
COINS = ("SOL", "ETH", "XRP")


async def arm_many(room, *coins):
    for coin in coins:
        room.deposit(coin, "5")
        room.set_bid("100", f"{coin}/USD")
        await room.arm("5", "500", f"{coin}/USD", guard_id=f"guard-{coin}")


async def sell(room, *coins):
    for coin in coins:
        room.set_bid("90", f"{coin}/USD")
    await room.look()


async def read_for(room, minutes):
    """Return how often the balance was read in so many minutes."""
    before = len(room.sent("BalanceEx"))
    for _ in range(minutes):
        await room.engine.snapshot()
        await room.clock.sleep(60)
    return len(room.sent("BalanceEx")) - before


@pytest.fixture
async def guarded(room):
    """Half a bitcoin of one is guarded, beside all of some solana."""
    await arm_many(room, "SOL")
    room.deposit("BTC", "1")
    room.set_bid("60000")
    await room.arm("0.5", "30000", guard_id="guard-btc")
    await room.read()
    await room.look()
    return room


@pytest.mark.parametrize("coins", [COINS[:1], COINS])
async def test_an_account_is_read_while_orders_of_exits_stand_unfilled(room, coins):
    await arm_many(room, *coins)
    await room.read()
    room.world.kraken.pace = Pace(pending_s=7200)
    await sell(room, *coins)
    await room.clock.sleep(60)

    assert await read_for(room, 8) >= 7
    assert await room.alerts(BrokerTrouble) == []


@pytest.mark.parametrize("gone", ["sold", "withdrawn"])
@pytest.mark.parametrize("cause", ["stands", "lost"])
async def test_what_its_owner_sold_beside_such_an_order_is_not_sold_again(guarded, cause, gone):
    if cause == "stands":
        guarded.world.kraken.pace = Pace(pending_s=7200)
    else:
        guarded.fault(FaultKind.DROP_AFTER)
        guarded.fault_order_lists()
    await sell(guarded, "SOL")
    await guarded.clock.sleep(60)
    guarded.world.kraken.pace = None
    guarded.trade("sell", "0.5") if gone == "sold" else guarded.withdraw("BTC", "0.5")
    for _ in range(9):
        await guarded.engine.snapshot()
        await guarded.look()
        await guarded.clock.sleep(60)

    guarded.set_bid("50000")
    for _ in range(12):
        await guarded.look()
        await guarded.clock.sleep(5)

    assert guarded.world.ledger("kraken").total("BTC") == D("0.5")


@pytest.mark.parametrize(("fills_after_s", "within_s"), [(20, 6), (50, 8), (300, 16)])
async def test_a_fill_is_noticed_within_seconds_at_first_and_a_quarter_of_a_minute_later(
    room, fills_after_s, within_s
):
    await arm_many(room, "SOL")
    await room.read()
    await room.clock.sleep(60)
    room.world.kraken.pace = Pace(pending_s=fills_after_s)
    began_s = room.clock.monotonic()

    await sell(room, "SOL")
    await room.wait_for("exit ")

    assert len(await room.alerts(ExitFilled)) == 1
    assert room.clock.monotonic() - began_s <= fills_after_s + within_s


async def test_an_exit_reads_its_balance_and_leaves_at_once_beside_orders_that_stand(room):
    await arm_many(room, *COINS)
    room.deposit("BTC", "1")
    room.set_bid("60000")
    await room.arm("1", "30000", guard_id="guard-btc")
    await room.read()
    room.world.kraken.pace = Pace(pending_s=7200)
    await sell(room, *COINS)
    await room.clock.sleep(240)
    room.world.kraken.pace = None
    reads, began_s = len(room.sent("BalanceEx")), room.clock.monotonic()

    room.set_bid("20000")
    await room.look()
    await room.clock.sleep(2)

    order = room.sent("AddOrder")[-1]
    assert order.params["pair"] == "XXBTZUSD"
    assert len(room.sent("BalanceEx")) > reads
    assert room.clock.monotonic() - began_s < 4


async def test_a_reading_that_waits_for_its_keys_points_is_no_silence_of_the_venue(room):
    room.deposit("BTC", "1")
    broker = room.broker()

    async def look():
        while True:
            await broker.fetch_open_orders(priority=Priority.EXIT)

    looks = [asyncio.create_task(look()) for _ in range(2)]
    await room.clock.sleep(1)
    others = [asyncio.create_task(broker.fetch_open_orders()) for _ in range(4)]
    read = await read_for(room, 5)
    for task in looks:
        task.cancel()
    await asyncio.gather(*others)

    assert read >= 1
    assert await room.alerts(BrokerTrouble) == []
