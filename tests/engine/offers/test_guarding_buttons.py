"""A button to guard counts once, for its owner, in time, and on what is held when it is pressed."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.alerts.questions import Armed, ChoiceKind, Exclusion
from engine.offers.outcomes import Nothing, Outdated, Rejected
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID
from tests.engine.offers.guarding import armed, button, first_offer, press, service


async def test_a_position_without_a_price_any_more_is_refused_at_the_button(met):
    offer = await service(met).offer_guard(OWNER_ID, "ETH", None)
    met.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await met.clock.sleep(60)

    outcome = await press(met, offer, ChoiceKind.GUARD_FROM_COST)

    assert outcome.guards == ()
    assert [line.excluded for line in outcome.left_out] == [Exclusion.PRICE_UNKNOWN]


async def test_a_position_that_is_gone_is_refused_at_the_button(met):
    offer = await service(met).offer_guard(OWNER_ID, "SOL", None)
    met.withdraw("SOL", "10")
    await met.clock.sleep(60)

    outcome = await press(met, offer, ChoiceKind.GUARD_FROM_PRICE)

    assert outcome == Nothing(why=Outdated.NOT_HELD)


async def test_a_button_counts_once(met):
    offer = await service(met).offer_guard(OWNER_ID, "ETH", None)

    first = await press(met, offer, ChoiceKind.GUARD_FROM_COST)
    second = await press(met, offer, ChoiceKind.GUARD_FROM_COST)

    assert isinstance(first, Armed)
    assert second == Nothing(why=Rejected.USED)


async def test_a_button_pressed_twice_at_once_counts_once(met):
    offer = await service(met).offer_guard(OWNER_ID, "ETH", None)

    outcomes = await asyncio.gather(*(press(met, offer, ChoiceKind.GUARD_FROM_COST) for _ in range(2)))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Armed", "Nothing"]
    assert [guard.quantity for guard in await met.guards()] == [Decimal(2)]


async def test_two_buttons_for_one_position_do_not_guard_it_twice(met):
    offer = await service(met).offer_guard(OWNER_ID, "ETH", None)

    await asyncio.gather(
        press(met, offer, ChoiceKind.GUARD_FROM_COST),
        press(met, offer, ChoiceKind.GUARD_FROM_PRICE),
    )

    [guard] = await met.guards()
    assert guard.quantity == Decimal(2)


@pytest.mark.parametrize(("minutes", "counts"), [(9.9, True), (10, False)])
async def test_a_button_of_a_conversation_expires(met, minutes, counts):
    offer = await service(met).offer_guard(OWNER_ID, "ETH", None)
    assert offer.expires_at - met.clock.now() == timedelta(minutes=10)
    await met.clock.sleep(minutes * 60)

    outcome = await press(met, offer, ChoiceKind.GUARD_FROM_COST)

    assert isinstance(outcome, Armed) is counts
    assert counts or outcome.why is Rejected.EXPIRED


async def test_an_unsolicited_question_may_be_answered_after_a_holiday(met):
    offer = await first_offer(met)
    await met.clock.sleep(13 * 24 * 3600)

    assert isinstance(await press(met, offer, ChoiceKind.GUARD_ALL_FROM_COST), Armed)


async def test_a_button_of_somebody_else_does_nothing(met):
    offer = await service(met).offer_guard(OWNER_ID, "ETH", None)

    outcome = await service(met).confirm(OWNER_ID + 1, button(offer, ChoiceKind.GUARD_FROM_COST))

    assert outcome == Nothing(why=Rejected.NOT_YOURS)
    assert isinstance(await press(met, offer, ChoiceKind.GUARD_FROM_COST), Armed)


async def test_a_made_up_button_does_nothing(met):
    assert await service(met).confirm(OWNER_ID, "made up") == Nothing(why=Rejected.UNKNOWN)


async def asked_about_each(room):
    """Return a question with a button for each of several positions."""
    await room.clock.sleep(1)
    return await press(room, await first_offer(room), ChoiceKind.CHOOSE)


def ids(offer, *subjects):
    return {choice.confirmation_id for choice in offer.choices if choice.subject in subjects}


async def test_an_answer_about_one_position_leaves_the_buttons_of_the_others(met):
    offer = await asked_about_each(met)
    [ethers] = [
        one.confirmation_id
        for one in offer.choices
        if (one.kind, one.subject) == (ChoiceKind.GUARD_FROM_COST, "ETH Kraken")
    ]

    await service(met).confirm(OWNER_ID, ethers)

    left = await service(met).fetch_open_choices(OWNER_ID, ethers)
    assert left == ids(offer, "BTC Kraken", "SOL Kraken", None)
    outcome = await press(met, offer, ChoiceKind.GUARD_FROM_PRICE, "BTC Kraken")
    assert list(armed(outcome)) == ["BTC"]


@pytest.mark.parametrize("kind", [ChoiceKind.GUARD_ALL_FROM_COST, ChoiceKind.CHOOSE, ChoiceKind.LEAVE_ALONE])
async def test_an_answer_about_everything_leaves_no_button(met, kind):
    offer = await first_offer(met)
    [button] = [choice.confirmation_id for choice in offer.choices if choice.kind is kind]

    await service(met).confirm(OWNER_ID, button)

    assert await service(met).fetch_open_choices(OWNER_ID, button) == frozenset()


async def test_cancelling_leaves_no_button(met):
    offer = await asked_about_each(met)
    [cancel] = [choice.confirmation_id for choice in offer.choices if choice.kind is ChoiceKind.CANCEL]

    await service(met).confirm(OWNER_ID, cancel)

    assert await service(met).fetch_open_choices(OWNER_ID, cancel) == frozenset()
