"""A paused guard watches again only at a cost that still means something, and never sells unasked."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.messages import GuardPaused
from engine.alerts.questions import Armed, ChoiceKind, Offer, Standing
from engine.guards.guard import GuardSource, GuardState
from engine.market.mark import PriceProblem
from engine.model.guard_reasons import GuardReason
from engine.model.venues import Venue
from engine.offers.outcomes import LeftAlone, Nothing, Outdated, StaysPaused
from sandbox.faults import FaultKind
from sandbox.market import Override
from sandbox.world import OWNER_ID, Bought, Opening, Story

STORY = Story(
    openings={
        "kraken": Opening(
            purchases=(Bought(symbol="ETH/USD", quantity=Decimal(1), price=Decimal(3_100)),),
            deposits={"ETH": Decimal(2)},
        )
    }
)


async def read_again(room, times=1):
    for _ in range(times):
        await room.read()
        await room.clock.sleep(60)


async def press(room, offer, kind):
    [button] = [choice.confirmation_id for choice in offer.choices if choice.kind is kind]
    return await room.engine.guards.confirm(OWNER_ID, button)


async def question(room):
    [alert] = await room.alerts(GuardPaused)
    return alert.offer


@pytest.fixture
async def grown(rooms):
    """One of three ether was guarded; ninety are there now, and nobody knows whether one still is one."""
    async with rooms(story=STORY, guard_existing="none") as room:
        await room.read()
        offer = await room.engine.guards.offer_guard(OWNER_ID, "ETH", None)
        await press(room, offer, ChoiceKind.GUARD_FROM_COST)
        await room.clock.sleep(60)
        room.deposit("ETH", "87")
        await read_again(room, 2)
        yield room


async def test_the_question_shows_the_present_price_and_result_and_offers_no_old_cost(grown):
    [alert] = await grown.alerts(GuardPaused)

    assert (alert.guarded, alert.seen) == (1, 90)
    [line] = alert.offer.lines
    assert line.position.mark.price == grown.world.bid("kraken", "ETH/USD")
    assert line.pnl == grown.world.bid("kraken", "ETH/USD") - 3100
    assert [choice.kind for choice in alert.offer.choices] == [
        ChoiceKind.GUARD_FROM_COST,
        ChoiceKind.GUARD_FROM_PRICE,
        ChoiceKind.UNGUARD,
    ]


async def test_guarding_from_todays_price_replaces_the_paused_guard(grown):
    grown.set_bid("107", "ETH/USD")
    await grown.clock.sleep(20)

    outcome = await press(grown, await question(grown), ChoiceKind.GUARD_FROM_PRICE)
    await grown.sell_off()

    [guard] = outcome.guards
    assert (guard.quantity, guard.cost, guard.source) == (90, 90 * 107, GuardSource.EXISTING_PRICE)
    assert await grown.guards() == (guard,)
    assert grown.sent() == []


async def test_a_fallen_price_turns_guarding_from_cost_into_a_question(grown):
    grown.set_bid("320", "ETH/USD")
    await grown.clock.sleep(20)

    outcome = await press(grown, await question(grown), ChoiceKind.GUARD_FROM_COST)
    await grown.sell_off()

    assert (outcome.about, outcome.lines[0].standing) == ("would_sell", Standing.WOULD_BE_SOLD_NOW)
    assert grown.sent() == []


async def test_an_older_button_to_guard_again_asks_as_well(grown):
    outcome = await resume_by_an_older_button(grown)
    await grown.sell_off()

    assert outcome.about == "paused"
    assert ChoiceKind.RESUME_GUARD not in {choice.kind for choice in outcome.choices}
    assert [guard.state for guard in await grown.guards()] == [GuardState.PAUSED]


async def resume_by_an_older_button(room):
    # One made before it was known that the quantity says nothing.
    [guard] = await room.guards()
    offer = await ask_again(room, guard)
    await room.put(guard)
    return await press(room, offer, ChoiceKind.RESUME_GUARD)


async def ask_again(room, guard):
    """Ask about a guard as after a restore, which leaves its unit as it was."""
    waiting = replace(guard, state=GuardState.PAUSED, reason=GuardReason.RESTORED_IN_SALE)
    await room.put(waiting)
    await room.read()
    return (await room.alerts(GuardPaused))[-1].offer


@pytest.fixture
async def restored(rooms):
    """One ether bought for 3,100 whose guard waits since a backup was restored."""
    async with rooms(story=STORY, guard_existing="none") as room:
        await room.read()
        offer = await room.engine.guards.offer_guard(OWNER_ID, "ETH", None)
        await press(room, offer, ChoiceKind.GUARD_FROM_COST)
        await room.clock.sleep(60)
        [guard] = await room.guards()
        await ask_again(room, guard)
        yield room


async def test_a_guard_whose_unit_is_the_same_goes_on_as_it_was(restored):
    offer = await question(restored)

    outcome = await press(restored, offer, ChoiceKind.RESUME_GUARD)
    again = await press(restored, offer, ChoiceKind.UNGUARD)

    assert isinstance(outcome, Armed)
    [guard] = outcome.guards
    assert (guard.quantity, guard.cost, guard.state) == (1, 3100, GuardState.ARMED)
    assert not isinstance(again, Nothing)


async def test_what_was_there_when_it_went_on_is_what_the_next_reading_is_compared_with(restored):
    outcome = await press(restored, await question(restored), ChoiceKind.RESUME_GUARD)
    await restored.clock.sleep(60)
    restored.trade("sell", "0.4", "ETH/USD")

    await read_again(restored)

    assert (await restored.guard(outcome.guards[0].guard_id)).quantity == Decimal("0.6")


@pytest.fixture
async def fallen(restored):
    restored.set_bid("2500", "ETH/USD")
    await restored.clock.sleep(20)
    return restored


async def test_going_on_below_the_threshold_is_asked_about_with_its_loss(fallen):
    offer = await press(fallen, await question(fallen), ChoiceKind.RESUME_GUARD)
    await fallen.sell_off()

    [line] = offer.lines
    assert (offer.about, line.standing, line.pnl) == ("would_sell", Standing.WOULD_BE_SOLD_NOW, -600)
    assert round(line.pnl_ratio, 4) == Decimal("-0.1935")
    assert fallen.sent() == []
    assert await press(fallen, offer, ChoiceKind.LEAVE_ALONE) == LeftAlone()


async def test_saying_so_twice_sells_the_guarded_part_only(fallen):
    offer = await press(fallen, await question(fallen), ChoiceKind.RESUME_GUARD)

    outcome = await press(fallen, offer, ChoiceKind.GUARD_AND_SELL_NOW)
    await fallen.sell_off()

    assert isinstance(outcome, Armed)
    assert (outcome.sold_now, outcome.not_sold) == (outcome.guards, ())
    assert fallen.world.ledger("kraken").total("ETH") == 2


@pytest.mark.parametrize("change", ["a larger loss", "later"])
async def test_a_second_word_counts_for_what_was_shown_just_before(fallen, change):
    offer = await press(fallen, await question(fallen), ChoiceKind.RESUME_GUARD)
    if change == "later":
        await fallen.clock.sleep(599)
    else:
        fallen.set_bid("2400", "ETH/USD")
        await fallen.clock.sleep(20)

    outcome = await press(fallen, offer, ChoiceKind.GUARD_AND_SELL_NOW)

    assert isinstance(outcome, Armed if change == "later" else Offer)


async def test_one_bad_tick_neither_sells_nor_asks(restored):
    restored.world.market.override(
        "kraken", "ETH/USD", Override(bid=Decimal(100), ask=Decimal(101), in_book=False)
    )
    await restored.clock.sleep(20)

    assert isinstance(await press(restored, await question(restored), ChoiceKind.RESUME_GUARD), Armed)


async def test_without_a_price_it_stays_paused(restored):
    restored.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)

    outcome = await press(restored, await question(restored), ChoiceKind.RESUME_GUARD)

    assert outcome == StaysPaused(symbol="ETH/USD", venue=Venue.KRAKEN, problem=PriceProblem.NO_ANSWER)
    assert [guard.state for guard in await restored.guards()] == [GuardState.PAUSED]


async def test_what_is_gone_is_not_guarded_again(restored):
    restored.withdraw("ETH", "3")
    await restored.clock.sleep(20)

    outcome = await press(restored, await question(restored), ChoiceKind.RESUME_GUARD)

    assert outcome == Nothing(why=Outdated.GONE)
