"""Another stop or target of a guard: one press of a button that showed it, and never a sale at a loss."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.guards.guard import AtTarget
from engine.model.venues import Venue
from engine.offers.levels import LevelsSet
from engine.offers.levels_kept import LevelObstacle, NoGuard
from engine.offers.levels_plan import Change
from engine.offers.not_held import NotHeld, Wanted
from engine.offers.outcomes import Nothing, Outdated, Rejected
from sandbox.market import Override
from sandbox.world import OWNER_ID

TO_THREE = Change(target=Decimal("0.03"))
STOP_AT_TWO = Change(threshold=Decimal("-0.02"))


@pytest.fixture
async def guarded(room):
    """A tenth of a bitcoin, guarded at what it is worth now, and read."""
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000")
    await room.read()
    await room.look()
    return room


async def offer(room, change, symbol="BTC", venue=None):
    return await room.engine.levels.offer_levels(OWNER_ID, symbol, venue, change)


async def press(room, preview, user_id=OWNER_ID):
    return await room.engine.levels.set_levels(user_id, preview.confirmation_id)


async def levels(room):
    guard = await room.guard()
    return guard.threshold, guard.target


async def test_a_preview_changes_nothing_and_its_button_does_once(guarded):
    preview = await offer(guarded, TO_THREE)
    assert await levels(guarded) == (Decimal("-0.01"), None)

    done = await press(guarded, preview)
    again = await press(guarded, preview)

    assert isinstance(done, LevelsSet)
    assert isinstance(again, Nothing)
    assert await levels(guarded) == (Decimal("-0.01"), Decimal("0.03"))


async def test_what_it_was_set_to_sells(guarded):
    await press(guarded, await offer(guarded, TO_THREE))
    guarded.set_bid("61800")

    await guarded.engine.guard()
    await guarded.wait_for("look ", "target ", "exit ")

    [sale] = await guarded.alerts(ExitFilled)
    assert sale.target == Decimal("0.03")


async def test_a_looser_stop_sells_later(guarded):
    await press(guarded, await offer(guarded, STOP_AT_TWO))
    guarded.set_bid("59000")
    await guarded.sell_off()
    assert guarded.sent() == []

    guarded.set_bid("58800")
    await guarded.sell_off()
    [sale] = await guarded.alerts(ExitFilled)
    assert sale.threshold == Decimal("-0.02")


async def test_a_trailing_stop_begins_at_the_price_of_the_press_and_another_change_leaves_it(guarded):
    preview = await offer(guarded, Change(trail=Decimal("0.02")))
    guarded.set_bid("60500")
    await guarded.look()

    await press(guarded, preview)
    assert (await guarded.guard()).stop == Decimal(59290)

    await press(guarded, await offer(guarded, TO_THREE))
    assert (await guarded.guard()).stop == Decimal(59290)

    await press(guarded, await offer(guarded, Change(trail=None)))
    assert (await guarded.guard()).stop is None


async def test_a_stop_at_break_even_is_set_by_its_target_and_taken_off_by_its_owner(guarded):
    await press(guarded, await offer(guarded, replace(TO_THREE, at_target=AtTarget.BREAK_EVEN)))
    guarded.set_bid("61800")
    await guarded.engine.guard()
    await guarded.wait_for("look ", "target ", "exit ")
    assert (await guarded.guard()).stop is not None

    await press(guarded, await offer(guarded, Change(trail=None)))
    assert (await guarded.guard()).stop is None


async def test_a_target_that_is_taken_off_sells_nothing(guarded):
    await press(guarded, await offer(guarded, TO_THREE))
    await press(guarded, await offer(guarded, Change(target=None)))
    guarded.set_bid("63000")

    await guarded.engine.guard()
    await guarded.wait_for("look ", "target ", "exit ")

    assert guarded.sent() == []


async def test_a_stop_is_compared_with_the_price_of_the_press_again(guarded):
    preview = await offer(guarded, Change(threshold=Decimal("-0.005")))
    guarded.set_bid("59650")
    await guarded.look()

    refused = await press(guarded, preview)

    assert refused.why.obstacle is LevelObstacle.WOULD_SELL_NOW
    assert await levels(guarded) == (Decimal("-0.01"), None)


async def test_a_guard_that_was_changed_since_is_left_as_it_is(guarded):
    preview = await offer(guarded, TO_THREE)
    await press(guarded, await offer(guarded, STOP_AT_TWO))

    refused = await press(guarded, preview)

    assert refused.why is Outdated.LEVELS
    assert await levels(guarded) == (Decimal("-0.02"), None)


async def test_what_was_sold_of_it_since_does_not_keep_it_from_being_set(guarded):
    preview = await offer(guarded, TO_THREE)
    guard = await guarded.guard()
    await guarded.put(guard.reduced_by(Decimal("0.04")))

    await press(guarded, preview)

    assert (await guarded.guard()) == replace(guard.reduced_by(Decimal("0.04")), target=Decimal("0.03"))


async def test_an_expired_button_and_that_of_somebody_else_set_nothing(guarded):
    preview = await offer(guarded, TO_THREE)

    assert isinstance(await press(guarded, preview, user_id=8), Nothing)
    await guarded.clock.sleep(61)
    assert (await press(guarded, preview)).why is Rejected.EXPIRED
    assert await levels(guarded) == (Decimal("-0.01"), None)


async def test_without_a_change_there_is_no_button(guarded):
    assert (await offer(guarded, Change())).confirmation_id is None


@pytest.mark.parametrize(
    ("symbol", "venue", "why"),
    [
        ("ETH", None, NotHeld(symbol="ETH", venue=None, wanted=Wanted.CHANGE)),
        ("BTC", Venue.COINBASE, NotHeld(symbol="BTC", venue=Venue.COINBASE, wanted=Wanted.CHANGE)),
        ("SOL", None, NoGuard(symbol="SOL/USD")),
    ],
)
async def test_what_is_not_guarded_is_said(guarded, symbol, venue, why):
    guarded.deposit("SOL", "3")
    guarded.set_bid("100", "SOL/USD")
    await guarded.read()

    assert await offer(guarded, TO_THREE, symbol, venue) == Nothing(why=why)


async def test_a_price_that_fell_until_the_press_loosens_no_trailing_stop(guarded):
    preview = await offer(guarded, Change(trail=Decimal("0.02")))
    guarded.set_bid("59500")
    await guarded.look()

    await press(guarded, preview)

    assert (await guarded.guard()).stop == Decimal(58800)


async def test_a_trailing_stop_that_would_sell_at_the_press_is_not_set(guarded):
    await press(guarded, await offer(guarded, Change(threshold=Decimal("-0.1"))))
    preview = await offer(guarded, Change(trail=Decimal("0.02")))
    guarded.set_bid("58700")
    await guarded.look()

    refused = await press(guarded, preview)

    assert refused.why.obstacle is LevelObstacle.WOULD_SELL_NOW
    assert (await guarded.guard()).stop is None


async def test_no_stop_trails_the_middle_of_a_wide_spread(guarded):
    await press(guarded, await offer(guarded, Change(threshold=Decimal("-0.1"))))
    guarded.world.market.override("kraken", "BTC/USD", Override(bid=Decimal(58000), ask=Decimal(66000)))
    await guarded.look()

    refused = await offer(guarded, Change(trail=Decimal("0.01")))

    assert refused.why.obstacle is LevelObstacle.NOTHING_TO_TRAIL
