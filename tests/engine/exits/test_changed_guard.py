"""A guard that somebody changes while it is being sold: the sale is written down all the same."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.exits.changed_guard import is_as_sold, left_of_changed
from engine.exits.endings import await_return, stand_down
from engine.exits.exit_quantity import Dust
from engine.guards.guard import Guard, GuardSource, GuardState
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import Direction, PositionKind
from engine.model.venues import Venue
from engine.orders.intents import ManualClose
from engine.orders.states import IntentState
from sandbox.faults import FaultKind
from tests.engine_room import a_trigger
from tests.patient_loop import START

D = Decimal

GUARD = Guard(
    guard_id="guard-1",
    user_id=1,
    account_id="env-kraken",
    venue=Venue.KRAKEN,
    kind=PositionKind.SPOT,
    direction=Direction.LONG,
    asset="BTC",
    symbol="BTC/USD",
    quantity=D("0.1"),
    cost=D(6000),
    currency="USD",
    threshold=D("-0.01"),
    source=GuardSource.MANUAL,
    created_at=START,
)
CLOSING = replace(GUARD, state=GuardState.CLOSING, reason=GuardReason.SELLING)
SOLD = replace(GUARD.with_quantity(D(0)), reason=GuardReason.SOLD)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (CLOSING, True),
        (replace(CLOSING, reason=GuardReason.SELLING_ON_REQUEST), True),
        (replace(CLOSING, quantity=D("0.2")), False),
        (replace(CLOSING, cost=D(5000)), False),
        (replace(CLOSING, threshold=D("-0.02")), False),
        (replace(GUARD, state=GuardState.PAUSED, reason=GuardReason.ENTRY_CHANGED), False),
        (replace(GUARD, state=GuardState.CLOSED, reason=GuardReason.TAKEN_OFF), False),
    ],
)
def test_a_guard_is_as_sold_while_it_is_closing_and_else_as_it_was(stored, expected):
    assert is_as_sold(stored, GUARD) is expected
    assert is_as_sold(stored, CLOSING) is expected


BIGGER = replace(CLOSING, quantity=D("0.3"), cost=D(18000))
PAUSED = replace(BIGGER, state=GuardState.PAUSED, reason=GuardReason.ENTRY_CHANGED)
TAKEN_OFF = replace(GUARD, state=GuardState.CLOSED, reason=GuardReason.TAKEN_OFF)
STOOD_DOWN = GUARD
AWAITS = replace(GUARD, state=GuardState.PAUSED, reason=GuardReason.VANISHED)
MANUAL = ManualClose(guarded=D("0.05"), guarded_cost=D(3000), entry_known=True)


@pytest.mark.parametrize(
    ("stored", "ended", "filled", "manual", "left"),
    [
        (TAKEN_OFF, SOLD, "0.1", None, ("0.1", 6000, GuardState.CLOSED, GuardReason.TAKEN_OFF)),
        (TAKEN_OFF, STOOD_DOWN, "0", None, ("0.1", 6000, GuardState.CLOSED, GuardReason.TAKEN_OFF)),
        (BIGGER, SOLD, "0.1", None, ("0.2", 12000, GuardState.ARMED, None)),
        (BIGGER, STOOD_DOWN, "0", None, ("0.3", 18000, GuardState.ARMED, None)),
        (BIGGER, AWAITS, "0", None, ("0.3", 18000, GuardState.PAUSED, "vanished")),
        (BIGGER, SOLD, "0.1", MANUAL, ("0.05", 3000, GuardState.ARMED, None)),
        (BIGGER, AWAITS, "0", MANUAL, ("0.05", 3000, GuardState.PAUSED, "vanished")),
        (
            BIGGER,
            AWAITS,
            "0",
            replace(MANUAL, paused=GuardReason.ENTRY_CHANGED),
            ("0.05", 3000, GuardState.PAUSED, GuardReason.ENTRY_CHANGED),
        ),
        (PAUSED, SOLD, "0.1", None, ("0.2", 12000, GuardState.PAUSED, GuardReason.ENTRY_CHANGED)),
        (
            replace(CLOSING, quantity=D("0.05"), cost=D(3000)),
            SOLD,
            "0.1",
            None,
            ("0", 0, GuardState.CLOSED, "sold"),
        ),
    ],
)
def test_what_was_sold_goes_off_a_changed_guard_and_all_else_stays_as_it_was_changed(
    stored, ended, filled, manual, left
):
    after = left_of_changed(stored, ended, filled=D(filled), manual=manual)

    assert (after.quantity, after.cost, after.state, after.reason) == (D(left[0]), left[1], *left[2:])


@pytest.fixture
async def falling(room):
    """A tenth of three, past its threshold."""
    room.deposit("BTC", "0.3")
    room.set_bid("50000")
    room.judged = await room.arm("0.1", "6000")
    return room


async def sell_while(room, change):
    """Sell; the guard changes while the order is on its way."""
    room.fault(FaultKind.DELAY_BEFORE, delay_s=1)
    await room.look()
    async with asyncio.timeout(30):
        while not any(call.outcome is None for call in room.sent()):
            await room.clock.sleep(0.05)
    await change()
    room.set_bid("70000")
    await room.wait_for("exit ")


async def standing(room):
    guard = await room.guard()
    return guard.state, guard.quantity, guard.reason


async def is_written_down(room):
    [intent] = await room.intents()
    [alert] = await room.alerts(ExitFilled)
    return (intent.state, intent.filled_quantity, alert.quantity) == (IntentState.FILLED, D("0.1"), D("0.1"))


@pytest.mark.fault("P41")
async def test_a_sale_is_written_down_though_its_guard_was_taken_off_meanwhile(falling):
    taken_off = replace(falling.judged, state=GuardState.CLOSED, reason=GuardReason.TAKEN_OFF)

    await sell_while(falling, lambda: falling.put(taken_off))

    assert await is_written_down(falling)
    assert await standing(falling) == (GuardState.CLOSED, D("0.1"), GuardReason.TAKEN_OFF)
    assert not falling.failures


async def test_a_sale_goes_off_a_guard_that_grew_meanwhile(falling):
    async def grow():
        await falling.put(replace(await falling.guard(), quantity=D("0.3"), cost=D(18000)))

    await sell_while(falling, grow)

    assert await is_written_down(falling)
    assert await standing(falling) == (GuardState.ARMED, D("0.2"), None)


async def test_a_sale_closes_its_guard_though_the_row_was_damaged_meanwhile(falling):
    await sell_while(falling, lambda: falling.damage("guards", "threshold = 'NaN'"))

    assert await is_written_down(falling)
    assert await standing(falling) == (GuardState.CLOSED, D(0), "sold")


async def planned(room):
    return await room.journal.plan_exit(
        await room.guard(), a_trigger(at=room.clock.now()), intent_id="exit-1"
    )


async def test_what_stands_down_leaves_a_changed_guard_as_it_was_changed_and_watching(falling):
    live = await planned(falling)
    await falling.put(replace(live.guard, quantity=D("0.2"), cost=D(12000)))

    await stand_down(falling.journal, live.intent, falling.judged, was=falling.judged)

    assert await standing(falling) == (GuardState.ARMED, D("0.2"), None)
    [intent] = await falling.intents()
    assert intent.state is IntentState.SUPERSEDED


async def test_an_exit_that_waits_for_a_return_arms_no_guard_that_was_taken_off(falling):
    live = await planned(falling)
    await falling.put(replace(live.guard, state=GuardState.CLOSED, reason=GuardReason.TAKEN_OFF))

    dust = Dust(D("0.1"), "nothing of it is there")
    await await_return(falling.journal, live.intent, falling.judged, was=falling.judged, dust=dust)

    assert await standing(falling) == (GuardState.CLOSED, D("0.1"), GuardReason.TAKEN_OFF)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": GuardState.CLOSED, "reason": GuardReason.TAKEN_OFF},
        {"quantity": D("0.05"), "cost": D(3000)},
        {"threshold": D("-0.2")},
    ],
)
async def test_a_guard_that_is_not_as_it_was_judged_is_not_sold_and_nothing_is_written(falling, changes):
    changed = replace(falling.judged, **changes)
    await falling.put(changed)
    trigger = a_trigger(at=falling.clock.now())

    live = await falling.journal.plan_exit(falling.judged, trigger, intent_id="exit-1")
    sent = await falling.journal.plan_and_send(
        falling.judged, trigger, intent_id="exit-2", quantity=D("0.1"), basis=None
    )

    assert live is sent is None
    assert await falling.intents() == []
    assert await falling.guard() == changed
