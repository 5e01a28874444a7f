from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine.brokers.base import MarketData
from engine.model.instruments import TradingStatus
from sandbox.market import Override


async def test_it_is_a_market_data_port(market_data):
    port: MarketData = market_data
    assert port.venue.label == "Kraken"
    assert await port.fetch_session() is None


async def test_instruments_are_fetched_under_our_names(market_data):
    instruments = await market_data.fetch_instruments()
    assert instruments["BTC/USD"].lot == Decimal("1e-8")
    assert instruments["DOGE/USD"].minimum_quantity == 50
    assert len(instruments) == 12


async def test_refreshing_the_listings_shows_a_changed_status(market_data, venue):
    await market_data.fetch_instruments()
    venue.market.set_status("kraken", "BTC/USD", "cancel_only")
    instruments = await market_data.fetch_instruments()
    assert instruments["BTC/USD"].status is TradingStatus.CANCEL_ONLY


async def test_all_quotes_come_in_one_request_timed_by_us(market_data, venue):
    before = datetime.now(UTC)
    quotes = await market_data.fetch_quotes({"BTC/USD", "ETH/USD", "NOT/LISTED"})
    assert set(quotes) == {"BTC/USD", "ETH/USD"}
    assert quotes["BTC/USD"].bid < 50_000 < quotes["BTC/USD"].ask
    assert before <= quotes["BTC/USD"].at <= datetime.now(UTC)
    assert len(venue.sent("Ticker")) == 1


async def test_a_missing_side_is_none(market_data, venue):
    venue.market.override("kraken", "BTC/USD", Override(bid=None, ask=Decimal(51_000)))
    quote = (await market_data.fetch_quotes({"BTC/USD"}))["BTC/USD"]
    assert (quote.bid, quote.ask) == (None, Decimal(51_000))


async def test_nothing_is_asked_when_nothing_is_listed(market_data, venue):
    assert await market_data.fetch_quotes({"NOT/LISTED"}) == {}
    assert venue.sent("Ticker") == []


async def test_the_book_has_both_sides_best_first(market_data):
    book = await market_data.fetch_book("BTC/USD")
    assert [level.price for level in book.bids] == sorted((x.price for x in book.bids), reverse=True)
    assert book.bids[0].price < book.asks[0].price


async def test_the_clock(market_data):
    assert abs(await market_data.fetch_time() - datetime.now(UTC)) < timedelta(seconds=5)


async def test_closing_leaves_the_shared_session_open(market_data, http):
    await market_data.close()
    assert not http.session.closed


async def test_a_pair_that_was_delisted_hides_no_price_of_the_others(market_data, venue):
    catalog = await market_data.catalog()
    catalog.pair_ids["GONE/USD"] = "GONEUSD"
    quotes = await market_data.fetch_quotes({"BTC/USD", "ETH/USD", "GONE/USD"})
    assert sorted(quotes) == ["BTC/USD", "ETH/USD"]


async def test_a_pair_that_was_delisted_has_no_price(market_data):
    catalog = await market_data.catalog()
    catalog.pair_ids["GONE/USD"] = "GONEUSD"
    assert await market_data.fetch_quotes({"GONE/USD"}) == {}
