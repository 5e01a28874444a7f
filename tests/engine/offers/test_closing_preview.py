"""The preview of a manual close: what it offers at which price, and why it offers nothing."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.market.mark import PriceProblem
from engine.model.venues import Venue
from engine.offers.closing_preview import ClosePreview, Obstacle, ObstacleKind, Selling
from engine.offers.not_held import NotHeld, Wanted
from engine.offers.outcomes import Nothing
from sandbox.faults import FaultKind
from tests.engine.offers.closing import a_ticker_apart, offer, press, total


async def test_a_preview_says_what_would_be_sold_and_brought_and_changes_nothing(holding):
    preview = await offer(holding)

    [line] = preview.lines
    assert (line.quantity, line.price, line.value) == (Decimal("0.4"), Decimal(50000), Decimal(20000))
    assert line.fee == Decimal(80)
    assert (line.result, line.obstacle) == (None, None)
    assert preview.expires_at - preview.as_of == timedelta(seconds=60)
    assert await holding.guards() == ()
    assert holding.sent() == []


async def test_what_is_not_held_or_has_no_price_says_so(holding):
    missing = await offer(holding, "DOGE")
    holding.world.market.forget_price("BTC")
    preview = await offer(holding)

    assert missing == Nothing(why=NotHeld(symbol="DOGE", venue=None, wanted=Wanted.SELL))
    assert preview.confirmation_id is None
    assert preview.lines[0].obstacle == Obstacle(ObstacleKind.PRICE_UNKNOWN, problem=PriceProblem.NO_BID)


async def test_only_the_named_broker_is_asked(holding):
    assert isinstance(await offer(holding, "BTC", Venue.ALPACA), Nothing)
    assert isinstance(await offer(holding, "btc/usd", Venue.KRAKEN), ClosePreview)


async def test_books_that_come_late_are_read_together_and_let_no_price_age(holding):
    assets = ("BTC", "ETH", "SOL", "XRP")
    for asset in assets[1:]:
        holding.deposit(asset, "1000")
    for asset in assets:
        listing = holding.world.market.listing("kraken", f"{asset}/USD")
        holding.world.market.add(replace(listing, depth=(Decimal("0.1"), Decimal(2000))))
    await holding.read()
    holding.fault(FaultKind.DELAY_AFTER, "Depth", delay_s=1, times=None)
    began = holding.clock.monotonic()

    preview = await offer(holding, None)

    assert [line.obstacle for line in preview.lines] == [None] * len(assets)
    assert holding.clock.monotonic() - began < 3


@pytest.mark.parametrize(("ticker", "book"), [("60000", "49000"), ("49000", "60000")])
async def test_a_ticker_and_a_book_that_differ_offer_the_worse_price_named_as_contradictory(
    holding, ticker, book
):
    await holding.arm("0.1", "1000")
    holding.set_bid(book)
    holding.world.market.override("kraken", "BTC/USD", a_ticker_apart(ticker))
    for _ in range(2):
        await holding.look()
        await holding.clock.sleep(5)

    preview = await offer(holding)
    sold = await press(holding, preview)
    await holding.wait_for("exit ")

    [line] = preview.lines
    assert (line.price, line.contradicted, line.obstacle) == (Decimal(49000), True, None)
    assert isinstance(sold, Selling)
    assert total(holding) == 0


async def test_missing_prices_are_what_a_close_lacks_and_not_the_brokers_answer(holding):
    holding.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await holding.clock.sleep(60)

    [line] = (await offer(holding)).lines

    assert line.obstacle == Obstacle(ObstacleKind.PRICE_UNKNOWN, problem=PriceProblem.NO_ANSWER)


@pytest.mark.fault("C16")
async def test_missing_listings_are_an_outage_and_not_a_coin_that_is_not_listed(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("BTC", "0.4", venue=Venue.COINBASE)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "market/products", times=None, venue=Venue.COINBASE)
        await room.read()

        [line] = (await offer(room)).lines

        assert line.obstacle.kind is ObstacleKind.LISTING_UNKNOWN
