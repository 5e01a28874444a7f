"""What was bought through several currencies has its cost in dollars at each purchase's own rate."""

from decimal import Decimal

import pytest

from engine.market.rates import RATES_A_TURN
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.world import Bought, Opening, Story

DOLLARS = Bought(symbol="BTC/USD", quantity=Decimal("0.2"), price=Decimal(60_000))


def bought_with(currency, *, days_ago=10, usd_rate="1.20", quantity="0.1"):
    return Bought(
        symbol=f"BTC/{currency}",
        quantity=Decimal(quantity),
        price=Decimal(55_000),
        days_ago=days_ago,
        usd_rate=usd_rate and Decimal(usd_rate),
    )


def a_story(*purchases, venue=Venue.KRAKEN):
    return Story(openings={venue.value: Opening(purchases=purchases)})


def basis(room, venue=Venue.KRAKEN):
    return room.histories.basis(f"env-{venue.value}", "BTC")


def is_explained(room):
    return room.histories.is_explained(room.report())


async def test_the_euros_of_a_second_purchase_count_at_what_they_were_worth_then(rooms):
    async with rooms(story=a_story(DOLLARS, bought_with("EUR"))) as room:
        await room.read()

        found = basis(room)
        assert (found.explained, found.unexplained, found.currency) == (Decimal("0.3"), 0, "USD")
        # 0.2 · 60,000 + 0.1 · 55,000 · 1.20, while a euro is worth 1.08 today.
        assert found.cost == Decimal(18_600)
        assert is_explained(room)


@pytest.mark.parametrize(("venue", "paid_usd"), [(Venue.COINBASE, 5_500), (Venue.ALPACA, 4_400)])
async def test_a_stablecoin_counts_at_its_price_of_then_except_where_it_is_swapped_for_a_dollar(
    rooms, venue, paid_usd
):
    story = a_story(DOLLARS, bought_with("USDC", usd_rate="0.80"), venue=venue)
    async with rooms(venues=(venue,), story=story) as room:
        await room.read()

        # Alpaca keeps its fee of a quarter percent from the coins.
        kept = Decimal("0.9975") if venue is Venue.ALPACA else 1
        assert basis(room, venue).explained == Decimal("0.3") * kept
        assert basis(room, venue).cost == Decimal(12_000 + paid_usd) * kept


async def test_a_trade_of_ten_minutes_ago_counts_at_what_its_money_was_worth_in_that_minute(rooms):
    async with rooms(story=a_story()) as room:
        room.deposit("EUR", "10000")
        room.deposit("USD", "10000")
        room.world.market.set_price("EUR", Decimal("0.5"))
        first = room.trade("buy", "0.01", "BTC/EUR")
        second = room.trade("buy", "0.01", "BTC/USD")
        await room.clock.sleep(600)
        room.world.market.set_price("EUR", Decimal(1))

        await room.read()

        assert basis(room).cost == first.cost / 2 + second.cost


async def test_a_purchase_in_one_currency_needs_no_rate(rooms):
    async with rooms(story=a_story(bought_with("EUR"), bought_with("EUR", days_ago=20))) as room:
        await room.read()

        assert (basis(room).currency, basis(room).cost) == ("EUR", 11_000)
        assert room.sent("OHLC") == []


async def test_while_the_venue_does_not_report_the_part_is_unexplained_and_is_asked_about_again(rooms):
    async with rooms(story=a_story(DOLLARS, bought_with("EUR"))) as room:
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "OHLC")
        await room.read()

        assert (basis(room).explained, basis(room).cost) == (Decimal("0.2"), 12_000)
        assert not is_explained(room)

        await room.clock.sleep(60)
        await room.read()
        assert (basis(room).explained, basis(room).cost) == (Decimal("0.3"), 18_600)
        assert is_explained(room)


async def test_an_account_that_rests_is_looked_at_until_the_venue_reported(rooms):
    async with rooms(story=a_story(DOLLARS, bought_with("EUR"))) as room:
        room.fault(FaultKind.RATE_LIMIT, "OHLC", times=4)
        for _ in range(5):
            await room.read()
            await room.clock.sleep(60)

        assert basis(room).cost == 18_600


async def test_what_the_venue_has_no_price_of_stays_unexplained_and_is_not_asked_about_again(rooms):
    async with rooms(story=a_story(DOLLARS, bought_with("EUR", usd_rate=None))) as room:
        room.world.market.set_past_price("EUR", None, since=0)
        await room.read()
        await room.clock.sleep(60)
        await room.read()

        assert (basis(room).explained, basis(room).unexplained) == (Decimal("0.2"), Decimal("0.1"))
        assert is_explained(room)
        assert len(room.sent("OHLC")) == 1


async def test_a_restart_knows_the_rates_and_asks_nobody(rooms):
    async with rooms(story=a_story(DOLLARS, bought_with("EUR"))) as room:
        await room.read()
        await room.restart()

        await room.read()

        assert basis(room).cost == 18_600
        assert len(room.sent("OHLC")) == 1


async def test_only_a_few_rates_are_requested_in_one_turn(rooms):
    count = RATES_A_TURN + 2
    many = (bought_with("EUR", days_ago=40 - n, quantity="0.01") for n in range(count))
    async with rooms(story=a_story(DOLLARS, *many)) as room:
        await room.read()

        assert len(room.sent("OHLC")) == RATES_A_TURN
        assert (basis(room).explained, is_explained(room)) == (Decimal("0.25"), False)

        await room.clock.sleep(60)
        await room.read()
        assert len(room.sent("OHLC")) == count
        assert (basis(room).cost, is_explained(room)) == (12_000 + count * 660, True)


async def test_several_purchases_of_one_minute_need_one_answer(rooms):
    async with rooms(story=a_story(DOLLARS, bought_with("EUR"), bought_with("EUR"))) as room:
        await room.read()

        assert basis(room).cost == 25_200
        assert len(room.sent("OHLC")) == 1


async def test_a_currency_without_an_answer_does_not_hold_up_another(rooms):
    purchases = (
        DOLLARS,
        *(bought_with("EUR", days_ago=20 + n) for n in range(RATES_A_TURN)),
        bought_with("USDT", usd_rate="0.90"),
    )
    async with rooms(story=a_story(*purchases)) as room:
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "OHLC")
        await room.read()

        assert basis(room).cost == 12_000 + 4_950
        assert [call.params["pair"] for call in room.sent("OHLC")] == ["ZEURZUSD", "USDTZUSD"]
