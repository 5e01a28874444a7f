"""What a tick waits for makes no poll wait, neither of its own guard nor of others at its venue."""

import asyncio

import pytest

from sandbox.faults import FaultKind
from tests.engine.watch.streaming import quiet


async def look_every_five_seconds(room, seconds):
    for _ in range(seconds // 5):
        await room.engine.guard()
        await room.clock.sleep(5)


def push_too_little(room, number):
    """Push a top that is too thin to be judged by itself."""
    room.stream.push(f"59000.{number:03}", "59010", bid_quantity="0.001")


@pytest.fixture
async def waiting(agreed):
    """An ether beside the bitcoin, which nobody pushes; from now on no book comes."""
    agreed.deposit("ETH", "1")
    await agreed.arm("1", "3000", "ETH/USD", guard_id="guard-2")
    agreed.set_bid("3000", "ETH/USD")
    await agreed.look()
    agreed.fault(FaultKind.DELAY_BEFORE, "Depth", times=None, delay_s=60)
    return agreed


@pytest.mark.fault("V111")
@pytest.mark.parametrize(("bid", "symbol"), [("59000", "BTC/USD"), ("2950", "ETH/USD")], ids=["own", "other"])
async def test_a_tick_that_waits_for_a_book_keeps_no_poll_from_selling(waiting, bid, symbol):
    looks = asyncio.create_task(look_every_five_seconds(waiting, 20))
    fell = waiting.clock.monotonic()
    waiting.set_bid(bid, symbol)
    for number in range(100):
        push_too_little(waiting, number)
        await waiting.clock.sleep(0.1)
    await looks
    await quiet(waiting)

    [order] = waiting.sent()
    assert order.monotonic - fell <= 5.5
