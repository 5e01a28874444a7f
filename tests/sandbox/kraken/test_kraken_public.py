from dataclasses import replace
from decimal import Decimal

import pytest

from engine.brokers.paper.book import Listing
from sandbox.faults import Fault, FaultKind
from sandbox.kraken.names import asset_id, pair_names
from sandbox.market import Override


async def test_the_clock_follows_the_venue(client, kraken):
    kraken.faults.add(Fault(kind=FaultKind.CLOCK_SKEW, skew_s=60))

    assert (await client.public("Time"))["result"] == {
        "unixtime": 1_700_000_060,
        "rfc1123": "Tue, 14 Nov 2023 22:14:20 GMT",
    }


async def test_the_status_is_reported(client, kraken):
    kraken.status = "cancel_only"

    assert (await client.public("SystemStatus"))["result"] == {
        "status": "cancel_only",
        "timestamp": "2023-11-14T22:13:20Z",
    }


async def test_assets_have_their_names_and_decimals(client):
    assets = (await client.public("Assets"))["result"]

    assert assets["XXBT"]["altname"] == "XBT"
    assert (assets["XXBT"]["decimals"], assets["ZUSD"]["decimals"], assets["SOL"]["decimals"]) == (10, 4, 8)
    assert {"USDT.F", "XBT.M", "ETH.S", "SOL.B"} <= set(assets)


async def test_assets_can_be_requested_by_name(client):
    assert list((await client.public("Assets", asset="XBT,ZUSD"))["result"]) == ["XXBT", "ZUSD"]
    assert (await client.public("Assets", asset="GOLD"))["error"] == ["EQuery:Unknown asset"]


async def test_a_pair_reports_its_steps_and_minimums(client):
    pairs = (await client.public("AssetPairs", pair="XBTUSD"))["result"]

    assert pairs == {
        "XXBTZUSD": {
            "altname": "XBTUSD",
            "wsname": "XBT/USD",
            "aclass_base": "currency",
            "base": "XXBT",
            "aclass_quote": "currency",
            "quote": "ZUSD",
            "lot": "unit",
            "cost_decimals": 5,
            "pair_decimals": 1,
            "lot_decimals": 8,
            "lot_multiplier": 1,
            "leverage_buy": [2, 3, 4, 5],
            "leverage_sell": [2, 3, 4, 5],
            "fees": [[0, 0.4]],
            "fees_maker": [[0, 0.25]],
            "fee_volume_currency": "ZUSD",
            "margin_call": 80,
            "margin_stop": 40,
            "ordermin": "0.00005",
            "costmin": "0.5",
            "tick_size": "0.1",
            "status": "online",
            "execution_venue": "international",
        }
    }


async def test_every_listing_is_reported_with_its_status(client, market):
    market.set_status("kraken", "SOL/USD", "cancel_only")

    pairs = (await client.public("AssetPairs"))["result"]

    assert len(pairs) == 12
    assert pairs["SOLUSD"]["status"] == "cancel_only"


@pytest.mark.parametrize(
    ("symbol", "pair_id", "altname"),
    [
        ("BTC/USD", "XXBTZUSD", "XBTUSD"),
        ("ETH/BTC", "XETHXXBT", "ETHXBT"),
        ("BTC/USDT", "XBTUSDT", "XBTUSDT"),
        ("USDT/USD", "USDTZUSD", "USDTUSD"),
        ("DOGE/USD", "XDGUSD", "XDGUSD"),
        ("ADA/EUR", "ADAEUR", "ADAEUR"),
    ],
)
def test_pairs_carry_krakens_names(symbol, pair_id, altname):
    base, quote = symbol.split("/")
    step = Decimal("0.01")
    listing = Listing(venue="kraken", symbol=symbol, base=base, quote=quote, tick=step, lot=step)

    names = pair_names(listing)

    assert (names.id, names.altname) == (pair_id, altname)


@pytest.mark.parametrize(
    ("asset", "name"),
    [
        ("BTC", "XXBT"),
        ("BTC.M", "XBT.M"),
        ("USD", "ZUSD"),
        ("USD.F", "USD.F"),
        ("ADA", "ADA"),
        ("USDT.F", "USDT.F"),
    ],
)
def test_assets_carry_krakens_names(asset, name):
    assert asset_id(asset) == name


async def test_the_ticker_quotes_best_bid_and_ask(client):
    quotes = (await client.public("Ticker", pair="XBTUSD,ADAUSD"))["result"]

    assert quotes["XXBTZUSD"]["b"] == ["59970.00000", "5", "5.000"]
    assert quotes["XXBTZUSD"]["a"] == ["60030.00000", "5", "5.000"]
    assert quotes["XXBTZUSD"]["c"][0] == "60000.00000"
    assert quotes["ADAUSD"]["b"] == ["0.499750", "50000", "50000.000"]


async def test_the_ticker_without_a_pair_quotes_all(client):
    assert len((await client.public("Ticker"))["result"]) == 12


@pytest.mark.parametrize("endpoint", ["Ticker", "AssetPairs", "Depth"])
async def test_an_unknown_pair_is_refused(client, endpoint):
    assert (await client.public(endpoint, pair="NOSUCH"))["error"] == ["EQuery:Unknown asset pair"]


async def test_an_unknown_public_method_is_refused(client):
    assert (await client.public("Trades"))["error"] == ["EGeneral:Unknown method"]


@pytest.mark.parametrize(
    ("bid", "shown"),
    [
        (Decimal(0), ["0.00000", "1000", "1000.000"]),
        (Decimal("NaN"), ["NaN", "1000", "1000.000"]),
        (Decimal(-5), ["-5.00000", "1000", "1000.000"]),
        (Decimal(90000), ["90000.00000", "1000", "1000.000"]),
        (None, []),
    ],
    ids=["zero", "nan", "negative", "crossed", "missing"],
)
async def test_a_garbage_ticker_is_shown_beside_a_sane_last_price_and_book(client, market, bid, shown):
    market.override("kraken", "BTC/USD", Override(bid=bid, ask=Decimal(60030), in_book=False))

    quote = (await client.public("Ticker", pair="XBTUSD"))["result"]["XXBTZUSD"]
    book = (await client.public("Depth", pair="XBTUSD"))["result"]["XXBTZUSD"]

    assert quote["b"] == shown
    assert Decimal(quote["c"][0]) > 0
    assert book["bids"][0][0] == "59970.00000"


async def test_a_frozen_ticker_stands_still(client, market):
    before = (await client.public("Ticker", pair="XBTUSD"))["result"]
    market.freeze("kraken", "BTC/USD")
    market.move("BTC", Decimal("-0.5"))

    assert (await client.public("Ticker", pair="XBTUSD"))["result"] == before


async def test_the_book_has_levels_with_their_time(client):
    book = (await client.public("Depth", pair="XBTUSD", count=2))["result"]["XXBTZUSD"]

    assert book == {
        "asks": [["60030.00000", "5.000", 1_700_000_000], ["60060.00000", "5.000", 1_699_999_993]],
        "bids": [["59970.00000", "5.000", 1_700_000_000], ["59940.00000", "5.000", 1_699_999_993]],
    }


async def test_an_unpriced_pair_has_an_empty_book(client, market):
    market.forget_price("SOL")

    assert (await client.public("Depth", pair="SOLUSD"))["result"]["SOLUSD"] == {"asks": [], "bids": []}
    assert (await client.public("Ticker", pair="SOLUSD"))["result"]["SOLUSD"]["b"] == []


async def test_a_tokenized_stock_is_known_only_by_its_class(client, market):
    bitcoin = market.listing("kraken", "BTC/USD")
    market.add(replace(bitcoin, symbol="AAPLx.T/USD", base="AAPLx.T"))
    market.set_price("AAPLx.T", Decimal(200))

    coins = (await client.public("AssetPairs"))["result"]
    tokens = (await client.public("AssetPairs", aclass_base="tokenized_asset"))["result"]
    unknown = await client.public("Ticker", pair="AAPLxUSD")
    quoted = await client.public("Ticker", pair="AAPLxUSD", asset_class="tokenized_asset")

    assert "AAPLxUSD" not in coins
    assert (tokens["AAPLxUSD"]["base"], tokens["AAPLxUSD"]["aclass_base"]) == ("AAPLx", "tokenized_asset")
    assert unknown["error"] == ["EQuery:Unknown asset pair"]
    assert list(quoted["result"]) == ["AAPLxUSD"]
