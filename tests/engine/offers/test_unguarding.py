"""Unguarding by the owner's button leaves the coins alone."""

from engine.alerts.questions import ChoiceKind
from engine.guards.guard import GuardState
from engine.model.venues import Venue
from engine.offers.outcomes import LeftAlone, NotGuarded, Nothing, Outdated, SaleBegun, Unguarded
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID, Opening, Story
from tests.engine.offers.guarding import ETH, press, service


async def test_taking_a_guard_off_leaves_the_coins_alone(met):
    await press(met, await service(met).offer_guard(OWNER_ID, "ETH", None), ChoiceKind.GUARD_FROM_COST)

    offer = await service(met).offer_unguard(OWNER_ID, "ETH", None)
    outcome = await press(met, offer, ChoiceKind.UNGUARD)
    met.set_bid("1000", "ETH/USD")
    await met.sell_off()

    assert isinstance(outcome, Unguarded)
    assert await met.guards() == ()
    assert met.sent() == []


async def test_what_is_not_guarded_cannot_be_taken_off(met):
    answer = await service(met).offer_unguard(OWNER_ID, "ETH", Venue.KRAKEN)

    assert answer == Nothing(why=NotGuarded(symbol="ETH", venue=Venue.KRAKEN))


async def test_a_guard_taken_off_meanwhile_is_not_taken_off_again(met):
    await press(met, await service(met).offer_guard(OWNER_ID, "ETH", None), ChoiceKind.GUARD_FROM_COST)
    offers = [await service(met).offer_unguard(OWNER_ID, "ETH", None) for _ in range(2)]

    await press(met, offers[0], ChoiceKind.UNGUARD)

    assert await press(met, offers[1], ChoiceKind.UNGUARD) == Nothing(why=Outdated.NOT_GUARDED)


async def test_changing_ones_mind_about_taking_off_keeps_the_guard(met):
    await press(met, await service(met).offer_guard(OWNER_ID, "ETH", None), ChoiceKind.GUARD_FROM_COST)
    offer = await service(met).offer_unguard(OWNER_ID, "ETH", None)

    assert await press(met, offer, ChoiceKind.CANCEL) == LeftAlone()
    assert len(await met.guards()) == 1


async def test_what_is_being_sold_cannot_be_taken_off(met):
    await press(met, await service(met).offer_guard(OWNER_ID, "ETH", None), ChoiceKind.GUARD_FROM_COST)
    offer = await service(met).offer_unguard(OWNER_ID, "ETH", None)
    met.fault(FaultKind.CANCEL_ONLY, times=None)
    met.set_bid("1000", "ETH/USD")
    await met.look()
    await met.clock.sleep(1)

    outcome = await press(met, offer, ChoiceKind.UNGUARD)

    assert outcome == Nothing(why=SaleBegun(symbol="ETH/USD"))
    [guard] = await met.guards()
    assert guard.state is GuardState.CLOSING


async def test_one_coin_at_two_brokers_is_named_with_its_broker(rooms):
    story = Story(openings=dict.fromkeys(("kraken", "coinbase"), Opening(purchases=(ETH,))))
    async with rooms(venues=(Venue.KRAKEN, Venue.COINBASE), story=story) as room:
        await room.read()

        offer = await service(room).offer_guard(OWNER_ID, "ETH", None)
        for subject in ("ETH Kraken", "ETH Coinbase"):
            await press(room, offer, ChoiceKind.GUARD_FROM_COST, subject)
        unguard = await service(room).offer_unguard(OWNER_ID, "ETH", None)

        assert [choice.subject for choice in unguard.choices] == ["Kraken", "Coinbase", None]
        await press(room, unguard, ChoiceKind.UNGUARD, "Kraken")
        assert await room.guards(Venue.KRAKEN) == ()
        assert len(await room.guards(Venue.COINBASE)) == 1
