"""A sale of ours whose fills no venue reports yet explains what is missing, whatever the wall clock was set to."""

import pytest
from sqlalchemy import text

from engine.alerts.messages import GuardPaused, GuardReduced
from engine.orders import fills_store as fill_rows

HOUR_S, MONTH_S = 3600, 30 * 86_400
STEPS = pytest.mark.parametrize("step_s", [-MONTH_S, -HOUR_S, 0, HOUR_S, MONTH_S])


async def read_for_minutes(room, minutes):
    for _ in range(minutes):
        await room.read()
        await room.clock.sleep(60)


@pytest.fixture
async def sold(room):
    """A coin sold for another guarded one, and no fill of it known."""
    room.deposit("BTC", "0.1")
    room.deposit("USDT", "1000")
    room.set_bid("1", "USDT/USD")
    room.set_bid("70000", "BTC/USDT")
    await room.arm("0.1", "6000", "BTC/USDT", guard_id="btc")
    await room.arm("1000", "1000", "USDT/USD", guard_id="usdt")
    await read_for_minutes(room, 2)
    room.set_bid("50000", "BTC/USDT")
    await room.sell_off()
    await forget_fills(room)
    return room


async def forget_fills(room):
    room.unreported = room.world.ledger("kraken").fills.pop()
    async with room.database.write() as session:
        await session.exec(text("DELETE FROM fills"))


async def report_fills(room):
    room.world.ledger("kraken").fills.append(room.unreported)
    await read_for_minutes(room, 3)


async def is_covered(room):
    [intent] = await room.intents()
    async with room.database.read() as session:
        return bool(await fill_rows.load_order_fills(session, "env-kraken", intent.venue_order_id))


@pytest.mark.fault("V52")
@STEPS
@pytest.mark.parametrize("is_restarted", [False, True])
async def test_what_our_sale_brought_pauses_no_guard(sold, step_s, is_restarted):
    sold.clock.set_by(step_s)
    if is_restarted:
        await sold.restart()

    await read_for_minutes(sold, 3)
    await report_fills(sold)

    assert await sold.alerts(GuardPaused, GuardReduced) == []
    assert (await sold.guard("usdt")).quantity == 1000


@STEPS
@pytest.mark.parametrize("is_restarted", [False, True])
async def test_its_fills_are_requested_until_they_are_reported(sold, step_s, is_restarted):
    sold.clock.set_by(step_s)
    if is_restarted:
        await sold.restart()
    await read_for_minutes(sold, 5)

    await report_fills(sold)

    assert await is_covered(sold)
