"""What Alpaca answers without a key."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.brokers.alpaca.public_market import AlpacaPublicMarketData
from engine.clock import SystemClock


@pytest.fixture
def market(venue, http):
    return AlpacaPublicMarketData(http=http, clock=SystemClock(), url=venue.server.url)


async def test_listings_of_ours_are_not_called_odd(market, caplog):
    await market.fetch_instruments()

    assert caplog.messages == []


async def test_the_pairs_that_are_quoted_are_listed(market):
    listed = await market.fetch_instruments()

    assert {"BTC/USD", "ETH/USD"} <= listed.keys()
    assert "AAPL/USD" not in listed
    bitcoin = listed["BTC/USD"]
    assert (bitcoin.lot, bitcoin.least_quantity) == (Decimal("1E-9"), Decimal("1E-9"))
    assert (bitcoin.minimum_buy_notional, bitcoin.minimum_sale_notional) == (10, 0)


async def test_a_pair_that_is_not_quoted_any_more_may_still_be_sold(market, venue):
    await market.fetch_instruments()
    # No coin any more, so that the quotes of coins leave it out.
    venue.market.add(replace(venue.market.listing("alpaca", "ETH/USD"), asset_class="us_equity"))

    listed = await market.fetch_instruments()

    assert not listed["ETH/USD"].is_listed
    assert listed["BTC/USD"].is_listed


async def test_quotes_and_books_come_without_a_key(market, venue):
    quotes, book = await market.fetch_quotes(["BTC/USD"]), await market.fetch_book("BTC/USD")

    assert quotes["BTC/USD"].sides == (book.bids[0].price, book.asks[0].price)
    assert {call.key for call in venue.server.tape.calls()} == {""}
    assert {call.outcome for call in venue.server.tape.calls()} == {"ok"}


async def test_its_clock_is_the_date_of_its_answers(market):
    assert abs(await market.fetch_time() - datetime.now(UTC)) < timedelta(seconds=2)
    assert await market.fetch_session() is None
