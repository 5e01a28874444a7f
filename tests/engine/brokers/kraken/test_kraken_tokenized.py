"""Kraken's tokenized stocks, which it lists apart from coins and knows only when told their class."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.brokers.kraken.names import add_tokenized
from engine.model.errors import TryLaterError
from engine.model.instruments import AssetClass, TradingStatus
from sandbox.faults import Fault, FaultKind
from tests.engine.brokers.kraken.listings import CATALOG, pair

AAPL = pair("AAPLxUSD", "AAPLx/USD", "AAPLx", "ZUSD", tick_size="0.01", aclass_base="tokenized_asset")


@pytest.fixture
def token(venue):
    bitcoin = venue.market.listing("kraken", "BTC/USD")
    venue.market.add(replace(bitcoin, symbol="AAPLx.T/USD", base="AAPLx.T"))
    venue.market.set_price("AAPLx.T", Decimal(200))


def test_a_share_that_is_listed_twice_under_one_other_name_is_one_pair():
    catalog = add_tokenized(CATALOG, {"AAPLxUSD": AAPL, "AAPLSPVUSD": AAPL, "ODD": {}})

    assert catalog.pair_ids["AAPLx.T/USD"] == "AAPLxUSD"
    assert catalog.tokenized == {"AAPLxUSD"}
    assert catalog.asset_part("AAPLx.T")[0] == catalog.asset_part("AAPLx")[0] == "AAPLx.T"
    assert catalog.instruments.keys() - CATALOG.instruments.keys() == {"AAPLx.T/USD"}


def test_a_tokenized_stock_is_shown_and_takes_no_orders():
    instrument = add_tokenized(CATALOG, {"AAPLxUSD": AAPL}).instruments["AAPLx.T/USD"]

    assert (instrument.asset_class, instrument.status) == (AssetClass.TOKENIZED, TradingStatus.UNAVAILABLE)


async def test_a_tokenized_stock_is_quoted_beside_coins(token, market_data):
    quotes = await market_data.fetch_quotes({"AAPLx.T/USD", "BTC/USD"})
    book = await market_data.fetch_book("AAPLx.T/USD")

    assert quotes.keys() == {"AAPLx.T/USD", "BTC/USD"}
    assert quotes["AAPLx.T/USD"].bid == book.bids[0].price


@pytest.mark.fault("V145")
async def test_coins_or_tokenized_stocks_that_get_no_answer_are_absent_and_the_others_are_there(
    token, market_data, venue
):
    await market_data.catalog()
    venue.server.faults.add(Fault(kind=FaultKind.HTTP_ERROR_BEFORE, endpoint="Ticker"))

    quotes = await market_data.fetch_quotes({"AAPLx.T/USD", "BTC/USD"})

    assert len(quotes) == 1
    assert isinstance(quotes.failed, TryLaterError)


async def test_a_balance_in_a_tokenized_stock_has_the_name_it_is_listed_under(
    token, broker, venue, market_data
):
    venue.deposit("AAPLx.T", "3")

    [holding] = (await broker.fetch_report()).holdings

    assert f"{holding.asset}/USD" in await market_data.fetch_instruments()
