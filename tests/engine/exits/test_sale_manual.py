"""Sales that their owner requested, on the real engine: no more than was shown, and what was not guarded stays unguarded."""

import asyncio
from decimal import Decimal
from functools import partial

import pytest

from engine.alerts.messages import ExitFilled, ExitParked, GuardPaused, GuardReduced
from engine.exits.endings import abandon, await_return, give_up, pause_for_split, presume_filled
from engine.exits.exit_quantity import Dust
from engine.guards.guard import GuardSource, GuardState
from engine.model.guard_reasons import GuardReason
from engine.offers.closing_preview import ObstacleKind
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID
from tests.engine.exits.manual import NOTHING, SOME, begin, press

D = Decimal


@pytest.fixture
async def holding(room):
    """Four tenths of a bitcoin that came from elsewhere, worth 50,000 dollars each."""
    room.deposit("BTC", "0.4")
    room.set_bid("50000")
    await room.read()
    return room


@pytest.mark.fault("C18")
async def test_what_is_unlocked_after_the_press_is_not_sold_and_stays_guarded(room):
    room.set_bid("50000")
    room.deposit("BTC", "0.3")
    room.deposit("BTC.S", "0.1")
    await room.arm("0.4", "20000")
    await room.read()
    room.fault(FaultKind.RATE_LIMIT, times=4)

    await press(room)
    room.withdraw("BTC.S", "0.1")
    room.deposit("BTC", "0.1")
    await room.wait_for("exit ", within_s=200)

    [filled] = await room.alerts(ExitFilled)
    guard = await room.guard()
    assert (filled.quantity, filled.left_over) == (D("0.3"), D("0.1"))
    assert "more than you were shown" in filled.left_over_why
    assert (guard.quantity, guard.cost, guard.state) == (D("0.1"), D(5000), GuardState.ARMED)


ENDINGS = {
    "counted as sold": partial(presume_filled, left=D("0.2"), owned=D("0.2")),
    "other units": partial(pause_for_split, owned=D("0.4")),
    "nothing there": partial(await_return, dust=Dust(D("0.4"), "nothing of it is there any more")),
    "too little": partial(abandon, dust=Dust(D("0.001"), "too little")),
    "too late": partial(give_up, why=GuardReason.TOO_LATE),
}
ENTRY = GuardReason.ENTRY_CHANGED
VANISHED = GuardReason.VANISHED


@pytest.mark.fault("P53")
@pytest.mark.parametrize(
    ("ending", "guarded", "paused", "left"),
    [
        ("counted as sold", SOME, None, (GuardState.ARMED, D("0.1"), D(5000), None)),
        ("counted as sold", SOME, "a split", (GuardState.PAUSED, D("0.1"), D(5000), "a split")),
        ("counted as sold", NOTHING, None, (GuardState.CLOSED,)),
        ("other units", SOME, None, (GuardState.PAUSED, D("0.1"), D(5000), ENTRY)),
        ("other units", SOME, "a split", (GuardState.PAUSED, D("0.1"), D(5000), "a split")),
        ("other units", NOTHING, None, (GuardState.CLOSED,)),
        ("nothing there", SOME, None, (GuardState.PAUSED, D("0.1"), D(5000), VANISHED)),
        ("nothing there", SOME, "a split", (GuardState.PAUSED, D("0.1"), D(5000), "a split")),
        ("nothing there", NOTHING, None, (GuardState.CLOSED,)),
        ("too little", SOME, None, (GuardState.ARMED, D("0.1"), D(5000), None)),
        ("too little", SOME, "a split", (GuardState.PAUSED, D("0.1"), D(5000), "a split")),
        ("too little", (D("0.001"), D(50)), None, (GuardState.CLOSED,)),
        ("too late", SOME, None, (GuardState.ARMED, D("0.1"), D(5000), None)),
        ("too late", NOTHING, None, (GuardState.CLOSED,)),
    ],
)
async def test_however_it_ends_unsold_only_what_was_guarded_before_stays_guarded_as_it_was(
    holding, ending, guarded, paused, left
):
    live = await begin(holding, guarded, paused=paused)

    await ENDINGS[ending](holding.journal, live.intent, live.guard, was=live.guard)

    guard = await holding.guard()
    assert (guard.state, guard.quantity, guard.cost, guard.reason)[: len(left)] == left
    [alert] = await holding.alerts(ExitParked, GuardReduced, GuardPaused)
    assert isinstance(alert, GuardPaused) == (ending == "other units" and guarded != NOTHING)


@pytest.mark.fault("C19")
@pytest.mark.parametrize(
    ("bid", "is_sold"), [("49400", False), ("49600", True), ("60000", True), (None, True)]
)
async def test_what_was_refused_is_not_sold_at_a_price_much_worse_than_was_agreed_to(holding, bid, is_sold):
    await holding.arm("0.1", "4000")
    await holding.look()
    holding.fault(FaultKind.RATE_LIMIT, times=4)

    await press(holding)
    if bid is None:
        holding.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    else:
        holding.set_bid(bid)
    for _ in range(10):
        await holding.look()
        await holding.clock.sleep(2)
    await holding.wait_for("exit ", within_s=200)

    guard = await holding.guard()
    assert (holding.world.ledger("kraken").total("BTC") == 0) == is_sold
    assert [parked.why for parked in await holding.alerts(ExitParked)] == [GuardReason.PRICE_WORSE] * (
        not is_sold
    )
    if not is_sold:
        assert (guard.quantity, guard.cost, guard.state) == (D("0.1"), D(4000), GuardState.ARMED)


@pytest.mark.fault("C22")
async def test_of_two_buttons_for_one_position_that_is_not_guarded_only_one_sells(holding):
    first, second = [await holding.engine.closing.offer_close(OWNER_ID, "BTC") for _ in range(2)]
    holding.fault(FaultKind.DELAY_BEFORE, "Ticker", delay_s=1.2)

    async with asyncio.TaskGroup() as presses:
        slow = presses.create_task(holding.engine.closing.close(OWNER_ID, second.confirmation_id))
        await holding.clock.sleep(0.1)
        await holding.engine.closing.close(OWNER_ID, first.confirmation_id)
        await holding.wait_for("exit ", within_s=200)
        holding.deposit("BTC", "0.4")

    await holding.wait_for("exit ", within_s=200)
    [left_out] = slow.result().left_out
    assert len(holding.sent()) == len(await holding.alerts(ExitFilled)) == 1
    assert left_out.obstacle.kind is ObstacleKind.CHANGED


async def test_what_was_paid_is_known_as_before_where_it_ends_unsold(holding):
    before = await holding.arm("0.1", "5000", source=GuardSource.EXISTING_PRICE, paid=D(4000))
    holding.fault(FaultKind.RATE_LIMIT, times=None)

    await press(holding)
    await holding.wait_for("exit ", within_s=200)

    assert len(await holding.alerts(ExitParked)) == 1
    assert await holding.guard() == before


async def fall(room, bid, *, endpoint=None):
    """Let the price fall right after the press, while one answer of the venue takes four seconds."""
    if endpoint is not None:
        room.fault(FaultKind.DELAY_BEFORE, endpoint, delay_s=4)
    await press(room)
    room.set_bid(bid)
    for _ in range(10):
        await room.look()
        await room.clock.sleep(2)
    await room.wait_for("exit ", within_s=200)


@pytest.mark.fault("C21")
@pytest.mark.parametrize(("bid", "is_sold"), [("42000", False), ("49600", True)])
async def test_a_first_attempt_that_waited_for_a_cancelled_order_is_held_against_the_price_too(
    holding, bid, is_sold
):
    holding.trade("sell", "0.4", limit="60000")
    await holding.arm("0.1", "4000")
    await holding.read()
    await holding.look()

    await fall(holding, bid, endpoint="CancelOrder")

    assert len(holding.sent()) == is_sold
    assert [parked.why for parked in await holding.alerts(ExitParked)] == [GuardReason.PRICE_WORSE] * (
        not is_sold
    )


async def test_a_first_attempt_that_waited_for_readings_to_agree_is_held_against_the_price_too(holding):
    await holding.arm("0.2", "8000")
    await holding.read()
    await holding.look()
    await holding.clock.sleep(20)
    holding.withdraw("BTC", "0.25")

    await fall(holding, "42000")

    assert not holding.sent()
    assert [parked.why for parked in await holding.alerts(ExitParked)] == [GuardReason.PRICE_WORSE]


async def test_nothing_leaves_after_a_minute_where_a_restart_waited_for_a_price(holding):
    await begin(holding, SOME)
    await holding.crash()
    await holding.clock.sleep(58)
    holding.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)

    await holding.open()
    await holding.engine.start()
    await holding.wait_for("exit ", within_s=200)

    assert [parked.why for parked in await holding.alerts(ExitParked)] == [GuardReason.TOO_LATE]
    assert not holding.sent()
