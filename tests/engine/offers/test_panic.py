"""A panic on the real engine: entries are halted whatever happens, and everything that can be sold is sold once."""

import asyncio
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled, ExitParked, PanicInterrupted
from engine.guards.guard import GuardState
from engine.model.venues import Venue
from engine.offers.closing_preview import Kept, ObstacleKind
from engine.offers.outcomes import Nothing, Rejected
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID
from tests.engine.offers.buying import a_buyer
from tests.engine.offers.closing import total


async def offer(room):
    return await room.engine.panic.offer(OWNER_ID)


async def press(room, preview, user_id=OWNER_ID):
    return await room.engine.panic.press(user_id, preview.closing.confirmation_id)


async def is_halted(room):
    return await room.engine.halts.fetch_halt(OWNER_ID) is not None


@pytest.fixture
async def two(holding):
    """Bitcoin, a quarter of it guarded, and ether."""
    holding.deposit("ETH", "2")
    holding.set_bid("3000", "ETH/USD")
    await holding.arm("0.1", "5000")
    await holding.read()
    return holding


async def cut_off(room):
    """Press, and end the life of the process once buys are halted, while it still reads what is held."""
    preview = await offer(room)
    await room.clock.sleep(6)
    room.fault(FaultKind.DELAY_AFTER, "BalanceEx", delay_s=20, times=None)
    pressing = asyncio.create_task(press(room, preview))
    while not await is_halted(room):
        await room.clock.sleep(0.1)
    pressing.cancel()
    await room.crash()
    room.world.faults("kraken").clear()


async def start_again(room):
    await room.open()
    await room.engine.start()
    await room.wait_for("panic", "exit ")


async def test_one_press_halts_entries_and_sells_everything(two):
    preview = await offer(two)
    assert not await is_halted(two)
    assert total(two) == Decimal("0.4")

    begun = await press(two, preview)
    await two.wait_for("exit ")

    assert sorted(line.symbol for line in preview.closing.sellable) == ["BTC/USD", "ETH/USD"]
    assert sorted(line.symbol for line in begun.selling.lines) == ["BTC/USD", "ETH/USD"]
    assert await is_halted(two)
    assert (total(two), total(two, "ETH")) == (0, 0)
    assert [alert.manual for alert in await two.alerts(ExitFilled)] == [True, True]
    assert (await two.guard()).state is GuardState.CLOSED


async def test_a_fall_after_the_preview_keeps_nothing_from_being_sold(two):
    preview = await offer(two)
    two.set_bid("40000")

    await press(two, preview)
    await two.wait_for("exit ")

    assert (total(two), total(two, "ETH")) == (0, 0)


async def test_a_fall_while_the_venue_takes_no_orders_keeps_nothing_from_being_sold(two):
    await two.look()
    preview = await offer(two)
    two.fault(FaultKind.RATE_LIMIT, times=6)

    await press(two, preview)
    two.set_bid("40000")
    for _ in range(10):
        await two.look()
        await two.clock.sleep(2)
    await two.wait_for("exit ", within_s=200)

    assert await two.alerts(ExitParked) == []
    assert (total(two), total(two, "ETH")) == (0, 0)


async def test_what_came_after_the_preview_is_sold_too(two):
    preview = await offer(two)
    two.deposit("SOL", "10")
    two.set_bid("150", "SOL/USD")
    await two.clock.sleep(6)

    await press(two, preview)
    await two.wait_for("exit ")

    assert (total(two), total(two, "ETH"), total(two, "SOL")) == (0, 0, 0)


async def test_where_nothing_is_held_buys_are_halted_all_the_same(room):
    room.deposit("USD", "100")
    await room.read()

    begun = await press(room, await offer(room))

    assert (begun.selling.lines, begun.selling.left_out) == ((), ())
    assert await is_halted(room)


async def test_what_cannot_be_sold_is_named_and_the_rest_is_sold(two):
    two.deposit("SOL.S", "50")
    two.set_bid("150", "SOL/USD")
    await two.read()

    begun = await press(two, await offer(two))
    await two.wait_for("exit ")

    [line] = begun.selling.left_out
    assert (line.symbol, line.obstacle.kind) == ("SOL/USD", ObstacleKind.LOCKED)
    assert (total(two), total(two, "ETH"), total(two, "SOL.S")) == (0, 0, 50)


@pytest.mark.fault("C26")
async def test_a_broker_that_cannot_be_read_is_named_and_keeps_neither_the_halt_nor_the_other_sales_back(
    rooms,
):
    async with rooms(venues=(Venue.KRAKEN, Venue.ALPACA)) as room:
        room.deposit("BTC", "0.4")
        room.set_bid("50000")
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "GET /v2/account", venue=Venue.ALPACA, times=None, status=503)
        room.fault(
            FaultKind.HTTP_ERROR_BEFORE, "GET /v2/positions", venue=Venue.ALPACA, times=None, status=503
        )
        await room.read()

        preview = await offer(room)
        begun = await press(room, preview)
        await room.wait_for("exit ")

        assert [trouble.partition(" ")[0] for trouble in (*preview.unread, *begun.unread)] == [
            "Alpaca",
            "Alpaca",
        ]
        assert await is_halted(room)
        assert total(room) == 0


@pytest.mark.fault("C26")
async def test_a_broker_that_hangs_holds_up_no_sale_at_another(rooms):
    async with rooms(venues=(Venue.KRAKEN, Venue.ALPACA)) as room:
        for venue in (Venue.KRAKEN, Venue.ALPACA):
            room.deposit("BTC", "0.4", venue=venue)
            room.set_bid("50000", venue=venue)
        await room.read()
        preview = await offer(room)
        await room.clock.sleep(6)
        room.fault(FaultKind.DELAY_BEFORE, "GET /v2/account", venue=Venue.ALPACA, times=None, delay_s=30)
        pressed_at = room.seconds()

        await press(room, preview)
        await room.wait_for("exit ")

        assert total(room) == 0
        assert room.world.ledger("kraken").fills[-1].at - pressed_at < 2


async def test_no_broker_that_answers_keeps_the_halt_back(two):
    preview = await offer(two)
    await two.clock.sleep(6)
    two.fault(FaultKind.HTTP_ERROR_BEFORE, "BalanceEx", times=None, status=503)

    begun = await press(two, preview)

    assert {line.obstacle.kind for line in begun.selling.left_out} == {ObstacleKind.NO_ANSWER}
    assert len(begun.unread) == 1
    assert await is_halted(two)
    assert two.sent() == []


async def test_a_sale_that_cannot_be_written_down_keeps_neither_the_halt_nor_the_others_back(two):
    preview = await offer(two)

    async with two.refused_changes("NEW.guard_id = 'guard-1'", table="guards"):
        begun = await press(two, preview)
        await two.wait_for("exit ")

        assert await is_halted(two)
        assert (total(two), total(two, "ETH")) == (Decimal("0.4"), 0)
        [line] = begun.selling.left_out
        assert (line.symbol, line.obstacle.kind) == ("BTC/USD", ObstacleKind.NOT_WRITTEN)
        assert begun.goes_on_until is not None
    # What it could not do, it does as soon as it can.
    await two.wait_for("panic ", "exit ")
    [alert] = await two.alerts(PanicInterrupted)
    assert total(two) == 0
    assert (alert.was_stopped, alert.selling, alert.left) == (False, ("BTC/USD at Kraken",), ())


async def test_a_buy_that_may_still_fill_is_named(room):
    buyer = await a_buyer(room)
    preview = await offer(room)
    room.fault(FaultKind.DROP_BEFORE, "AddOrder")
    await buyer.buy()

    begun = await press(room, preview)
    await buyer.end()
    later = await press(room, await offer(room))

    assert (begun.buys, later.buys) == (("BTC/USD at Kraken",), ())
    assert await is_halted(room)


async def test_what_a_buy_brought_just_before_is_sold_with_its_guard(room):
    buyer = await a_buyer(room)
    preview = await offer(room)
    room.fault(FaultKind.DELAY_AFTER, "AddOrder", delay_s=5)
    await buyer.buy()

    begun = await press(room, preview)
    await buyer.end()
    await room.wait_for("exit ")

    assert begun.buys == ()
    assert [line.symbol for line in begun.selling.lines] == ["BTC/USD"]
    assert buyer.held() == 0
    assert await buyer.guards() == ()


async def test_the_button_counts_once_for_its_owner_and_a_minute(two):
    preview = await offer(two)
    stranger = await press(two, preview, OWNER_ID + 1)
    await two.clock.sleep(60)
    late = await press(two, preview)

    assert [type(one) for one in (stranger, late)] == [Nothing, Nothing]
    assert late.why is Rejected.EXPIRED
    assert not await is_halted(two)
    assert total(two) == Decimal("0.4")


async def test_a_second_press_does_nothing_again(two):
    preview = await offer(two)

    await press(two, preview)
    again = await press(two, preview)
    await two.wait_for("exit ")

    assert again.why is Rejected.USED
    assert len(two.sent()) == 2


async def test_left_alone_it_halts_and_sells_nothing(two):
    preview = await offer(two)

    kept = await two.engine.closing.keep(OWNER_ID, preview.closing.confirmation_id)
    after = await press(two, preview)

    assert kept == Kept()
    assert after.why is Rejected.USED
    assert not await is_halted(two)


@pytest.mark.fault("C27")
async def test_a_restart_between_the_halt_and_the_sales_sells_everything_once(two):
    await cut_off(two)
    assert two.sent() == []

    await start_again(two)

    assert await is_halted(two)
    assert (total(two), total(two, "ETH")) == (0, 0)
    assert len(two.sent()) == 2
    [alert] = await two.alerts(PanicInterrupted)
    assert alert.in_time
    assert (sorted(alert.selling), alert.left) == (["BTC/USD at Kraken", "ETH/USD at Kraken"], ())
    await two.crash()
    await start_again(two)
    assert len(await two.alerts(PanicInterrupted)) == 1


@pytest.mark.fault("C27")
async def test_a_restart_after_more_than_a_minute_sells_nothing_and_tells_its_owner(two):
    await cut_off(two)
    await two.clock.sleep(61)

    await start_again(two)

    assert await is_halted(two)
    assert (total(two), total(two, "ETH"), two.sent()) == (Decimal("0.4"), 2, [])
    [alert] = await two.alerts(PanicInterrupted)
    assert not alert.in_time


@pytest.mark.fault("C27")
async def test_a_restart_in_the_middle_of_the_sales_sells_nothing_twice(two):
    preview = await offer(two)
    two.fault(FaultKind.DELAY_AFTER, "AddOrder", delay_s=5, times=None)
    await press(two, preview)
    await two.clock.sleep(1)
    await two.crash()
    two.world.faults("kraken").clear()

    await start_again(two)

    assert (total(two), total(two, "ETH")) == (0, 0)
    assert sum(fill.quantity for fill in two.world.ledger("kraken").fills) == Decimal("2.4")


@pytest.mark.fault("C27")
async def test_a_broker_that_answers_only_some_time_after_the_restart_is_asked_again(two):
    await cut_off(two)
    two.fault(FaultKind.HTTP_ERROR_BEFORE, "BalanceEx", times=None, status=503)
    await two.open()
    await two.engine.start()
    await two.clock.sleep(20)
    assert two.sent() == []

    two.world.faults("kraken").clear()
    await two.wait_for("panic", "exit ")

    [alert] = await two.alerts(PanicInterrupted)
    assert (total(two), total(two, "ETH")) == (0, 0)
    assert (sorted(alert.selling), alert.left, alert.unread) == (
        ["BTC/USD at Kraken", "ETH/USD at Kraken"],
        (),
        (),
    )


async def test_a_broker_that_does_not_answer_within_the_minute_after_the_restart_is_named(two):
    await cut_off(two)
    two.fault(FaultKind.HTTP_ERROR_BEFORE, "BalanceEx", times=None, status=503)

    await start_again(two)

    [alert] = await two.alerts(PanicInterrupted)
    assert sorted(alert.left) == ["BTC/USD at Kraken", "ETH/USD at Kraken"]
    assert len(alert.unread) == 1
    assert two.sent() == []


@pytest.mark.parametrize(
    "reading_s", [3, 20], ids=["a slow reading is waited for", "one that is too slow is named"]
)
async def test_what_was_just_bought_is_never_called_not_held(room, reading_s):
    buyer = await a_buyer(room)
    await buyer.buy()
    await buyer.end()
    room.fault(FaultKind.DELAY_AFTER, "BalanceEx", delay_s=reading_s, times=None)

    preview = await offer(room)
    begun = await press(room, preview)
    await room.wait_for("exit ")

    [line] = (*begun.selling.lines, *begun.selling.left_out)
    if reading_s == 3:
        assert line.obstacle is None
        assert buyer.held() == 0
    else:
        assert line.obstacle.kind is ObstacleKind.NO_ANSWER
        assert line.quantity == buyer.held() > 0
