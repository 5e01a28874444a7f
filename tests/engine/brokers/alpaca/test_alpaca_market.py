import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.model.errors import MisconfiguredError, TryLaterError
from engine.model.instruments import AssetClass
from sandbox.faults import Fault, FaultKind
from sandbox.market import Override

CRYPTO_QUOTES = "GET /v1beta3/crypto/{loc}/latest/quotes"


async def test_all_pairs_are_listed_and_no_stock_before_somebody_holds_it(market_data):
    instruments = await market_data.fetch_instruments()
    assert "BTC/USD" in instruments
    assert {i.asset_class for i in instruments.values()} == {AssetClass.CRYPTO}


async def test_a_held_stock_joins_the_listings_that_were_handed_out_and_stays(market_data, venue):
    before = await market_data.fetch_instruments()
    await market_data.load_stocks(["AAPL", "AAPL"])
    assert before["AAPL/USD"].asset_class is AssetClass.STOCK
    assert "AAPL/USD" in await market_data.fetch_instruments()
    assert len(venue.sent("GET /v2/assets/{symbol}")) == 1


async def test_a_stock_is_listed_for_everybody_however_the_first_readings_of_the_listings_end(
    market_data, venue
):
    venue.server.faults.add(Fault(kind=FaultKind.DELAY_AFTER, endpoint="GET /v2/assets", delay_s=0.2))
    _, handed_out = await asyncio.gather(market_data.catalog(), market_data.fetch_instruments())

    await market_data.load_stocks(["AAPL"])

    assert "AAPL/USD" in handed_out


async def test_a_stock_met_while_the_listings_are_read_again_is_not_lost(market_data, venue):
    await market_data.catalog()
    venue.server.faults.add(
        Fault(kind=FaultKind.DELAY_AFTER, endpoint="GET /v2/assets/{symbol}", delay_s=0.2)
    )

    _, handed_out = await asyncio.gather(market_data.load_stocks(["AAPL"]), market_data.fetch_instruments())

    assert "AAPL/USD" in handed_out


async def test_a_stock_without_an_answer_is_met_later(market_data, venue):
    venue.server.faults.add(Fault(kind=FaultKind.HTTP_ERROR_BEFORE, endpoint="GET /v2/assets/{symbol}"))
    await market_data.load_stocks(["AAPL"])
    assert "AAPL/USD" not in (await market_data.catalog()).instruments
    await market_data.load_stocks(["AAPL", "NOSUCH"])
    assert "AAPL/USD" in (await market_data.catalog()).instruments


async def test_pairs_and_stocks_are_quoted_with_one_request_each(market_data, venue):
    await market_data.load_stocks(["AAPL", "SPY"])
    venue.market.override("alpaca", "BTC/USD", Override(bid=Decimal("65000.123"), ask=Decimal("65000.124")))
    quotes = await market_data.fetch_quotes({"BTC/USD", "ETH/USD", "AAPL/USD", "SPY/USD", "NOT/LISTED"})
    assert set(quotes) == {"BTC/USD", "ETH/USD", "AAPL/USD", "SPY/USD"}
    assert quotes["BTC/USD"].bid == Decimal("65000.123")
    assert quotes["AAPL/USD"].bid < 200 < quotes["AAPL/USD"].ask
    assert [call.params for call in venue.server.tape.calls("GET /v2/stocks/quotes/latest")] == [
        {"symbols": "AAPL,SPY"}
    ]


async def test_a_coin_that_is_not_listed_is_never_quoted_as_the_stock_of_that_name(market_data, venue):
    assert await market_data.fetch_quotes({"AAPL/USD", "TSLA/USD"}) == {}
    assert venue.sent("GET /v2/stocks/quotes/latest") == []


async def test_the_book_of_a_pair_and_the_top_of_a_stock(market_data):
    book = await market_data.fetch_book("BTC/USD")
    assert len(book.bids) > 1
    assert book.bids[0].price < book.asks[0].price
    await market_data.load_stocks(["AAPL"])
    top = await market_data.fetch_book("AAPL/USD")
    assert (len(top.bids), len(top.asks)) == (1, 1)


async def test_a_stock_without_bids_has_none_in_its_book(market_data, venue):
    await market_data.load_stocks(["AAPL"])
    venue.market.override("alpaca", "AAPL/USD", Override(bid=None, ask=Decimal(200)))
    book = await market_data.fetch_book("AAPL/USD")
    assert (book.bids, len(book.asks)) == ((), 1)


async def test_the_clock_and_the_session(market_data, venue):
    assert abs(await market_data.fetch_time() - datetime.now(UTC)) < timedelta(seconds=5)
    assert (await market_data.fetch_session()).is_open
    venue.server.session.forced = False
    assert not (await market_data.fetch_session()).is_open


@pytest.mark.parametrize(
    ("kind", "error"),
    [(FaultKind.HTML_200, MisconfiguredError), (FaultKind.HTTP_ERROR_BEFORE, TryLaterError)],
)
async def test_no_usable_answer_is_an_error_and_not_an_empty_venue(market_data, venue, kind, error):
    venue.server.faults.add(Fault(kind=kind, endpoint="GET /v2/assets"))
    with pytest.raises(error):
        await market_data.fetch_instruments()
    await market_data.catalog()
    venue.server.faults.add(Fault(kind=kind, endpoint="*", times=None))
    for asking in (
        market_data.fetch_quotes({"BTC/USD"}),
        market_data.fetch_book("BTC/USD"),
        market_data.fetch_time(),
        market_data.fetch_session(),
    ):
        with pytest.raises(error):
            await asking


@pytest.mark.fault("V145")
@pytest.mark.parametrize(
    ("silent", "reported"), [(CRYPTO_QUOTES, "AAPL/USD"), ("GET /v2/stocks/quotes/latest", "BTC/USD")]
)
async def test_prices_of_one_kind_that_fail_hide_none_of_the_other(market_data, venue, silent, reported):
    await market_data.load_stocks(["AAPL"])
    venue.server.faults.add(Fault(kind=FaultKind.HTTP_ERROR_BEFORE, endpoint=silent))

    quotes = await market_data.fetch_quotes({"BTC/USD", "AAPL/USD"})

    assert set(quotes) == {reported}
    assert isinstance(quotes.failed, TryLaterError)
