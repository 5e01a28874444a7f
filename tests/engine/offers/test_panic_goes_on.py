"""A panic that goes on by itself: what could not be read or begun with its press is tried again while its minute lasts."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled, PanicInterrupted
from engine.offers.closing_preview import ObstacleKind
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID
from tests.engine.offers.closing import total


async def offer(room):
    return await room.engine.panic.offer(OWNER_ID)


async def press(room, preview):
    return await room.engine.panic.press(OWNER_ID, preview.closing.confirmation_id)


async def start_again(room):
    await room.open()
    await room.engine.start()
    await room.wait_for("panic", "exit ")


@pytest.fixture
async def two(holding):
    """Bitcoin, a quarter of it guarded, and ether."""
    holding.deposit("ETH", "2")
    holding.set_bid("3000", "ETH/USD")
    await holding.arm("0.1", "5000")
    await holding.read()
    return holding


@pytest.mark.fault("C26")
async def test_a_sale_that_can_be_written_down_within_no_minute_is_named_and_not_begun_later(two):
    preview = await offer(two)

    async with two.refused_changes("NEW.guard_id = 'guard-1'", table="guards"):
        await press(two, preview)
        await two.wait_for("panic ", "exit ")
    await two.crash()
    await start_again(two)

    [alert] = await two.alerts(PanicInterrupted)
    assert (alert.was_stopped, alert.selling, alert.left) == (False, (), ("BTC/USD at Kraken",))
    assert total(two) == Decimal("0.4")


@pytest.mark.fault("C26")
async def test_a_broker_that_answers_again_within_the_minute_is_sold_at_without_another_press(two):
    preview = await offer(two)
    await two.clock.sleep(6)
    two.fault(FaultKind.HTTP_ERROR_BEFORE, "BalanceEx", times=None, status=503)
    begun = await press(two, preview)
    await two.clock.sleep(20)
    assert two.sent() == []

    two.world.faults("kraken").clear()
    await two.wait_for("panic ", "exit ")

    [alert] = await two.alerts(PanicInterrupted)
    assert begun.goes_on_until is not None
    assert (total(two), total(two, "ETH"), len(two.sent())) == (0, 0, 2)
    assert (alert.was_stopped, sorted(alert.selling)) == (False, ["BTC/USD at Kraken", "ETH/USD at Kraken"])
    # It is done: the next start sells nothing of what comes after it.
    two.deposit("SOL", "10")
    two.set_bid("150", "SOL/USD")
    await two.crash()
    await start_again(two)
    assert total(two, "SOL") == 10


@pytest.mark.fault("C26")
async def test_a_broker_that_answers_again_after_the_minute_sells_nothing_and_is_named(two):
    preview = await offer(two)
    await two.clock.sleep(6)
    two.fault(FaultKind.HTTP_ERROR_BEFORE, "BalanceEx", times=None, status=503)
    await press(two, preview)
    await two.wait_for("panic ")

    two.world.faults("kraken").clear()
    await two.read()
    await two.wait_for("panic ", "exit ")

    [alert] = await two.alerts(PanicInterrupted)
    assert (alert.selling, len(alert.unread), two.sent()) == ((), 1, [])
    assert sorted(alert.left) == ["BTC/USD at Kraken", "ETH/USD at Kraken"]


@pytest.mark.fault("C26")
async def test_what_is_left_for_a_reason_that_stays_ends_the_panic_with_its_press(two):
    two.deposit("SOL.S", "50")
    two.set_bid("150", "SOL/USD")
    await two.read()

    begun = await press(two, await offer(two))
    await two.wait_for("panic ", "exit ")

    assert begun.goes_on_until is None
    assert await two.alerts(PanicInterrupted) == []


@pytest.mark.fault("C26")
async def test_what_was_not_read_since_an_order_of_it_is_sold_once_it_was(holding):
    await holding.arm("0.1", "6000")
    preview = await offer(holding)
    await holding.sell_off()
    holding.fault(FaultKind.DELAY_AFTER, "BalanceEx", delay_s=20, times=None)

    begun = await press(holding, preview)
    holding.world.faults("kraken").clear()
    await holding.wait_for("panic ", "exit ")

    [line] = begun.selling.left_out
    [alert] = await holding.alerts(PanicInterrupted)
    assert (line.obstacle.kind, begun.goes_on_until is not None) == (ObstacleKind.UNREAD_SALE, True)
    assert (alert.selling, alert.left) == (("BTC/USD at Kraken",), ())
    assert (total(holding), [sale.quantity for sale in await holding.alerts(ExitFilled)]) == (
        0,
        [Decimal("0.1"), Decimal("0.3")],
    )


@pytest.mark.fault("C26")
async def test_a_stop_of_the_process_while_a_panic_goes_on_leaves_the_rest_to_the_next_one(two):
    preview = await offer(two)
    await two.clock.sleep(6)
    two.fault(FaultKind.HTTP_ERROR_BEFORE, "BalanceEx", times=None, status=503)
    await press(two, preview)
    await two.clock.sleep(8)
    await two.crash()
    two.world.faults("kraken").clear()

    await start_again(two)

    [alert] = await two.alerts(PanicInterrupted)
    assert (total(two), total(two, "ETH"), len(two.sent())) == (0, 0, 2)
    assert alert.was_stopped
