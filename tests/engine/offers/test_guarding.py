"""Guarding and unguarding by the owner's buttons, on what is held when they are pressed."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.alerts.messages import FirstContact
from engine.guards.guard import GuardSource, GuardState
from engine.model.venues import Venue
from engine.offers.confirmation import Rejected
from engine.offers.offers import Armed, ChoiceKind, LeftAlone, Nothing, Offer, PartReason, Standing, Unguarded
from engine.portfolio.not_guarded import NotGuarded
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID, Bought, Opening, Resting, Story

ETH = Bought(symbol="ETH/USD", quantity=Decimal(2), price=Decimal(3_100))
SOL = Bought(symbol="SOL/USD", quantity=Decimal(10), price=Decimal(200))
HOLDINGS = Opening(
    purchases=(ETH, SOL),
    deposits={"BTC": Decimal("0.05"), "DOGE": Decimal(12), "USD": Decimal(100), "ETH.S": Decimal(1)},
)


@pytest.fixture
async def met(rooms):
    """Two ETH above their cost, ten SOL far below it, BTC without an entry, and dust; all was read."""
    async with rooms(story=Story(openings={"kraken": HOLDINGS})) as room:
        await room.read()
        yield room


def service(room):
    return room.engine.guards


def button(offer, kind, subject=None):
    [found] = [c for c in offer.choices if c.kind is kind and subject in {None, c.subject}]
    return found.confirmation_id


async def press(room, offer, kind, subject=None):
    return await service(room).confirm(OWNER_ID, button(offer, kind, subject))


async def first_offer(room):
    [alert] = await room.alerts(FirstContact)
    return alert.offer


def armed(outcome):
    return {guard.asset: (guard.quantity, guard.cost, guard.source) for guard in outcome.guards}


async def test_guarding_all_from_cost_arms_what_is_above_and_asks_about_what_would_be_sold(met):
    outcome = await press(met, await first_offer(met), ChoiceKind.GUARD_ALL_FROM_COST)

    assert armed(outcome) == {"ETH": (Decimal(2), Decimal(6200), GuardSource.EXISTING_COST)}
    follow_up = outcome.follow_up
    assert follow_up.about == "would_sell"
    [line] = follow_up.lines
    assert (line.position.asset, line.standing) == ("SOL", Standing.WOULD_BE_SOLD_NOW)
    # A bid of 149.92 for what cost 200.
    assert line.pnl == Decimal("-500.80")
    assert round(line.pnl_ratio, 4) == Decimal("-0.2504")


async def test_everything_can_be_asked_about_again(met):
    await press(met, await first_offer(met), ChoiceKind.LEAVE_ALONE)

    offer = await service(met).offer_guard(OWNER_ID, None, None)
    outcome = await press(met, offer, ChoiceKind.GUARD_ALL_FROM_COST)

    assert armed(outcome) == {"ETH": (Decimal(2), Decimal(6200), GuardSource.EXISTING_COST)}


async def waiting(room):
    portfolio = await room.engine.portfolio.fetch_portfolio(OWNER_ID)
    return {one.asset for one in portfolio.positions if one.not_guarded is NotGuarded.QUESTION_OPEN}


async def test_a_position_waits_for_an_answer_until_its_question_has_one(met):
    offer = await first_offer(met)
    asked = await waiting(met)
    await press(met, offer, ChoiceKind.LEAVE_ALONE)

    assert asked == {"ETH", "SOL"}
    assert await waiting(met) == set()


async def test_a_question_that_ran_out_waits_for_no_answer(met):
    await first_offer(met)
    await met.clock.sleep(15 * 24 * 3600)

    assert await waiting(met) == set()


async def test_guarding_all_names_what_it_leaves_out_and_why(met):
    outcome = await press(met, await first_offer(met), ChoiceKind.GUARD_ALL_FROM_COST)

    left_out = {line.position.asset: (line.standing, line.why_not) for line in outcome.left_out}
    assert left_out == {
        "BTC": (Standing.ENTRY_UNKNOWN, ""),
        "DOGE": (Standing.CANNOT_BE_GUARDED, "below the venue's minimum"),
    }
    parts = [(part.position.asset, part.quantity, part.why) for part in outcome.parts_left_out]
    assert parts == [("ETH", Decimal(1), PartReason.STAKED)]


async def test_guarding_all_from_todays_price_names_what_it_leaves_out_too(met):
    outcome = await press(met, await first_offer(met), ChoiceKind.GUARD_ALL_FROM_PRICE)

    assert [line.position.asset for line in outcome.left_out] == ["DOGE"]


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

    lines = {line.position.account.venue: line.why_not for line in offer.lines}
    assert lines == {Venue.KRAKEN: "below the venue's minimum", Venue.COINBASE: ""}
    assert [(choice.kind, choice.subject) for choice in offer.choices] == [
        (ChoiceKind.GUARD_FROM_PRICE, "DOGE Coinbase"),
        (ChoiceKind.CANCEL, None),
    ]


async def test_arming_sells_nothing_until_the_second_question_is_answered(met):
    await press(met, await first_offer(met), ChoiceKind.GUARD_ALL_FROM_COST)

    await met.sell_off()

    assert met.sent() == []


async def test_saying_so_twice_guards_what_is_far_below_and_sells_it(met):
    outcome = await press(met, await first_offer(met), ChoiceKind.GUARD_ALL_FROM_COST)

    second = await press(met, outcome.follow_up, ChoiceKind.GUARD_AND_SELL_NOW, "SOL Kraken")
    await met.sell_off()

    assert armed(second) == {"SOL": (Decimal(10), Decimal(2000), GuardSource.EXISTING_COST)}
    assert second.not_sold == ()
    assert met.world.ledger("kraken").total("SOL") == 0
    assert met.world.ledger("kraken").total("ETH") == 2


async def test_what_came_back_above_its_threshold_is_guarded_and_not_sold(met):
    outcome = await press(met, await first_offer(met), ChoiceKind.GUARD_ALL_FROM_COST)
    met.set_bid("210", "SOL/USD")
    await met.clock.sleep(20)

    second = await press(met, outcome.follow_up, ChoiceKind.GUARD_AND_SELL_NOW, "SOL Kraken")
    await met.sell_off()

    assert list(armed(second)) == ["SOL"]
    assert second.not_sold == second.guards
    assert met.sent() == []


async def test_leaving_alone_what_would_be_sold_guards_nothing(met):
    outcome = await press(met, await first_offer(met), ChoiceKind.GUARD_ALL_FROM_COST)

    assert await press(met, outcome.follow_up, ChoiceKind.LEAVE_ALONE) == LeftAlone()
    assert [guard.asset for guard in await met.guards()] == ["ETH"]


async def test_guarding_all_from_todays_price_needs_no_entry(met):
    outcome = await press(met, await first_offer(met), ChoiceKind.GUARD_ALL_FROM_PRICE)

    bids = {symbol: met.world.bid("kraken", f"{symbol}/USD") for symbol in ("ETH", "SOL", "BTC")}
    assert armed(outcome) == {
        "ETH": (Decimal(2), 2 * bids["ETH"], GuardSource.EXISTING_PRICE),
        "SOL": (Decimal(10), 10 * bids["SOL"], GuardSource.EXISTING_PRICE),
        "BTC": (Decimal("0.05"), Decimal("0.05") * bids["BTC"], GuardSource.EXISTING_PRICE),
    }
    await met.sell_off()
    assert met.sent() == []


async def test_choosing_shows_the_buttons_of_each_position_the_largest_first(met):
    offer = await press(met, await first_offer(met), ChoiceKind.CHOOSE)

    assert [(choice.kind, choice.subject) for choice in offer.choices] == [
        (ChoiceKind.GUARD_FROM_COST, "ETH Kraken"),
        (ChoiceKind.GUARD_FROM_PRICE, "ETH Kraken"),
        (ChoiceKind.GUARD_FROM_PRICE, "BTC Kraken"),
        (ChoiceKind.GUARD_FROM_PRICE, "SOL Kraken"),
        (ChoiceKind.GUARD_AND_SELL_NOW, "SOL Kraken"),
        (ChoiceKind.CANCEL, None),
    ]
    outcome = await press(met, offer, ChoiceKind.GUARD_FROM_PRICE, "BTC Kraken")
    assert list(armed(outcome)) == ["BTC"]


async def test_choosing_when_nothing_is_left_says_so(met):
    offer = await first_offer(met)
    await press(met, offer, ChoiceKind.GUARD_ALL_FROM_PRICE)

    outcome = await press(met, offer, ChoiceKind.CHOOSE)

    assert outcome == Nothing(why="Nothing is left to guard there. /positions shows what is held now.")


async def test_leaving_everything_alone_guards_nothing(met):
    assert await press(met, await first_offer(met), ChoiceKind.LEAVE_ALONE) == LeftAlone()
    assert await met.guards() == ()


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


@pytest.mark.parametrize(
    ("symbol", "venue", "why"),
    [
        ("ADA", None, "You hold no ADA at any of your brokers; nothing was guarded."),
        ("ETH", Venue.ALPACA, "You hold no ETH at Alpaca; nothing was guarded."),
        ("ETH/EUR", None, "You hold no ETH/EUR at any of your brokers; nothing was guarded."),
    ],
)
async def test_what_cannot_be_guarded_is_refused_with_its_reason(met, symbol, venue, why):
    answer = await service(met).offer_guard(OWNER_ID, symbol, venue)

    assert isinstance(answer, Nothing)
    assert answer.why.startswith(why)


async def test_what_is_too_little_is_refused_with_its_reason(met):
    answer = await service(met).offer_guard(OWNER_ID, "DOGE", None)

    assert answer.guards == ()
    assert [line.why_not for line in answer.left_out] == ["below the venue's minimum"]


async def test_what_is_guarded_already_is_refused_with_its_reason(met):
    await press(met, await first_offer(met), ChoiceKind.GUARD_ALL_FROM_PRICE)

    answer = await service(met).offer_guard(OWNER_ID, "ETH/USD", Venue.KRAKEN)

    assert answer.guards == ()
    assert [(line.position.asset, line.why_not) for line in answer.left_out] == [("ETH", "already guarded")]


async def test_a_position_without_a_price_is_refused_with_its_reason(met):
    met.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await met.clock.sleep(60)

    answer = await service(met).offer_guard(OWNER_ID, "ETH", None)

    assert answer.guards == ()
    assert [line.why_not for line in answer.left_out] == ["price unknown"]


async def test_a_position_without_a_price_any_more_is_refused_at_the_button(met):
    offer = await service(met).offer_guard(OWNER_ID, "ETH", None)
    met.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await met.clock.sleep(60)

    outcome = await press(met, offer, ChoiceKind.GUARD_FROM_COST)

    assert outcome.guards == ()
    assert [line.why_not for line in outcome.left_out] == ["price unknown"]


async def test_a_position_that_is_gone_is_refused_at_the_button(met):
    offer = await service(met).offer_guard(OWNER_ID, "SOL", None)
    met.withdraw("SOL", "10")
    await met.clock.sleep(60)

    outcome = await press(met, offer, ChoiceKind.GUARD_FROM_PRICE)

    assert outcome == Nothing(why="Nothing is held there now.")


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
    assert counts or outcome.why == Rejected.EXPIRED


async def test_a_question_nobody_asked_for_may_be_answered_after_a_holiday(met):
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


async def test_somebody_else_holds_nothing_here(met):
    answer = await service(met).offer_guard(OWNER_ID + 1, "ETH", None)

    assert answer.why.startswith("You hold no ETH at any of your brokers")


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

    assert answer == Nothing(why="ETH is not guarded at Kraken. /positions shows what is.")


async def test_a_guard_taken_off_meanwhile_is_not_taken_off_again(met):
    await press(met, await service(met).offer_guard(OWNER_ID, "ETH", None), ChoiceKind.GUARD_FROM_COST)
    offers = [await service(met).offer_unguard(OWNER_ID, "ETH", None) for _ in range(2)]

    await press(met, offers[0], ChoiceKind.UNGUARD)

    assert await press(met, offers[1], ChoiceKind.UNGUARD) == Nothing(why="It was not guarded any more.")


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

    assert outcome == Nothing(why="ETH/USD is being sold right now; it was not unguarded.")
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


async def test_a_threshold_larger_than_the_cost_of_trading_needs_no_warning(met):
    await met.engine.refresh_costs()

    offer = await service(met).offer_guard(OWNER_ID, "ETH", None)

    # Kraken's first tier takes 0.4 % each way, which is less than 1 %.
    assert isinstance(offer, Offer)
    assert offer.costlier_than_threshold is None


async def test_coinbases_first_tier_costs_more_than_the_threshold_and_is_named(rooms):
    story = Story(openings={"coinbase": Opening(purchases=(ETH,))})
    async with rooms(venues=(Venue.COINBASE,), story=story) as room:
        await room.read()
        await room.engine.refresh_costs()

        offer = await service(room).offer_guard(OWNER_ID, "ETH", None)

        assert offer.costlier_than_threshold == Decimal("0.024")
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


@pytest.mark.parametrize("typed", ["AAPLx.T", "aaplx.t", "AAPLx"])
async def test_a_tokenized_stock_is_found_in_any_letters_and_cannot_be_guarded(rooms, typed):
    async with rooms() as room:
        bitcoin = room.world.market.listing("kraken", "BTC/USD")
        room.world.market.add(replace(bitcoin, symbol="AAPLx.T/USD", base="AAPLx.T"))
        room.world.market.set_price("AAPLx.T", Decimal(200))
        room.deposit("AAPLx.T", "3")
        await room.read()

        outcome = await service(room).offer_guard(OWNER_ID, typed, None)

    assert isinstance(outcome, Armed)
    assert "tokenized stock" in str(outcome.left_out)
    assert "AAPLx.T" in str(outcome.left_out)


@pytest.mark.parametrize("typed", ["AAPL250117C00150000", "aapl250117c00150000"])
async def test_an_option_is_found_by_its_name_and_cannot_be_guarded(rooms, typed):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("AAPL", "3", venue=Venue.ALPACA)
        shown = {"asset_class": "us_option", "symbol": "AAPL250117C00150000"}
        endpoint = "GET /v2/positions"
        room.fault(FaultKind.WRONG_FIELDS, endpoint, venue=Venue.ALPACA, fields=shown, times=None)
        await room.read()

        outcome = await service(room).offer_guard(OWNER_ID, typed, None)

    assert isinstance(outcome, Armed)
    (left_out,) = outcome.left_out
    assert left_out.position.asset == "AAPL250117C00150000"
    assert left_out.why_not == "neither a coin nor a share that is listed there, so NIJA does not sell it"


@pytest.mark.parametrize("typed", ["USD.US", "usd", "USD/USD"])
async def test_a_share_called_like_money_is_found_by_its_ticker(rooms, typed):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        apple = room.world.market.listing("alpaca", "AAPL/USD")
        room.world.market.add(replace(apple, symbol="USD.US/USD", base="USD.US"))
        room.world.market.set_price("USD.US", Decimal(80))
        room.deposit("USD", "1000", venue=Venue.ALPACA)
        room.deposit("USD.US", "3", venue=Venue.ALPACA)
        await room.read()

        outcome = await service(room).offer_guard(OWNER_ID, typed, None)

    shown = outcome.lines if isinstance(outcome, Offer) else outcome.left_out
    assert [line.position.asset for line in shown] == ["USD.US"]


async def test_a_coin_comes_before_a_share_of_its_name(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        apple = room.world.market.listing("alpaca", "AAPL/USD")
        room.world.market.add(replace(apple, symbol="BTC.US/USD", base="BTC.US"))
        room.world.market.set_price("BTC.US", Decimal(80))
        room.deposit("BTC.US", "3", venue=Venue.ALPACA)
        room.deposit("BTC", "3", venue=Venue.ALPACA)
        await room.read()

        outcome = await service(room).offer_guard(OWNER_ID, "btc", None)

    shown = outcome.lines if isinstance(outcome, Offer) else outcome.left_out
    assert [line.position.asset for line in shown] == ["BTC"]


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


async def test_a_question_shows_the_price_of_now_and_not_the_one_kept(met):
    await service(met).offer_guard(OWNER_ID, "SOL", None)
    met.set_bid("210", "SOL/USD")

    [line] = (await service(met).offer_guard(OWNER_ID, "SOL", None)).lines

    assert (line.position.mark.price, line.standing) == (Decimal(210), Standing.ABOVE_THRESHOLD)
