"""A guarded coin that its venue renames: the guard's end and the new coin are reported in one message, with a question."""

from decimal import Decimal

import pytest

from engine.alerts.messages import CoinRenamed, ExitFilled, GuardPaused, GuardReduced
from engine.alerts.questions import Armed, ChoiceKind, Offer
from engine.guards.guard import GuardState
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID


@pytest.fixture
async def guarded(room):
    """Five ether, three of them guarded from 2,500 each, read and settled."""
    room.set_bid("2600", "ETH/USD")
    room.set_bid("2600", "SOL/USD")
    room.deposit("ETH", "5")
    await room.arm("3", "7500", "ETH/USD")
    await room.read()
    await room.clock.sleep(60)
    return room


def rename(room, amount="5"):
    room.withdraw("ETH", "5")
    room.deposit("SOL", amount)


async def read_again(room, times=3):
    for _ in range(times):
        await room.read()
        await room.clock.sleep(60)


async def press(room, offer, kind):
    [choice] = [choice for choice in offer.choices if choice.kind is kind]
    return await room.engine.guards.confirm(OWNER_ID, choice.confirmation_id)


@pytest.mark.fault("V32")
async def test_the_end_and_the_new_coin_are_reported_together(guarded):
    rename(guarded)

    await read_again(guarded)

    assert (await guarded.guard()).state is GuardState.CLOSED
    assert await guarded.alerts(GuardReduced) == []
    [reported] = await guarded.alerts(CoinRenamed)
    assert (reported.symbol, reported.quantity, reported.became) == ("ETH/USD", Decimal(3), "SOL")
    [line] = reported.offer.lines
    assert (line.position.asset, line.pnl_ratio) == ("SOL", Decimal("0.04"))
    kinds = [choice.kind for choice in reported.offer.choices]
    assert kinds == [ChoiceKind.GUARD_FROM_COST, ChoiceKind.GUARD_FROM_PRICE, ChoiceKind.LEAVE_ALONE]


async def test_its_button_guards_the_new_coin_from_the_old_cost(guarded):
    rename(guarded)
    await read_again(guarded)
    [reported] = await guarded.alerts(CoinRenamed)

    outcome = await press(guarded, reported.offer, ChoiceKind.GUARD_FROM_COST)

    assert isinstance(outcome, Armed)
    [guard] = outcome.guards
    assert (guard.asset, guard.quantity, guard.cost) == ("SOL", Decimal(3), Decimal(7500))
    guarded.set_bid("2475", "SOL/USD")
    await read_again(guarded)
    await guarded.sell_off()
    [sale] = await guarded.alerts(ExitFilled)
    assert (sale.symbol, sale.quantity) == ("SOL/USD", Decimal(3))


async def test_what_would_be_sold_at_once_is_asked_about_with_the_old_cost_too(guarded):
    rename(guarded)
    await read_again(guarded)
    [reported] = await guarded.alerts(CoinRenamed)
    guarded.set_bid("2400", "SOL/USD")

    question = await press(guarded, reported.offer, ChoiceKind.GUARD_FROM_COST)
    assert isinstance(question, Offer)
    outcome = await press(guarded, question, ChoiceKind.GUARD_AND_SELL_NOW)

    assert [guard.cost for guard in outcome.guards] == [Decimal(7500)]


@pytest.mark.parametrize("amount", ["4.9", "12"])
async def test_an_amount_that_is_no_multiple_is_no_renaming(guarded, amount):
    rename(guarded, amount)

    await read_again(guarded)

    assert await guarded.alerts(CoinRenamed) == []
    [reported] = await guarded.alerts(GuardPaused)
    assert (reported.seen, reported.may_return) == (Decimal(0), True)


@pytest.mark.parametrize(("amount", "guards"), [("5000", "3000"), ("0.5", "0.3")])
async def test_so_many_new_units_for_one_old_keep_the_cost_of_all(guarded, amount, guards):
    guarded.set_bid(str(Decimal(13000) / Decimal(amount)), "SOL/USD")
    rename(guarded, amount)

    await read_again(guarded)

    [reported] = await guarded.alerts(CoinRenamed)
    assert reported.arrived == Decimal(amount)
    outcome = await press(guarded, reported.offer, ChoiceKind.GUARD_FROM_COST)
    [guard] = outcome.guards
    assert (guard.asset, guard.quantity, guard.cost) == ("SOL", Decimal(guards), Decimal(7500))


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("amount", ["5", "5000"])
@pytest.mark.parametrize("waits_s", [0, 3600])
async def test_a_new_coin_that_comes_later_is_asked_about_too(guarded, amount, restarts, waits_s):
    guarded.set_bid(str(Decimal(13000) / Decimal(amount)), "SOL/USD")
    guarded.withdraw("ETH", "5")
    await read_again(guarded)
    if restarts:
        await guarded.restart()
    await guarded.clock.sleep(waits_s)
    guarded.deposit("SOL", amount)

    await read_again(guarded)

    [reported] = await guarded.alerts(CoinRenamed)
    outcome = await press(guarded, reported.offer, ChoiceKind.GUARD_FROM_COST)
    assert [guard.cost for guard in outcome.guards] == [Decimal(7500)]
    assert (await guarded.guard()).state is GuardState.CLOSED


@pytest.mark.parametrize("readings", [1, 3])
async def test_a_new_coin_that_came_before_a_restart_is_asked_about_after_it(guarded, readings):
    guarded.deposit("SOL", "5")
    await read_again(guarded, readings)
    await guarded.restart()
    guarded.withdraw("ETH", "5")

    await read_again(guarded)

    assert len(await guarded.alerts(CoinRenamed)) == 1


async def test_a_new_coin_without_a_price_is_asked_about_when_it_has_one(guarded):
    guarded.fault(FaultKind.HTML_200, "Ticker", times=None)
    guarded.fault(FaultKind.HTML_200, "Depth", times=None)
    await guarded.clock.sleep(60)
    rename(guarded)
    await read_again(guarded)
    before = await guarded.alerts(CoinRenamed)
    guarded.world.faults(Venue.KRAKEN).clear()

    await read_again(guarded)

    assert before == []
    assert len(await guarded.alerts(CoinRenamed)) == 1


async def test_an_account_rests_again_when_the_guard_whose_coin_has_no_price_is_taken_off(guarded):
    guarded.withdraw("ETH", "5")
    guarded.deposit("ADA", "5")
    await read_again(guarded)
    assert guarded.sync._reconciler._renamings.is_waiting("env-kraken")
    offer = await guarded.engine.guards.offer_unguard(OWNER_ID, "ETH", None)
    await press(guarded, offer, ChoiceKind.UNGUARD)
    await read_again(guarded, 4)
    before = len(guarded.sent("TradesHistory"))

    await read_again(guarded)

    assert await guarded.guards() == ()
    assert len(guarded.sent("TradesHistory")) == before


async def test_a_coin_that_was_there_before_is_no_new_name(guarded):
    guarded.deposit("SOL", "1")
    await read_again(guarded)
    await guarded.clock.sleep(2 * 24 * 3600)
    rename(guarded, "4")

    await read_again(guarded)

    assert await guarded.alerts(CoinRenamed) == []


async def test_a_new_coin_that_was_bought_is_no_new_name(guarded):
    guarded.withdraw("ETH", "5")
    guarded.deposit("USD", "20000")
    guarded.trade("buy", "5", "SOL/USD")

    await read_again(guarded)

    assert await guarded.alerts(CoinRenamed) == []
