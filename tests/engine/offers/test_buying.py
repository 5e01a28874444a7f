"""A buy in chat: previewed, confirmed once, checked again at the press, and guarded; at each venue over sockets."""

import asyncio
from decimal import Decimal

import pytest

from engine.alerts.messages import (
    EntryFilled,
)
from engine.entries.gates import GateName
from engine.entries.halts import HaltedBy
from engine.entries.plan import Refused
from engine.entries.sizing import Amount, SizeBasis
from engine.guards.guard import GuardSource, GuardState
from engine.model.guard_reasons import GuardReason
from engine.model.venues import Venue
from engine.offers.buying_preview import Buying, BuyPreview, Drift
from engine.offers.levels_plan import Change
from engine.offers.outcomes import Nothing
from engine.orders.states import IntentState
from sandbox.world import OWNER_ID
from tests.engine.offers.buying import SPENT, Buyer, a_buyer


@pytest.fixture(params=list(Venue))
async def buyer(request, rooms):
    async with rooms(venues=(request.param,)) as room:
        yield await a_buyer(room, request.param)


async def test_a_confirmed_buy_is_filled_within_its_amount_and_guarded(buyer):
    before = buyer.held("USD")
    preview = await buyer.ask()
    assert isinstance(preview, BuyPreview)
    assert buyer.placed == []

    assert isinstance(await buyer.press(preview), Buying)
    await buyer.end()

    [guard] = await buyer.guards()
    [filled] = await buyer.room.alerts(EntryFilled)
    [intent] = await buyer.room.intents()
    spent = before - buyer.held("USD")
    assert intent.state is IntentState.FILLED
    assert SPENT * Decimal("0.99") < spent <= SPENT
    assert (guard.state, guard.source) == (GuardState.ARMED, GuardSource.BOUGHT)
    # Alpaca takes its fee from the coins, which are not guarded then.
    assert 0 <= buyer.held() - guard.quantity < Decimal("1e-8")
    assert guard.entry == pytest.approx(filled.fill_price)
    assert (filled.guarded, filled.stop, filled.found_later) == (guard.quantity, Decimal("-0.01"), False)
    assert filled.venue_order_id == buyer.fills[-1].order_id


@pytest.mark.fault("C23")
@pytest.mark.parametrize("bid", ["50600", "49400"])
async def test_a_price_that_drifted_is_shown_again_and_buys_nothing(room, bid):
    buyer = await a_buyer(room)
    preview = await buyer.ask()
    room.set_bid(bid)
    await room.clock.sleep(6)

    again = await buyer.press(preview)

    assert (type(again), again.drift) == (BuyPreview, Drift.PRICE)
    assert buyer.placed == []
    assert isinstance(await buyer.press(again), Buying)


async def test_a_price_that_moved_a_little_is_what_was_agreed_to(room):
    buyer = await a_buyer(room)
    preview = await buyer.ask()
    room.set_bid("50200")

    assert isinstance(await buyer.press(preview), Buying)
    await buyer.end()
    assert len(buyer.placed) == 1


@pytest.mark.fault("C24")
async def test_two_presses_of_one_button_buy_once(room):
    buyer = await a_buyer(room)
    preview = await buyer.ask()

    outcomes = await asyncio.gather(buyer.press(preview), buyer.press(preview))
    await buyer.end()

    assert sorted(type(one).__name__ for one in outcomes) == ["Buying", "Nothing"]
    assert len(buyer.placed) == 1


async def test_a_button_counts_for_a_minute(room):
    buyer = await a_buyer(room)
    preview = await buyer.ask()
    await room.clock.sleep(61)

    assert isinstance(await buyer.press(preview), Nothing)
    assert buyer.placed == []


async def set_levels(buyer, change):
    preview = await buyer.room.engine.levels.offer_levels(OWNER_ID, "BTC", None, change)
    await buyer.room.engine.levels.set_levels(OWNER_ID, preview.confirmation_id)


@pytest.mark.fault("C23")
@pytest.mark.parametrize("change", [Change(threshold=Decimal("-0.5")), Change(target=Decimal("0.3"))])
async def test_a_guard_that_was_changed_since_the_preview_is_shown_again(room, change):
    buyer = await a_buyer(room)
    await buyer.buy(500)
    await buyer.end()
    await room.read()
    await room.look()
    preview = await buyer.ask(500)
    await set_levels(buyer, change)

    again = await buyer.press(preview)

    [guard] = await buyer.guards()
    assert (type(again), again.drift) == (BuyPreview, Drift.LEVELS)
    assert (again.plan.sold_at, again.plan.target) == (guard.threshold, guard.target)
    assert isinstance(await buyer.press(again), Buying)


@pytest.mark.fault("C23")
async def test_what_is_held_only_since_the_preview_is_asked_about(room):
    buyer = await a_buyer(room)
    first, second = await buyer.ask(500), await buyer.ask(500)
    await buyer.press(first)
    await buyer.end()
    await room.read()

    again = await buyer.press(second)

    assert (type(again), again.drift) == (BuyPreview, Drift.HELD)
    assert len(buyer.placed) == 1
    assert isinstance(await buyer.press(again), Buying)


@pytest.mark.fault("C25")
async def test_a_halt_between_preview_and_press_keeps_the_buy_back(room):
    buyer = await a_buyer(room)
    preview = await buyer.ask()
    await room.engine.halts.halt(OWNER_ID, by=HaltedBy.CHAT)

    refused = await buyer.press(preview)

    assert isinstance(refused, Refused)
    assert [gate.name for gate in refused.reasons] == [GateName.HALT]
    assert await room.intents() == []


@pytest.mark.fault("C24")
async def test_of_two_buys_at_once_the_second_is_refused_with_what_the_first_reserved(room):
    buyer = await a_buyer(room, usd="1500")
    # Total exposure would keep the second back as well.
    room.deposit("USDT", "5000")
    await room.read()
    first, second = await buyer.ask(1000), await buyer.ask(1000, "ETH")

    outcomes = await asyncio.gather(buyer.press(first), buyer.press(second))
    await buyer.end()

    [refused] = [one for one in outcomes if isinstance(one, Refused)]
    [cash] = refused.reasons
    [guard] = await buyer.guards()
    assert cash.name is GateName.CASH
    assert Decimal(1000) < cash.reserved < Decimal(1021)
    assert len(buyer.placed) == 1
    assert guard.cost < 1000


async def test_beside_a_paused_guard_nothing_is_bought(room):
    buyer = await a_buyer(room)
    room.deposit("BTC", "0.01")
    await room.read()
    await room.arm("0.01", "500", state=GuardState.PAUSED, reason=GuardReason.VANISHED)

    refused = await buyer.ask()

    assert isinstance(refused, Refused)
    assert [gate.name for gate in refused.reasons] == [GateName.HELD]


async def test_a_named_broker_is_bought_at_although_another_costs_less(rooms):
    async with rooms(venues=(Venue.KRAKEN, Venue.ALPACA)) as room:
        for venue in (Venue.KRAKEN, Venue.ALPACA):
            room.deposit("USD", "5000", venue=venue)
        await room.read()

        named = await room.engine.buying.offer_buy(OWNER_ID, "BTC", Amount(SPENT), Venue.KRAKEN)
        cheapest = await room.engine.buying.offer_buy(OWNER_ID, "BTC", Amount(SPENT))

    assert named.plan.route.account.venue is Venue.KRAKEN
    assert cheapest.plan.route.account.venue is Venue.ALPACA


async def test_what_was_to_be_paid_in_another_currency_is_bought_in_that(room):
    room.deposit("USDT", "500")
    await room.read()
    preview = await room.engine.buying.offer_buy(OWNER_ID, "BTC", Amount(Decimal(50)))

    assert preview.plan.instrument.symbol == "BTC/USDT"
    assert isinstance(await room.engine.buying.buy(OWNER_ID, preview.confirmation_id), Buying)
    await room.wait_for("entry ")

    [guard] = await room.guards()
    assert (guard.symbol, guard.currency) == ("BTC/USDT", "USDT")


async def test_a_small_account_buys_its_smallest_size_although_the_price_rose_since(room):
    buyer = await a_buyer(room, usd="20")
    preview = await room.engine.buying.offer_buy(OWNER_ID, "BTC", None)
    assert preview.plan.size.basis is SizeBasis.SMALLEST
    room.set_bid("50200")

    assert isinstance(await buyer.press(preview), Buying)
    await buyer.end()
    [guard] = await buyer.guards()
    assert guard.quantity == buyer.held()


async def test_shares_are_bought_and_guarded_in_the_session(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("USD", "5000", venue=Venue.ALPACA)
        room.world.alpaca.session.forced = True
        await room.read()
        buyer = Buyer(room, Venue.ALPACA)

        assert isinstance(await buyer.buy(500, "AAPL"), Buying)
        await buyer.end()

        [guard] = await buyer.guards()
    assert guard.symbol == "AAPL/USD"
    assert guard.quantity == buyer.held("AAPL")
