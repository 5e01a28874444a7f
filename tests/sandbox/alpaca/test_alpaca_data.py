from decimal import Decimal

import pytest

from sandbox.market import Override

CRYPTO = "/v1beta3/crypto/us/"


async def test_crypto_data_needs_no_key_and_is_in_json_numbers(client):
    _, body = await client.get(f"{CRYPTO}snapshots", {"symbols": "BTC/USD"}, headers={})

    quote = body["snapshots"]["BTC/USD"]["latestQuote"]
    assert quote == {"bp": 99.5, "bs": 20.0, "ap": 100.5, "as": 20.0, "t": "2023-11-15T17:00:00.250000Z"}


async def test_the_last_trade_is_not_the_bid(client):
    _, body = await client.get(f"{CRYPTO}snapshots", {"symbols": "BTC/USD"})

    assert body["snapshots"]["BTC/USD"]["latestTrade"]["p"] == 100.5


async def test_the_book_has_both_sides_best_first(client):
    _, body = await client.get(f"{CRYPTO}latest/orderbooks", {"symbols": "BTC/USD"})

    book = body["orderbooks"]["BTC/USD"]
    assert book["b"] == [{"p": 99.5, "s": 20.0}, {"p": 99.0, "s": 30.0}]
    assert book["a"][0] == {"p": 100.5, "s": 20.0}


async def test_quotes_of_crypto_and_stocks(client):
    _, crypto = await client.get(f"{CRYPTO}latest/quotes", {"symbols": "BTC/USD"})
    _, stocks = await client.get("/v2/stocks/quotes/latest", {"symbols": "AAPL,NOPE"})

    assert crypto["quotes"]["BTC/USD"]["bp"] == 99.5
    assert list(stocks["quotes"]) == ["AAPL"]
    assert (stocks["quotes"]["AAPL"]["bp"], stocks["quotes"]["AAPL"]["ap"]) == (199.0, 201.0)


async def test_a_missing_side_is_a_zero_that_no_client_may_take_for_a_price(client, market):
    market.override("alpaca", "BTC/USD", Override(bid=None, ask=Decimal("NaN")))

    _, body = await client.get(f"{CRYPTO}latest/quotes", {"symbols": "BTC/USD"})

    quote = body["quotes"]["BTC/USD"]
    assert (quote["bp"], quote["bs"], quote["ap"]) == (0, 0, None)


async def test_a_frozen_ticker_keeps_its_time(client, market, clock):
    market.freeze("alpaca", "BTC/USD")
    clock.at += 60
    market.set_price("BTC", Decimal(50))

    _, body = await client.get(f"{CRYPTO}latest/quotes", {"symbols": "BTC/USD"})

    assert (body["quotes"]["BTC/USD"]["bp"], body["quotes"]["BTC/USD"]["t"]) == (
        99.5,
        "2023-11-15T17:00:00.250000Z",
    )


@pytest.mark.parametrize(
    ("path", "symbols"),
    [
        (f"{CRYPTO}snapshots", "BTCUSD"),
        (f"{CRYPTO}latest/orderbooks", ""),
        ("/v2/stocks/quotes/latest", "BTC/USD"),
    ],
)
async def test_a_malformed_symbol_is_refused_and_an_unknown_one_left_out(client, path, symbols):
    status, body = await client.get(path, {"symbols": symbols})
    _, unknown = await client.get(f"{CRYPTO}snapshots", {"symbols": "NO/PE"})

    assert status == 400
    assert body["message"].startswith(f"Invalid symbol(s): {symbols} does not match")
    assert unknown == {"snapshots": {}}
