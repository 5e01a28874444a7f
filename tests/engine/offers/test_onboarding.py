"""What happens when an account is met for the first time, by the mode of the settings."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.alerts.messages import ExistingGuarded, FirstContact
from engine.alerts.questions import ChoiceKind, Exclusion, Standing
from engine.guards.guard import GuardSource
from engine.guards.known_assets import load_known_assets
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.world import Bought, Opening, Story

HOLDINGS = Opening(
    purchases=(
        Bought(symbol="ETH/USD", quantity=Decimal(2), price=Decimal(3_100)),
        Bought(symbol="SOL/USD", quantity=Decimal(10), price=Decimal(200)),
    ),
    deposits={"BTC": Decimal("0.05"), "DOGE": Decimal(12), "USD": Decimal(100)},
)
STORY = Story(openings={"kraken": HOLDINGS})


async def known_assets(room):
    async with room.database.read() as session:
        return {known.asset for known in await load_known_assets(session, "env-kraken")}


async def test_everything_held_is_listed_and_asked_about_once(rooms):
    async with rooms(story=STORY) as room:
        await room.read()
        await room.clock.sleep(60)
        await room.read()

        [alert] = await room.alerts()
        assert isinstance(alert, FirstContact)
        standings = {line.position.asset: line.standing for line in alert.offer.lines}
        assert standings == {
            "ETH": Standing.ABOVE_THRESHOLD,
            "SOL": Standing.WOULD_BE_SOLD_NOW,
            "BTC": Standing.ENTRY_UNKNOWN,
            "DOGE": Standing.CANNOT_BE_GUARDED,
        }
        assert [choice.kind for choice in alert.offer.choices] == [
            ChoiceKind.GUARD_ALL_FROM_COST,
            ChoiceKind.GUARD_ALL_FROM_PRICE,
            ChoiceKind.CHOOSE,
            ChoiceKind.LEAVE_ALONE,
        ]
        assert await room.guards() == ()


async def test_the_question_begins_with_the_largest_position(rooms):
    async with rooms(story=STORY) as room:
        await room.read()

        [alert] = await room.alerts()
        values = [line.position.value_usd for line in alert.offer.lines]
        assert values == sorted(values, reverse=True)


async def test_asking_sells_nothing_and_arms_nothing(rooms):
    async with rooms(story=STORY) as room:
        await room.read()
        await room.sell_off()

        assert room.sent() == []


async def test_all_guards_what_has_an_entry_and_asks_about_what_would_be_sold(rooms):
    async with rooms(story=STORY, guard_existing="all") as room:
        await room.read()
        await room.sell_off()

        [guard] = await room.guards()
        assert (guard.asset, guard.quantity, guard.cost) == ("ETH", Decimal(2), Decimal(6200))
        assert guard.source is GuardSource.EXISTING_COST
        reported, alert = await room.alerts()
        assert isinstance(reported, ExistingGuarded)
        assert [guard.asset for guard in reported.armed.guards] == ["ETH"]
        assert {(line.position.asset, line.standing, line.excluded) for line in reported.armed.left_out} == {
            ("SOL", Standing.WOULD_BE_SOLD_NOW, None),
            ("BTC", Standing.ENTRY_UNKNOWN, None),
            ("DOGE", Standing.CANNOT_BE_GUARDED, Exclusion.DUST),
        }
        assert [line.position.asset for line in alert.offer.lines] == ["SOL"]
        assert [choice.kind for choice in alert.offer.choices] == [
            ChoiceKind.GUARD_AND_SELL_NOW,
            ChoiceKind.LEAVE_ALONE,
        ]
        assert room.sent() == []


async def test_all_asks_nothing_where_nothing_would_be_sold(rooms):
    story = Story(openings={"kraken": Opening(purchases=HOLDINGS.purchases[:1])})
    async with rooms(story=story, guard_existing="all") as room:
        await room.read()

        [reported] = await room.alerts()
        assert list(reported.armed.guards) == list(await room.guards())
        assert (reported.venue, reported.armed.left_out, reported.armed.parts_left_out) == (
            Venue.KRAKEN,
            (),
            (),
        )


async def test_all_reports_that_nothing_could_be_guarded(rooms):
    story = Story(openings={"kraken": Opening(deposits={"BTC": Decimal("0.05")})})
    async with rooms(story=story, guard_existing="all") as room:
        await room.read()
        await room.clock.sleep(60)
        await room.restart()
        await room.read()

        [reported] = await room.alerts()
        assert (reported.armed.guards, len(reported.armed.left_out)) == ((), 1)


async def test_all_reports_nothing_of_an_empty_account(rooms):
    async with rooms(guard_existing="all") as room:
        await room.read()

        assert await room.alerts() == []


async def test_none_guards_nothing_and_asks_nothing(rooms):
    async with rooms(story=STORY, guard_existing="none") as room:
        await room.read()

        assert await room.guards() == ()
        assert await room.alerts() == []
        assert await known_assets(room) == {"BTC", "ETH", "SOL", "DOGE"}


@pytest.mark.parametrize("mode", ["ask", "all"])
async def test_a_later_buy_at_the_venue_is_neither_guarded_nor_asked_about(rooms, mode):
    async with rooms(story=STORY, guard_existing=mode) as room:
        await room.read()
        asked, guarded = len(await room.alerts()), len(await room.guards())
        room.deposit("USD", "1000")
        room.trade("buy", "100", "ADA/USD")
        await room.clock.sleep(60)

        await room.read()

        assert "ADA" in await known_assets(room)
        assert len(await room.alerts()) == asked
        assert len(await room.guards()) == guarded


async def test_the_first_buy_in_an_empty_account_is_not_asked_about(room):
    await room.read()
    room.deposit("USD", "10000")
    room.trade("buy", "0.1")
    await room.clock.sleep(60)

    await room.read()

    assert await room.alerts() == []
    assert await room.guards() == ()


async def test_the_question_is_not_repeated_after_a_restart(rooms):
    async with rooms(story=STORY) as room:
        await room.read()

        await room.restart()
        await room.read()

        assert len(await room.alerts(FirstContact)) == 1


async def test_nothing_is_asked_before_the_history_was_read(rooms):
    async with rooms(story=STORY) as room:
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "TradesHistory", times=1)
        await room.read()
        early = await room.alerts()
        await room.clock.sleep(60)

        await room.read()

        assert early == []
        assert len(await room.alerts(FirstContact)) == 1


async def test_every_account_is_asked_about_by_itself(rooms):
    story = Story(openings=dict.fromkeys(("kraken", "coinbase"), HOLDINGS))
    async with rooms(venues=(Venue.KRAKEN, Venue.COINBASE), story=story) as room:
        await room.read()

        alerts = await room.alerts(FirstContact)
        venues = {line.position.account.venue for alert in alerts for line in alert.offer.lines}
        assert len(alerts) == 2
        assert venues == {Venue.KRAKEN, Venue.COINBASE}


async def test_a_stock_met_while_its_market_is_closed_is_asked_about_once_it_opens(rooms):
    shares = Bought(symbol="AAPL/USD", quantity=Decimal(2), price=Decimal(230))
    story = Story(openings={"alpaca": Opening(purchases=(shares,))})
    at_night = datetime(2026, 3, 3, 22, tzinfo=UTC)
    async with rooms(venues=(Venue.ALPACA,), start=at_night, story=story) as room:
        await room.read()
        early = await room.alerts()

        await room.clock.sleep(17 * 3600)
        await room.read()

        [alert] = await room.alerts(FirstContact)
        assert early == []
        assert [line.position.asset for line in alert.offer.lines] == ["AAPL"]
        assert ChoiceKind.GUARD_ALL_FROM_PRICE in {choice.kind for choice in alert.offer.choices}


@pytest.mark.fault("V83")
@pytest.mark.parametrize("mode", ["all", "ask"])
async def test_an_account_first_read_without_prices_is_met_once_they_are_there(rooms, mode):
    async with rooms(story=STORY, guard_existing=mode) as room:
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
        await room.read()
        assert (await room.guards(), await room.alerts(FirstContact, ExistingGuarded)) == ((), [])
        room.world.faults(Venue.KRAKEN).clear()
        await room.clock.sleep(60)

        await room.read()

        assert len(await room.alerts(FirstContact)) == 1
        assert [guard.asset for guard in await room.guards()] == (["ETH"] if mode == "all" else [])
