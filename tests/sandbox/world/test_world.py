from decimal import Decimal

import aiohttp
import pytest

from sandbox.world import ALPACA, COINBASE, DEMO_STORY, KRAKEN, Bought, Opening, SandboxWorld


@pytest.fixture
async def world():
    async with SandboxWorld() as world:
        yield world


def test_what_was_bought_is_explained_by_fills_at_the_chosen_price():
    opening = Opening(purchases=(Bought(symbol="BTC/USD", quantity=Decimal("0.5"), price=Decimal(60_000)),))
    world = SandboxWorld(story=DEMO_STORY.with_opening(KRAKEN, opening))

    ledger = world.ledger(KRAKEN)

    assert ledger.total("BTC") == Decimal("0.5")
    assert ledger.total("USD") == 0
    assert [(fill.quantity, fill.price) for fill in ledger.fills] == [(Decimal("0.5"), Decimal(60_000))]


def test_kraken_balances_are_valued_at_its_own_bids():
    opening = Opening(
        deposits={"BTC": Decimal(1), "BTC.M": Decimal(1), "USDT.F": Decimal(10), "USD": Decimal(5)}
    )
    world = SandboxWorld(story=DEMO_STORY.with_opening(KRAKEN, opening))

    expected = world.expected_balance(KRAKEN)

    bitcoin, tether = world.bid(KRAKEN, "BTC/USD"), world.bid(KRAKEN, "USDT/USD")
    assert bitcoin == Decimal("63968.0")
    assert expected.available == 5 + 10 * tether
    assert expected.locked == 2 * bitcoin
    assert expected.total == expected.available + expected.locked


def test_what_open_orders_hold_is_locked_and_told_apart():
    world = SandboxWorld()

    expected = world.expected_balance(KRAKEN)

    assert expected.held == Decimal("1.2") * world.bid(KRAKEN, "ETH/USD")


def test_a_coin_that_nobody_prices_is_named_and_in_no_sum():
    world = SandboxWorld()

    assert world.expected_balance(KRAKEN).unpriced == ("SGB",)
    assert world.expected_balance(COINBASE).unpriced == ()


def test_alpaca_is_valued_by_its_own_word_at_the_market_s_price():
    opening = Opening(deposits={"USD": Decimal(100), "BTC": Decimal("0.01")})
    world = SandboxWorld(story=DEMO_STORY.with_opening(ALPACA, opening))

    expected = world.expected_balance(ALPACA)

    assert (expected.total, expected.available, expected.locked) == (740, 100, 640)


def test_a_purchase_may_say_what_its_money_was_worth_then():
    bought = Bought(
        symbol="BTC/EUR", quantity=Decimal(1), price=Decimal(50_000), days_ago=2, usd_rate=Decimal("1.20")
    )
    world = SandboxWorld(
        story=DEMO_STORY.with_opening(KRAKEN, Opening(purchases=(bought,))), now=lambda: 1_700_006_400.0
    )

    euro = world.market.listing(KRAKEN, "EUR/USD")
    candles = world.market.candles(euro, width_s=86_400, first=1_699_833_600, last=1_700_006_400)

    assert [candle.close for candle in candles] == [Decimal("1.2"), Decimal("1.2"), Decimal("1.08")]


def test_the_demo_s_coinbase_account_is_worth_less_than_fifty_dollars():
    expected = SandboxWorld().expected_balance(COINBASE)

    assert Decimal(40) < expected.total < Decimal(50)


@pytest.mark.parametrize("bid", ["3179.13", "3159.88", "3200.00"])
def test_a_bid_can_be_set_to_the_tick(bid):
    world = SandboxWorld()

    world.set_bid(KRAKEN, "ETH/USD", Decimal(bid))

    assert world.bid(KRAKEN, "ETH/USD") == Decimal(bid)


async def test_a_bot_is_given_the_open_venues_only(tmp_path):
    async with SandboxWorld(venues=[KRAKEN]) as world:
        settings = world.environment(tmp_path)

    assert settings["NIJA_KRAKEN_API_URL"].startswith("http://127.0.0.1:")
    assert settings["NIJA_OWNER_IDS"] == str(world.owner.user_id)
    assert not [name for name in settings if "COINBASE" in name]


async def test_every_venue_answers(world):
    async with aiohttp.ClientSession() as session:
        for venue, path in (
            (KRAKEN, "/0/public/AssetPairs"),
            (COINBASE, "/api/v3/brokerage/market/products"),
        ):
            async with session.get(world.server(venue).url + path) as answer:
                assert answer.status == 200


def test_what_is_staked_counts_as_held_and_what_is_gone_does_not():
    opening = Opening(deposits={"ETH.S": Decimal(1), "BTC": Decimal(1)})
    world = SandboxWorld(story=DEMO_STORY.with_opening(KRAKEN, opening), venues=(KRAKEN,))
    world.ledger(KRAKEN).withdraw("BTC", Decimal(1), at=0)

    assert (world.is_held("ETH"), world.is_held("BTC")) == (True, False)
