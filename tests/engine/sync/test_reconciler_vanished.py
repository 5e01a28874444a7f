"""A guarded quantity that a venue shows no more, and what becomes of its guard when it is back."""

from decimal import Decimal

import pytest

from engine.alerts.messages import (
    ClosedElsewhere,
    ExitFilled,
    ExitParked,
    GuardPaused,
    GuardReduced,
    GuardResumed,
)
from engine.alerts.questions import Armed, ChoiceKind
from engine.guards.guard import GuardState
from engine.model.venues import Venue
from engine.offers.outcomes import Unguarded
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID

A_DAY = 24 * 3600.0


@pytest.fixture
async def guarded(room):
    """Five ether, three of them guarded from 2,500 each, read and settled."""
    room.set_bid("2600", "ETH/USD")
    room.deposit("ETH", "5")
    await room.arm("3", "7500", "ETH/USD")
    await read_again(room)
    return room


async def read_again(room, times=3):
    for _ in range(times):
        await room.read()
        await room.clock.sleep(60)


async def vanish(room):
    """Let the venue answer without any balance for minutes."""
    room.fault(FaultKind.HTML_200, "BalanceEx", body='{"error": [], "result": {}}', times=3)
    await read_again(room)


async def standing(room):
    guard = await room.guard()
    return guard.state, guard.quantity, guard.cost


async def press(room, offer, kind):
    [choice] = [choice for choice in offer.choices if choice.kind is kind]
    return await room.engine.guards.confirm(OWNER_ID, choice.confirmation_id)


WAITING = GuardState.PAUSED, Decimal(3), Decimal(7500)
ARMED = GuardState.ARMED, Decimal(3), Decimal(7500)


async def test_an_empty_answer_for_minutes_pauses_the_guard_and_forgets_nothing(guarded):
    await vanish(guarded)

    assert await standing(guarded) == WAITING
    assert await guarded.alerts(GuardReduced) == []
    [reported] = await guarded.alerts(GuardPaused)
    assert (reported.guarded, reported.seen, reported.may_return) == (Decimal(3), Decimal(0), True)
    assert [choice.kind for choice in reported.offer.choices] == [ChoiceKind.UNGUARD]


@pytest.mark.fault("V45")
async def test_what_comes_back_as_it_was_is_guarded_again_at_once_and_reported(guarded):
    await vanish(guarded)

    await read_again(guarded, 1)

    assert await standing(guarded) == ARMED
    [reported] = await guarded.alerts(GuardResumed)
    assert (reported.symbol, reported.guarded, reported.seen) == ("ETH/USD", Decimal(3), Decimal(5))
    guarded.set_bid("2400", "ETH/USD")
    await guarded.sell_off()
    [sale] = await guarded.alerts(ExitFilled)
    assert sale.quantity == Decimal(3)


async def test_a_restart_while_it_is_gone_changes_nothing(guarded):
    await vanish(guarded)

    await guarded.restart()
    await read_again(guarded, 1)

    assert await standing(guarded) == ARMED
    assert len(await guarded.alerts(GuardResumed)) == 1


async def test_what_is_gone_is_shown_and_can_be_taken_off(guarded):
    guarded.withdraw("ETH", "5")
    await read_again(guarded)
    [reported] = await guarded.alerts(GuardPaused)

    shown = await guarded.engine.portfolio.fetch_portfolio(OWNER_ID)
    outcome = await press(guarded, reported.offer, ChoiceKind.UNGUARD)

    assert [(one.asset, one.quantity, one.guard.state) for one in shown.positions] == [
        ("ETH", Decimal(0), GuardState.PAUSED)
    ]
    assert isinstance(outcome, Unguarded)
    assert (await guarded.guard()).state is GuardState.CLOSED


@pytest.mark.parametrize(
    ("amount", "quantity", "cost"),
    [("4", "2", "5000"), ("5.5", "3", "7500"), ("50", "30", "7500"), ("0.5", "0.5", None)],
    ids=["less", "more", "other units", "hardly anything"],
)
async def test_another_quantity_is_asked_about_with_the_old_cost(guarded, amount, quantity, cost):
    guarded.withdraw("ETH", "5")
    await read_again(guarded)
    guarded.deposit("ETH", amount)

    await read_again(guarded)

    assert await standing(guarded) == WAITING
    [_, asked] = await guarded.alerts(GuardPaused)
    assert (asked.seen, asked.may_return) == (Decimal(amount), False)
    kind = ChoiceKind.GUARD_FROM_COST if cost else ChoiceKind.GUARD_FROM_PRICE
    outcome = await press(guarded, asked.offer, kind)
    assert isinstance(outcome, Armed)
    [guard] = outcome.guards
    assert guard.quantity == Decimal(quantity)
    assert cost is None or guard.cost == Decimal(cost)
    assert (await guarded.guard()).state is GuardState.CLOSED


async def test_what_comes_back_in_parts_goes_on_once_all_of_it_is_there(guarded):
    await vanish(guarded)
    guarded.world.kraken_account.show_balance("ETH", balance=Decimal(2))
    await read_again(guarded)
    guarded.world.kraken_account.show_true_balances()

    await read_again(guarded, 1)

    assert await standing(guarded) == ARMED


async def test_a_wrong_quantity_in_one_reading_is_not_asked_about(guarded):
    await vanish(guarded)
    guarded.world.kraken_account.show_balance("ETH", balance=Decimal(2))
    await read_again(guarded, 1)
    guarded.world.kraken_account.show_true_balances()

    await read_again(guarded, 1)

    assert len(await guarded.alerts(GuardPaused)) == 1
    assert await standing(guarded) == ARMED


async def test_what_is_back_after_more_than_a_day_is_asked_about(guarded):
    guarded.withdraw("ETH", "5")
    await read_again(guarded)
    await guarded.clock.sleep(A_DAY)
    guarded.deposit("ETH", "5")

    await read_again(guarded)

    assert await standing(guarded) == WAITING
    [_, asked] = await guarded.alerts(GuardPaused)
    outcome = await press(guarded, asked.offer, ChoiceKind.RESUME_GUARD)
    assert isinstance(outcome, Armed)
    assert await standing(guarded) == ARMED


async def test_what_its_owner_bought_after_a_withdrawal_is_not_guarded(guarded):
    guarded.withdraw("ETH", "5")
    await read_again(guarded)
    guarded.deposit("USD", "20000")
    guarded.trade("buy", "2", "ETH/USD")

    await read_again(guarded)

    assert (await guarded.guard()).state is GuardState.CLOSED
    [reported] = await guarded.alerts(GuardReduced)
    assert reported.now == 0


async def test_a_sale_at_the_venue_that_is_reported_late_ends_the_guard(guarded):
    await guarded.clock.sleep(60)
    guarded.fault(
        FaultKind.HTML_200,
        "TradesHistory",
        body='{"error": [], "result": {"trades": {}, "count": 0}}',
        times=4,
    )
    guarded.trade("sell", "5", "ETH/USD")
    await read_again(guarded, 2)
    before = await standing(guarded)

    await read_again(guarded, 4)

    assert before == WAITING
    assert (await guarded.guard()).state is GuardState.CLOSED
    [reported] = await guarded.alerts(ClosedElsewhere)
    assert reported.quantity == Decimal(3)


async def test_an_exit_that_finds_nothing_leaves_a_guard_that_waits(guarded):
    guarded.withdraw("ETH", "5")
    guarded.set_bid("2400", "ETH/USD")
    await guarded.sell_off()
    before = await standing(guarded)
    guarded.deposit("ETH", "5")

    await read_again(guarded, 1)

    assert before == WAITING
    assert len(await guarded.alerts(ExitParked)) == 1
    assert await standing(guarded) == ARMED


async def test_a_part_that_was_sold_before_the_rest_vanished_stays_sold(guarded):
    guarded.trade("sell", "1", "ETH/USD")
    await vanish(guarded)
    before = await standing(guarded)

    await read_again(guarded, 1)

    assert before == (GuardState.PAUSED, Decimal(2), Decimal(5000))
    assert await standing(guarded) == (GuardState.ARMED, Decimal(2), Decimal(5000))


@pytest.mark.parametrize("venue", [Venue.COINBASE, Venue.ALPACA])
async def test_it_is_so_at_every_venue(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        room.set_bid("2600", "ETH/USD", venue=venue)
        room.deposit("ETH", "5", venue=venue)
        await room.arm("3", "7500", "ETH/USD", venue=venue)
        await read_again(room)
        room.withdraw("ETH", "5", venue=venue)
        await read_again(room)
        before = await standing(room)
        room.deposit("ETH", "5", venue=venue)

        await read_again(room, 1)

        assert before == WAITING
        assert await standing(room) == ARMED


@pytest.mark.fault("V63")
async def test_a_reading_of_before_does_not_say_that_what_an_exit_found_gone_is_back(guarded):
    guarded.fault(FaultKind.ERROR, message="EOrder:Insufficient funds", times=None)
    guarded.withdraw("ETH", "5")
    guarded.set_bid("2400", "ETH/USD")
    await guarded.look()
    await guarded.clock.sleep(8.5)
    guarded.world.kraken_account.show_balance("ETH", balance=Decimal(5))
    guarded.deposit("USD", "10")
    guarded.fault(FaultKind.DELAY_BEFORE, "TradesHistory", delay_s=9)
    await guarded.engine.snapshot()
    await guarded.clock.sleep(0.5)
    guarded.world.kraken_account.show_true_balances()
    await guarded.wait_for("exit ")
    found_gone = await standing(guarded)

    await guarded.wait_for("snapshot ")

    assert (found_gone, await standing(guarded)) == (WAITING, WAITING)
    assert await guarded.alerts(GuardResumed) == []


async def test_what_an_exit_found_gone_counts_as_gone_from_then(guarded):
    await guarded.clock.sleep(2 * A_DAY)
    guarded.fault(FaultKind.ERROR, message="EOrder:Insufficient funds", times=None)
    guarded.withdraw("ETH", "5")
    guarded.set_bid("2400", "ETH/USD")
    await guarded.sell_off()
    guarded.set_bid("2600", "ETH/USD")
    guarded.deposit("ETH", "5")

    await read_again(guarded, 1)

    assert await standing(guarded) == ARMED
    assert len(await guarded.alerts(GuardResumed)) == 1
