"""Guarding by the owner's buttons: all, a choice or one, from cost or from today's price; nothing is sold unasked."""

from decimal import Decimal

from engine.alerts.questions import About, ChoiceKind, Exclusion, PartReason, Standing
from engine.guards.guard import GuardSource
from engine.offers.outcomes import LeftAlone, Nothing, Outdated
from engine.portfolio.not_guarded import NotGuarded, why_not_guarded
from sandbox.world import OWNER_ID
from tests.engine.offers.guarding import armed, first_offer, press, service


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
    return {one.asset for one in portfolio.positions if why_not_guarded(one) is NotGuarded.QUESTION_OPEN}


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

    left_out = {line.position.asset: (line.standing, line.excluded) for line in outcome.left_out}
    assert left_out == {
        "BTC": (Standing.ENTRY_UNKNOWN, None),
        "DOGE": (Standing.CANNOT_BE_GUARDED, Exclusion.DUST),
    }
    parts = [(part.position.asset, part.quantity, part.why) for part in outcome.parts_left_out]
    assert parts == [("ETH", Decimal(1), PartReason.STAKED)]


async def test_guarding_all_from_todays_price_names_what_it_leaves_out_too(met):
    outcome = await press(met, await first_offer(met), ChoiceKind.GUARD_ALL_FROM_PRICE)

    assert [line.position.asset for line in outcome.left_out] == ["DOGE"]


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
    assert second.sold_now == second.guards
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
    assert second.sold_now == ()
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
        (ChoiceKind.GUARD_FROM_COST, "SOL Kraken"),
        (ChoiceKind.CANCEL, None),
    ]
    outcome = await press(met, offer, ChoiceKind.GUARD_FROM_PRICE, "BTC Kraken")
    assert list(armed(outcome)) == ["BTC"]


async def test_choosing_what_would_be_sold_now_asks_once_more(met):
    offer = await press(met, await first_offer(met), ChoiceKind.CHOOSE)

    again = await press(met, offer, ChoiceKind.GUARD_FROM_COST, "SOL Kraken")

    assert again.about is About.WOULD_SELL
    assert await met.guards() == ()
    await press(met, again, ChoiceKind.GUARD_AND_SELL_NOW, "SOL Kraken")
    assert [guard.asset for guard in await met.guards()] == ["SOL"]


async def test_choosing_when_nothing_is_left_says_so(met):
    offer = await first_offer(met)
    await press(met, offer, ChoiceKind.GUARD_ALL_FROM_PRICE)

    outcome = await press(met, offer, ChoiceKind.CHOOSE)

    assert outcome == Nothing(why=Outdated.NOTHING_TO_GUARD)


async def test_leaving_everything_alone_guards_nothing(met):
    assert await press(met, await first_offer(met), ChoiceKind.LEAVE_ALONE) == LeftAlone()
    assert await met.guards() == ()
