"""An answer guards what was shown, at a price that a second look confirmed; anything else is asked again."""

from decimal import Decimal

import pytest

from engine.alerts.messages import FirstContact
from engine.alerts.questions import Armed, ChoiceKind, Exclusion, Standing
from engine.offers.table import ConfirmationRow
from sandbox.faults import FaultKind
from sandbox.market import Override
from sandbox.world import OWNER_ID, Bought, Opening, Story
from tests.rows import change_row, load_row

#: Bids: ETH 3,198.40, SOL 149.92.
STORY = Story(
    openings={
        "kraken": Opening(
            purchases=(
                Bought(symbol="ETH/USD", quantity=Decimal(1), price=Decimal(3_100)),
                Bought(symbol="SOL/USD", quantity=Decimal(10), price=Decimal(200)),
            )
        )
    }
)


@pytest.fixture
async def met(rooms):
    """An ether above its cost and ten SOL far below it, asked about."""
    async with rooms(story=STORY) as room:
        await room.read()
        await room.clock.sleep(20)
        yield room


def bad_tick(room, bid, symbol="ETH/USD", *, in_book=False):
    spike = Override(bid=Decimal(bid), ask=Decimal(bid) + 1, in_book=in_book)
    room.world.market.override("kraken", symbol, spike)


async def offer_for(room, symbol):
    return await room.engine.guards.offer_guard(OWNER_ID, symbol, None)


async def press(room, offer, kind):
    [button] = [choice.confirmation_id for choice in offer.choices if choice.kind is kind]
    return await room.engine.guards.confirm(OWNER_ID, button)


async def first_offer(room):
    [alert] = await room.alerts(FirstContact)
    return alert.offer


def kinds(offer):
    return [choice.kind for choice in offer.choices]


# one bad tick


async def test_a_guard_from_todays_price_is_set_from_a_confirmed_one(met):
    offer = await offer_for(met, "ETH")
    bad_tick(met, 4800)
    await met.clock.sleep(20)

    outcome = await press(met, offer, ChoiceKind.GUARD_FROM_PRICE)
    met.world.market.restore("kraken", "ETH/USD")
    await met.sell_off()

    [guard] = outcome.guards
    assert guard.cost == met.world.bid("kraken", "ETH/USD")
    assert met.sent() == []


async def test_a_lone_bad_book_does_not_make_the_price_either(met):
    offer = await offer_for(met, "ETH")
    book = met.world.market
    bid = met.world.bid("kraken", "ETH/USD")
    met.set_bid("1600", "ETH/USD")
    book.override("kraken", "ETH/USD", Override(bid=bid, ask=bid + 1, in_book=False))
    await met.clock.sleep(20)

    outcome = await press(met, offer, ChoiceKind.GUARD_FROM_PRICE)

    # Two looks at the book agree with one another, so it is the quote that was wrong.
    assert [guard.cost for guard in outcome.guards] == [1600]


async def test_a_price_that_is_not_confirmed_arms_nothing_and_says_so(met):
    offer = await offer_for(met, "ETH")
    met.fault(FaultKind.HTTP_ERROR_BEFORE, "Depth", times=None)

    outcome = await press(met, offer, ChoiceKind.GUARD_FROM_PRICE)

    assert [line.excluded for line in outcome.left_out] == [Exclusion.PRICE_UNKNOWN]
    assert await met.guards() == ()


async def test_all_asks_about_a_loser_whatever_one_bad_tick_says(rooms):
    async with rooms(story=STORY, guard_existing="all") as room:
        bad_tick(room, 300, "SOL/USD")
        await room.read()
        room.world.market.restore("kraken", "SOL/USD")
        await room.sell_off()

        assert [guard.asset for guard in await room.guards()] == ["ETH"]
        assert [line.position.asset for line in (await first_offer(room)).lines] == ["SOL"]
        assert room.sent() == []


async def test_all_says_what_it_could_not_guard_for_want_of_a_price(rooms):
    async with rooms(story=STORY, guard_existing="all") as room:
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "Depth", times=None)
        await room.read()
        room.world.faults("kraken").clear()
        await room.clock.sleep(60)

        offer = await first_offer(room)
        assert [(line.position.asset, line.excluded) for line in offer.lines] == [
            ("ETH", Exclusion.PRICE_UNKNOWN),
            ("SOL", Exclusion.PRICE_UNKNOWN),
        ]
        assert kinds(offer) == [
            ChoiceKind.GUARD_FROM_COST,
            ChoiceKind.GUARD_FROM_COST,
            ChoiceKind.LEAVE_ALONE,
        ]
        outcome = await room.engine.guards.confirm(OWNER_ID, offer.choices[0].confirmation_id)
        assert [(guard.asset, guard.quantity, guard.cost) for guard in outcome.guards] == [("ETH", 1, 3100)]


# what was shown


async def sell_now_offer(room):
    outcome = await press(room, await first_offer(room), ChoiceKind.GUARD_ALL_FROM_COST)
    return outcome.follow_up


async def test_more_than_was_shown_is_not_sold_but_asked_about_again(met):
    offer = await sell_now_offer(met)
    met.deposit("USD", "10000")
    met.trade("buy", "40", "SOL/USD")
    await met.clock.sleep(60)
    await met.read()

    again = await press(met, offer, ChoiceKind.GUARD_AND_SELL_NOW)
    await met.sell_off()

    [line] = again.lines
    assert (again.about, line.standing, line.position.quantity) == (
        "would_sell",
        Standing.WOULD_BE_SOLD_NOW,
        50,
    )
    assert met.sent() == []


@pytest.mark.parametrize(("bid", "sells"), [("148", True), ("147", False)])
async def test_a_loss_much_larger_than_shown_is_asked_about_again(met, bid, sells):
    offer = await sell_now_offer(met)
    met.set_bid(bid, "SOL/USD")
    await met.clock.sleep(20)

    outcome = await press(met, offer, ChoiceKind.GUARD_AND_SELL_NOW)
    await met.sell_off()

    # 149.92 was shown: -25.04 % of 200.
    assert isinstance(outcome, Armed) is sells
    assert bool(met.sent()) is sells


async def test_fewer_than_were_shown_are_asked_about_again_too(met):
    offer = await sell_now_offer(met)
    met.trade("sell", "4", "SOL/USD")
    await met.clock.sleep(60)
    await met.read()

    again = await press(met, offer, ChoiceKind.GUARD_AND_SELL_NOW)

    assert [line.position.quantity for line in again.lines] == [6]


async def test_selling_at_once_is_offered_anew_ten_minutes_later(rooms):
    async with rooms(story=STORY, guard_existing="all") as room:
        await room.read()
        unrequested = await first_offer(room)
        await room.clock.sleep(600)

        again = await press(room, unrequested, ChoiceKind.GUARD_AND_SELL_NOW)
        await room.sell_off()
        assert (again.about, room.sent()) == ("would_sell", [])

        await press(room, again, ChoiceKind.GUARD_AND_SELL_NOW)
        await room.sell_off()
        assert len(room.sent()) == 1


async def test_a_button_that_showed_nothing_sells_nothing(met):
    offer = await sell_now_offer(met)
    [button] = [choice.confirmation_id for choice in offer.choices if choice.kind == "guard_and_sell_now"]
    async with met.database.write() as session:
        row = await load_row(session, ConfirmationRow, button)
        await change_row(session, ConfirmationRow, button, params_json={"positions": row.params["positions"]})

    again = await met.engine.guards.confirm(OWNER_ID, button)

    assert again.about == "would_sell"


@pytest.mark.parametrize("kind", [ChoiceKind.GUARD_FROM_PRICE, ChoiceKind.GUARD_FROM_COST])
async def test_guarding_more_than_was_shown_is_asked_about_again(met, kind):
    offer = await offer_for(met, "ETH")
    met.deposit("USD", "10000")
    met.trade("buy", "1", "ETH/USD")
    await met.clock.sleep(60)
    await met.read()

    again = await press(met, offer, kind)

    assert again.about == "changed"
    assert await met.guards() == ()
    outcome = await press(met, again, kind)
    assert [guard.quantity for guard in outcome.guards] == [2]


async def test_of_all_positions_only_the_one_that_grew_is_asked_about_again(met):
    offer = await first_offer(met)
    met.deposit("USD", "10000")
    met.trade("buy", "1", "ETH/USD")
    await met.clock.sleep(60)
    await met.read()

    outcome = await press(met, offer, ChoiceKind.GUARD_ALL_FROM_PRICE)

    assert [guard.asset for guard in outcome.guards] == ["SOL"]
    assert [line.position.asset for line in outcome.follow_up.lines] == ["ETH"]
    assert outcome.left_out == ()
