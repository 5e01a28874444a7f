from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.brokers.base import MarketData
from engine.model.errors import TryLaterError
from sandbox.faults import Fault, FaultKind
from sandbox.market import Override

BOOK = "market/product_book"


async def test_it_is_a_market_data_port(market_data):
    port: MarketData = market_data
    assert port.venue.label == "Coinbase"
    assert await port.fetch_session() is None


async def test_instruments_are_fetched_without_a_key(market_data, venue):
    instruments = await market_data.fetch_instruments()
    assert instruments["BTC/USD"].base == "BTC"
    assert instruments["BTC/USD"].lot > 0
    assert {call.key for call in venue.server.tape.calls()} == {""}


async def test_bid_and_ask_come_from_the_book_and_not_from_the_last_trade(market_data, venue):
    venue.market.override("coinbase", "BTC/USD", Override(bid=Decimal(49_000), ask=Decimal(51_000)))
    quotes = await market_data.fetch_quotes({"BTC/USD", "ETH/USD", "NOT/LISTED"})
    assert set(quotes) == {"BTC/USD", "ETH/USD"}
    assert (quotes["BTC/USD"].bid, quotes["BTC/USD"].ask) == (49_000, 51_000)
    assert abs(quotes["BTC/USD"].at - datetime.now(UTC)) < timedelta(seconds=5)


async def test_a_missing_side_is_none(market_data, venue):
    venue.market.override("coinbase", "BTC/USD", Override(bid=None, ask=Decimal(51_000)))
    quote = (await market_data.fetch_quotes({"BTC/USD"}))["BTC/USD"]
    assert (quote.bid, quote.bid_quantity, quote.ask) == (None, None, 51_000)


@pytest.mark.fault("V14")
async def test_a_frozen_book_keeps_the_time_it_was_made(market_data, venue):
    venue.market.freeze("coinbase", "BTC/USD")
    first = (await market_data.fetch_quotes({"BTC/USD"}))["BTC/USD"]
    second = (await market_data.fetch_quotes({"BTC/USD"}))["BTC/USD"]
    assert first.at == second.at


@pytest.mark.fault("V145")
async def test_a_symbol_that_gets_no_answer_is_absent_and_the_others_are_there(market_data, venue):
    await market_data.catalog()
    venue.server.faults.add(Fault(kind=FaultKind.HTTP_ERROR_BEFORE, endpoint=BOOK))
    quotes = await market_data.fetch_quotes({"BTC/USD", "ETH/USD"})
    assert len(quotes) == 1
    assert isinstance(quotes.failed, TryLaterError)


async def test_the_book_has_both_sides_best_first(market_data):
    book = await market_data.fetch_book("BTC/USD")
    assert [level.price for level in book.bids] == sorted((x.price for x in book.bids), reverse=True)
    assert len(book.bids) > 1
    assert book.bids[0].price < book.asks[0].price


async def test_the_clock(market_data):
    assert abs(await market_data.fetch_time() - datetime.now(UTC)) < timedelta(seconds=5)
