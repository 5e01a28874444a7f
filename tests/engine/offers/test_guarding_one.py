"""One position is guarded by its name: what is found under it, what is refused and why, and what it would cost."""

from decimal import Decimal

import pytest

from engine.alerts.questions import ChoiceKind, Exclusion, Offer, PartReason, Standing
from engine.guards.guard import GuardSource
from engine.model.venues import Venue
from engine.offers.not_held import NotHeld, Wanted
from engine.offers.outcomes import Nothing
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID, Opening, Resting, Story
from tests.engine.offers.guarding import ETH, armed, first_offer, press, service


async def test_coins_without_a_cost_beside_those_with_one_are_named_as_left_out(met):
    met.deposit("ETH", "3")
    await met.clock.sleep(10)
    offer = await service(met).offer_guard(OWNER_ID, "ETH", None)

    outcome = await press(met, offer, ChoiceKind.GUARD_FROM_COST)

    parts = [(part.quantity, part.why) for part in outcome.parts_left_out]
    assert parts == [(Decimal(1), PartReason.STAKED), (Decimal(3), PartReason.NO_COST)]


async def test_what_cannot_be_guarded_is_named_beside_what_can(rooms):
    coins = Opening(deposits={"DOGE": Decimal(2_000), "USD": Decimal(100)})
    few = Opening(deposits={"DOGE": Decimal(1)})
    story = Story(openings={"kraken": few, "coinbase": coins})
    async with rooms(venues=(Venue.KRAKEN, Venue.COINBASE), story=story) as room:
        await room.read()

        offer = await service(room).offer_guard(OWNER_ID, "DOGE", None)

    lines = {line.position.account.venue: line.excluded for line in offer.lines}
    assert lines == {Venue.KRAKEN: Exclusion.DUST, Venue.COINBASE: None}
    assert [(choice.kind, choice.subject) for choice in offer.choices] == [
        (ChoiceKind.GUARD_FROM_PRICE, "DOGE Coinbase"),
        (ChoiceKind.CANCEL, None),
    ]


async def test_one_position_is_asked_about_by_its_name(met):
    offer = await service(met).offer_guard(OWNER_ID, "eth", None)

    assert offer.about == "guard"
    assert [(choice.kind, choice.subject) for choice in offer.choices] == [
        (ChoiceKind.GUARD_FROM_COST, None),
        (ChoiceKind.GUARD_FROM_PRICE, None),
        (ChoiceKind.CANCEL, None),
    ]
    outcome = await press(met, offer, ChoiceKind.GUARD_FROM_COST)
    assert armed(outcome) == {"ETH": (Decimal(2), Decimal(6200), GuardSource.EXISTING_COST)}


@pytest.mark.parametrize(("symbol", "venue"), [("ADA", None), ("ETH", Venue.ALPACA), ("ETH/EUR", None)])
async def test_what_is_not_held_is_refused_with_that(met, symbol, venue):
    answer = await service(met).offer_guard(OWNER_ID, symbol, venue)

    assert answer == Nothing(why=NotHeld(symbol=symbol, venue=venue, wanted=Wanted.GUARD))


async def test_what_is_too_little_is_refused_with_its_reason(met):
    answer = await service(met).offer_guard(OWNER_ID, "DOGE", None)

    assert answer.guards == ()
    assert [line.excluded for line in answer.left_out] == [Exclusion.DUST]


async def test_what_is_guarded_already_is_refused_with_its_reason(met):
    await press(met, await first_offer(met), ChoiceKind.GUARD_ALL_FROM_PRICE)

    answer = await service(met).offer_guard(OWNER_ID, "ETH/USD", Venue.KRAKEN)

    assert answer.guards == ()
    assert [(line.position.asset, line.excluded) for line in answer.left_out] == [
        ("ETH", Exclusion.ALREADY_GUARDED)
    ]


async def test_a_position_without_a_price_is_refused_with_its_reason(met):
    met.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await met.clock.sleep(60)

    answer = await service(met).offer_guard(OWNER_ID, "ETH", None)

    assert answer.guards == ()
    assert [line.excluded for line in answer.left_out] == [Exclusion.PRICE_UNKNOWN]


async def test_somebody_else_holds_nothing_here(met):
    answer = await service(met).offer_guard(OWNER_ID + 1, "ETH", None)

    assert answer == Nothing(why=NotHeld(symbol="ETH", venue=None, wanted=Wanted.GUARD))


async def test_more_of_a_guarded_coin_is_added_to_its_guard(met):
    await press(met, await service(met).offer_guard(OWNER_ID, "ETH", None), ChoiceKind.GUARD_FROM_COST)
    met.deposit("ETH", "1")
    await met.clock.sleep(60)
    await met.read()

    offer = await service(met).offer_guard(OWNER_ID, "ETH", None)
    outcome = await press(met, offer, ChoiceKind.GUARD_FROM_PRICE)

    bid = met.world.bid("kraken", "ETH/USD")
    [guard] = await met.guards()
    assert (guard.quantity, guard.cost) == (Decimal(3), Decimal(6200) + bid)
    assert outcome.guards == (guard,)


async def test_a_threshold_larger_than_the_cost_of_trading_needs_no_warning(met):
    await met.engine.refresh_costs()

    offer = await service(met).offer_guard(OWNER_ID, "ETH", None)

    # Kraken's first tier takes 0.4 % each way, which is less than 1 %.
    assert isinstance(offer, Offer)
    assert offer.costly_at == ()


async def test_coinbases_first_tier_costs_more_than_the_threshold_and_is_named(rooms):
    story = Story(openings={"coinbase": Opening(purchases=(ETH,))})
    async with rooms(venues=(Venue.COINBASE,), story=story) as room:
        await room.read()
        await room.engine.refresh_costs()

        offer = await service(room).offer_guard(OWNER_ID, "ETH", None)

        assert [one.fees for one in offer.costly_at] == [Decimal("0.024")]
        assert [(one.venue, one.fees) for one in offer.costly_at] == [(Venue.COINBASE, Decimal("0.024"))]


async def test_a_margin_position_is_guarded_from_its_own_cost(room):
    room.deposit("USD", "10000")
    room.set_bid("60000")
    room.trade("buy", "0.1", leverage=2)
    await room.read()

    offer = await service(room).offer_guard(OWNER_ID, "BTC/USD", None)
    outcome = await press(room, offer, ChoiceKind.GUARD_FROM_COST)

    [guard] = outcome.guards
    assert (guard.kind, guard.quantity, guard.leverage) == ("margin", Decimal("0.1"), 2)
    room.set_bid("50000")
    await room.sell_off()
    assert room.world.ledger("kraken").open_positions() == []


async def test_coins_held_by_an_order_can_be_guarded(rooms):
    opening = Opening(
        purchases=(ETH,), orders=(Resting(symbol="ETH/USD", quantity=Decimal(2), limit=Decimal(4000)),)
    )
    async with rooms(story=Story(openings={"kraken": opening})) as room:
        await room.read()

        offer = await service(room).offer_guard(OWNER_ID, "ETH", None)

        assert armed(await press(room, offer, ChoiceKind.GUARD_FROM_COST))["ETH"][0] == Decimal(2)


async def test_a_question_shows_the_price_of_now_and_not_the_one_kept(met):
    await service(met).offer_guard(OWNER_ID, "SOL", None)
    met.set_bid("210", "SOL/USD")

    [line] = (await service(met).offer_guard(OWNER_ID, "SOL", None)).lines

    assert (line.position.mark.price, line.standing) == (Decimal(210), Standing.ABOVE_THRESHOLD)
