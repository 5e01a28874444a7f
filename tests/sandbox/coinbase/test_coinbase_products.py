from decimal import Decimal

import pytest

from sandbox.market import Override
from tests.sandbox.builders import a_listing


async def test_the_product_list_has_no_bid_and_no_ask(client):
    _, body = await client.get("market/products", signed=False)

    (row,) = body["products"]
    assert not {key for key in row if "bid" in key or "ask" in key}
    assert body["num_products"] == 1


async def test_a_product_reports_its_steps_and_minimums(client):
    _, row = await client.get("products/BTC-USD")

    assert (row["base_increment"], row["base_min_size"]) == ("0.001", "0.01")
    assert (row["price_increment"], row["quote_min_size"]) == ("0.01", "1")
    assert (row["base_currency_id"], row["quote_currency_id"]) == ("BTC", "USD")


async def test_the_price_of_a_product_is_the_last_trade_and_not_the_bid(client):
    _, row = await client.get("market/products/BTC-USD", signed=False)

    assert row["price"] == "100.5"


async def test_products_are_filtered_by_id_and_futures_are_none(client, market):
    market.add(a_listing(venue="coinbase", symbol="ETH/USD", base="ETH"))

    async def ids(*params):
        _, body = await client.get("market/products", params, signed=False)
        return [row["product_id"] for row in body["products"]]

    assert await ids() == ["BTC-USD", "ETH-USD"]
    assert await ids(("product_ids", "ETH-USD"), ("product_type", "SPOT")) == ["ETH-USD"]
    assert await ids(("product_type", "FUTURE")) == []


@pytest.mark.parametrize("flag", ["cancel_only", "limit_only", "post_only", "trading_disabled", "view_only"])
async def test_a_status_is_shown_as_its_flag(client, market, flag):
    market.set_status("coinbase", "BTC/USD", flag)

    _, row = await client.get("products/BTC-USD")

    shown = ("cancel_only", "limit_only", "post_only", "trading_disabled", "view_only")
    assert [name for name in shown if row[name]] == [flag]


@pytest.mark.parametrize("path", ["product_book", "market/product_book"])
async def test_the_book_has_its_levels_best_first(client, path):
    _, body = await client.get(path, [("product_id", "BTC-USD"), ("limit", "1")])

    book = body["pricebook"]
    assert book["bids"] == [{"price": "99.5", "size": "2"}]
    assert book["asks"] == [{"price": "100.5", "size": "2"}]
    assert book["time"] == "2023-11-14T22:13:20.250000Z"


async def test_the_ticker_has_the_best_bid_and_ask_beside_the_last_trade(client):
    _, body = await client.get("market/products/BTC-USD/ticker", [("limit", "1")], signed=False)

    assert (body["best_bid"], body["best_ask"]) == ("99.5", "100.5")
    assert body["trades"][0]["price"] == "100.5"


async def test_several_books_come_in_one_answer(client):
    _, body = await client.get("best_bid_ask", [("product_ids", "BTC-USD")])

    assert body["pricebooks"][0]["bids"] == [{"price": "99.5", "size": "2"}]


async def test_a_missing_side_is_an_empty_string_and_an_empty_list(client, market):
    market.override("coinbase", "BTC/USD", Override(bid=None, ask=Decimal(101)))

    _, ticker = await client.get("market/products/BTC-USD/ticker", signed=False)
    _, body = await client.get("market/product_book", [("product_id", "BTC-USD")], signed=False)

    assert (ticker["best_bid"], ticker["best_ask"]) == ("", "101")
    assert body["pricebook"]["bids"] == []


async def test_an_unpriced_product_has_no_price(client, market):
    market.forget_price("BTC")

    _, row = await client.get("market/products/BTC-USD", signed=False)
    _, ticker = await client.get("market/products/BTC-USD/ticker", signed=False)

    assert row["price"] == ""
    assert ticker == {"trades": [], "best_bid": "", "best_ask": ""}


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("market/products/XYZ-USD", (), 404),
        ("market/products/XYZ-USD/ticker", (), 404),
        ("market/product_book", (("product_id", "XYZ-USD"),), 404),
        ("market/product_book", (), 400),
    ],
)
async def test_what_is_not_listed_is_not_found(client, path, params, status):
    assert (await client.get(path, params, signed=False))[0] == status


async def test_the_private_twins_need_a_signature(client):
    paths = ("products", "products/BTC-USD", "products/BTC-USD/ticker", "product_book", "best_bid_ask")

    assert {(await client.get(path, signed=False))[0] for path in paths} == {401}


async def test_the_old_paths_report_currencies_rates_and_time(client):
    _, fiat = await client.get("/v2/currencies", signed=False)
    _, crypto = await client.get("/v2/currencies/crypto", signed=False)
    _, rates = await client.get("/v2/exchange-rates", signed=False)
    _, time = await client.get("/v2/time", signed=False)

    assert "USD" in {row["id"] for row in fiat["data"]}
    assert [row["code"] for row in crypto["data"]] == ["BTC"]
    assert rates["data"]["rates"] == {"USD": "1", "BTC": "0.01"}
    assert time["data"]["epoch"] == 1_700_000_000


async def test_the_brokerage_reports_the_time_too(client):
    _, body = await client.get("time", signed=False)

    assert body["epochMillis"] == "1700000000250"
