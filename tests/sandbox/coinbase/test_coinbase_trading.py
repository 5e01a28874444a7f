from decimal import Decimal

import pytest

from sandbox.coinbase import Duplicates
from tests.sandbox.builders import a_book, sell

GTC = "limit_limit_gtc"


async def resting(client, base_size="0.5", limit_price="120", **options):
    _, body = await client.order(
        "SELL", **{GTC: {"base_size": base_size, "limit_price": limit_price}}, **options
    )
    return body["success_response"]["order_id"]


async def the_order(client, order_id):
    return (await client.get(f"orders/historical/{order_id}"))[1]["order"]


async def listed(client, *params):
    return (await client.get("orders/historical/batch", params))[1]


async def test_a_market_sell_answers_with_ids_and_fills_at_the_bid_less_the_fee(client, account):
    status, body = await client.sell("1", client_id="mine")
    order = await the_order(client, body["success_response"]["order_id"])

    assert (status, body["success"]) == (200, True)
    assert body["success_response"]["client_order_id"] == "mine"
    assert "filled_size" not in body["success_response"]
    assert (order["status"], order["filled_size"], order["average_filled_price"]) == ("FILLED", "1", "99.5")
    assert Decimal(order["total_fees"]) == Decimal("1.194")
    assert Decimal(order["total_value_after_fees"]) == Decimal("98.306")
    assert account.ledger.free("USD") == Decimal("1098.306")


async def test_a_sell_deeper_than_the_first_level_has_a_fill_for_each_price(client, account):
    account.ledger.deposit("BTC", Decimal(1), at=0.0)

    await client.sell("3")
    _, body = await client.get("orders/historical/fills")

    assert [(row["price"], row["size"]) for row in body["fills"]] == [("99", "1"), ("99.5", "2")]


async def test_a_market_buy_spends_its_quote_size_fees_included(client, account):
    _, body = await client.buy("101.70")
    order = await the_order(client, body["success_response"]["order_id"])

    assert order["size_inclusive_of_fees"] is True
    assert Decimal(order["total_value_after_fees"]) <= Decimal("101.70")
    assert order["filled_size"] == "0.999"
    assert account.ledger.total("BTC") == Decimal("2.999")


async def test_fills_of_a_buy_by_quote_size_have_their_size_in_quote(client):
    await client.buy("101.70")

    _, body = await client.get("orders/historical/fills")

    (row,) = body["fills"]
    assert row["size_in_quote"] is True
    assert Decimal(row["size"]) == Decimal("0.999") * Decimal("100.50")


@pytest.mark.parametrize(
    ("side", "configuration"),
    [
        ("SELL", {"market_market_ioc": {"base_size": "0.5"}}),
        ("BUY", {"market_market_ioc": {"quote_size": "10.5"}}),
        ("SELL", {GTC: {"base_size": "0.5", "limit_price": "120", "post_only": True}}),
        ("SELL", {"sor_limit_ioc": {"base_size": "0.5", "limit_price": "90"}}),
    ],
    ids=["sell", "buy by value", "limit", "immediate or cancel"],
)
async def test_the_configuration_comes_back_as_it_was_sent(client, side, configuration):
    _, body = await client.order(side, **configuration)

    assert body["order_configuration"] == configuration
    assert (await the_order(client, body["success_response"]["order_id"]))[
        "order_configuration"
    ] == configuration


async def test_an_order_placed_in_the_ledger_itself_is_listed_like_any_other(client, account, market):
    listing = market.listing("coinbase", "BTC/USD")
    account.ledger.place(sell("0.5", limit="120", listing=listing), a_book(), at=0.0)

    (row,) = (await listed(client, ("order_status", "OPEN")))["orders"]

    assert row["client_order_id"] == ""
    assert row["order_configuration"][GTC]["base_size"] == "0.5"


async def test_an_open_order_reports_what_it_holds(client):
    order = await the_order(client, await resting(client))

    assert (order["status"], order["outstanding_hold_amount"]) == ("OPEN", "0.5")


async def test_a_resting_order_fills_when_the_market_reaches_it(client, market):
    order_id = await resting(client)

    market.set_price("BTC", Decimal(130))

    order = await the_order(client, order_id)
    _, body = await client.get("orders/historical/fills", [("order_id", order_id)])
    assert (order["status"], order["average_filled_price"]) == ("FILLED", "120")
    assert (body["fills"][0]["liquidity_indicator"], body["fills"][0]["size_in_quote"]) == ("MAKER", False)


async def test_held_coins_cannot_be_sold_before_the_order_is_cancelled(client):
    order_id = await resting(client, "2")

    _, refused = await client.sell("1", client_id="b")
    _, cancelled = await client.post("orders/batch_cancel", {"order_ids": [order_id]})
    _, sold = await client.sell("1", client_id="c")

    assert refused["error_response"]["error"] == "INSUFFICIENT_FUND"
    assert cancelled["results"][0]["success"] is True
    assert sold["success"] is True


async def test_each_cancel_has_its_own_result(client):
    gone, filled = (
        await resting(client),
        (await client.sell("1", client_id="b"))[1]["success_response"]["order_id"],
    )
    await client.post("orders/batch_cancel", {"order_ids": [gone]})

    _, body = await client.post("orders/batch_cancel", {"order_ids": [gone, filled, "none"]})

    reasons = [(row["success"], row["failure_reason"]) for row in body["results"]]
    assert reasons == [
        (False, "UNKNOWN_CANCEL_ORDER"),
        (False, "ORDER_IS_FULLY_FILLED"),
        (False, "UNKNOWN_CANCEL_ORDER"),
    ]


async def test_a_used_client_id_answers_with_its_order_and_sells_nothing_more(client, account):
    _, first = await client.sell("1", client_id="once")
    _, second = await client.sell("1", client_id="once")

    assert second == first
    assert account.ledger.total("BTC") == Decimal(1)


async def test_a_used_client_id_can_be_an_error_instead(client, server, account):
    server.switches.duplicates = Duplicates.ERROR
    await client.sell("1", client_id="once")

    status, second = await client.sell("1", client_id="once")

    assert (status, second["success"]) == (200, False)
    assert second["error_response"]["new_order_failure_reason"] == "DUPLICATE_CLIENT_ORDER_ID"
    assert account.ledger.total("BTC") == Decimal(1)


@pytest.mark.parametrize("duplicates", Duplicates)
async def test_another_order_under_a_used_client_id_is_never_a_success(client, server, account, duplicates):
    server.switches.duplicates = duplicates
    await client.sell("1", client_id="once")

    _, second = await client.sell("0.5", client_id="once")

    assert second["error_response"]["new_order_failure_reason"] == "DUPLICATE_CLIENT_ORDER_ID"
    assert account.ledger.total("BTC") == Decimal(1)


async def test_a_client_id_of_a_refused_order_is_free(client):
    await client.sell("3", client_id="again")

    assert (await client.sell("1", client_id="again"))[1]["success"] is True


@pytest.mark.parametrize(
    ("side", "configuration", "reasons"),
    [
        (
            "SELL",
            {"market_market_ioc": {"base_size": "2.001"}},
            ("INSUFFICIENT_FUND", "PREVIEW_INSUFFICIENT_FUND"),
        ),
        (
            "BUY",
            {"market_market_ioc": {"quote_size": "1001"}},
            ("INSUFFICIENT_FUND", "PREVIEW_INSUFFICIENT_FUND"),
        ),
        (
            "SELL",
            {"market_market_ioc": {"base_size": "0.0105"}},
            ("INVALID_SIZE_PRECISION", "PREVIEW_INVALID_SIZE_PRECISION"),
        ),
        (
            "SELL",
            {"market_market_ioc": {"base_size": "0.009"}},
            ("UNKNOWN_FAILURE_REASON", "PREVIEW_INVALID_BASE_SIZE_TOO_SMALL"),
        ),
        (
            "SELL",
            {"market_market_ioc": {"base_size": "0"}},
            ("UNKNOWN_FAILURE_REASON", "PREVIEW_INVALID_BASE_SIZE_TOO_SMALL"),
        ),
        (
            "BUY",
            {"market_market_ioc": {"quote_size": "0.99"}},
            ("UNKNOWN_FAILURE_REASON", "PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL"),
        ),
        (
            "BUY",
            {"market_market_ioc": {"quote_size": "10.379"}},
            ("INVALID_SIZE_PRECISION", "PREVIEW_INVALID_QUOTE_SIZE_PRECISION"),
        ),
        (
            "SELL",
            {GTC: {"base_size": "1", "limit_price": "120.001"}},
            ("INVALID_PRICE_PRECISION", "PREVIEW_INVALID_PRICE_PRECISION"),
        ),
        (
            "SELL",
            {GTC: {"base_size": "1", "limit_price": "90", "post_only": True}},
            ("INVALID_LIMIT_PRICE_POST_ONLY", "PREVIEW_INVALID_LIMIT_PRICE_POST_ONLY"),
        ),
        ("SELL", {"market_market_ioc": {"quote_size": "10"}}, ("UNSUPPORTED_ORDER_CONFIGURATION", None)),
        ("SELL", {"trigger_bracket_gtc": {"base_size": "1"}}, ("UNSUPPORTED_ORDER_CONFIGURATION", None)),
    ],
    ids=[
        "more than owned",
        "more than paid in",
        "too many decimals",
        "below the minimum size",
        "nothing",
        "below the minimum value",
        "quote with too many decimals",
        "price with too many decimals",
        "post only that would take",
        "sell by value",
        "unknown kind",
    ],
)
async def test_an_order_the_venue_refuses_answers_200_with_its_reason(
    client, account, side, configuration, reasons
):
    status, body = await client.order(side, **configuration)

    assert (status, body["success"], set(body)) == (
        200,
        False,
        {"success", "error_response", "order_configuration"},
    )
    reported = body["error_response"]
    assert (reported["error"], reported.get("preview_failure_reason")) == reasons
    assert body["order_configuration"] == configuration
    assert not account.ledger.orders


@pytest.mark.parametrize("product_id", ["XYZ-USD", "BTC/USD", "BTCUSD", "BTC-USD-", "btc-usd"])
async def test_an_unlisted_product_is_refused(client, product_id):
    _, body = await client.sell("1", product_id=product_id)

    assert body["error_response"]["error"] == "INVALID_PRODUCT_ID"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_order_id": None},
        {"client_order_id": ""},
        {"client_order_id": "x" * 129},
        {"product_id": None},
        {"side": "sell"},
        {"order_configuration": {}},
        {"order_configuration": {"market_market_ioc": {"base_size": 1}}},
        {"order_configuration": {"market_market_ioc": {"base_size": "1e-2"}}},
        {"order_configuration": {"market_market_ioc": {"base_size": "1", "quote_size": "1"}}},
        {"order_configuration": {"market_market_ioc": {}}},
        {"order_configuration": {GTC: {"base_size": "1"}}},
    ],
    ids=lambda changes: str(changes)[:70],
)
async def test_a_malformed_order_is_a_bad_request(client, account, changes):
    body = {
        "client_order_id": "a",
        "product_id": "BTC-USD",
        "side": "SELL",
        "order_configuration": {"market_market_ioc": {"base_size": "1"}},
    }

    status, _ = await client.post("orders", {**body, **changes})

    assert status == 400
    assert not account.ledger.orders


@pytest.mark.parametrize("path", ["orders", "orders/batch_cancel"])
@pytest.mark.parametrize("body", [[], {"order_configuration": {"market_market_ioc": "all"}}], ids=str)
async def test_a_body_of_another_shape_is_a_bad_request(client, path, body):
    assert (await client.post(path, body))[0] == 400


async def test_a_body_that_is_no_json_is_a_bad_request(client):
    status, body = await client.post_text("orders", "{half")

    assert (status, body["message"]) == (400, "request body is no JSON")


@pytest.mark.parametrize(
    ("status", "market_limit_post_only"),
    [
        ("cancel_only", [403, 403, 403]),
        ("limit_only", [403, 200, 200]),
        ("post_only", [403, 403, 200]),
        ("trading_disabled", ["ORDER_ENTRY_DISABLED"] * 3),
        ("view_only", ["ORDER_ENTRY_DISABLED"] * 3),
    ],
)
async def test_a_market_in_a_mode_takes_only_what_the_mode_allows(
    client, market, status, market_limit_post_only
):
    market.set_status("coinbase", "BTC/USD", status)
    limit = {"base_size": "0.1", "limit_price": "120"}

    answers = [
        await client.sell("0.1", client_id="a"),
        await client.order("SELL", "b", **{GTC: limit}),
        await client.order("SELL", "c", **{GTC: {**limit, "post_only": True}}),
    ]

    reported = [body.get("error_response", {}).get("error", code) for code, body in answers]
    assert reported == market_limit_post_only


async def test_an_auction_collects_limit_orders_and_refuses_what_must_fill_now(client, market):
    market.set_status("coinbase", "BTC/USD", "auction_mode")
    limit = {"base_size": "0.1", "limit_price": "90"}

    _, sold = await client.sell("0.1", client_id="a")
    _, at_once = await client.order("SELL", "b", sor_limit_ioc=limit)
    resting_id = await resting(client, "0.1", "90", client_id="c")

    reasons = [body["error_response"]["preview_failure_reason"] for body in (sold, at_once)]
    assert reasons == ["PREVIEW_NOT_ALLOWED_BY_MARKET_STATE"] * 2
    assert (await the_order(client, resting_id))["status"] == "OPEN"


async def test_limit_only_is_worded_as_a_missing_permission(client, market):
    market.set_status("coinbase", "BTC/USD", "limit_only")

    _, body = await client.sell("0.1")

    assert body["error"] == "PERMISSION_DENIED"
    assert body["message"] == "Orderbook is in limit only mode - please use limit order type"


async def test_cancelling_works_in_a_cancel_only_market(client, market):
    order_id = await resting(client)
    market.set_status("coinbase", "BTC/USD", "cancel_only")

    _, body = await client.post("orders/batch_cancel", {"order_ids": [order_id]})

    assert body["results"][0]["success"] is True


async def test_a_cancel_only_market_fills_nothing_until_it_is_open_again(client, market):
    order_id = await resting(client)
    market.set_status("coinbase", "BTC/USD", "cancel_only")
    market.set_price("BTC", Decimal(130))

    before = await the_order(client, order_id)
    market.set_status("coinbase", "BTC/USD", "online")

    assert before["status"] == "OPEN"
    assert (await the_order(client, order_id))["status"] == "FILLED"


async def test_a_market_without_bids_takes_no_market_sell(client, market):
    market.forget_price("BTC")

    _, body = await client.sell("1")

    assert body["error_response"]["error"] == "INVALID_NO_LIQUIDITY"


async def test_a_market_sell_beyond_the_book_is_cancelled_with_what_it_filled(client, account):
    account.ledger.deposit("BTC", Decimal(8), at=0.0)

    _, body = await client.sell("10")
    order = await the_order(client, body["success_response"]["order_id"])

    # The third level of the ladder does not exist: 2 + 3 are all there is.
    assert (order["status"], order["filled_size"], order["completion_percentage"]) == (
        "CANCELLED",
        "5",
        "50.00",
    )


async def test_lists_are_newest_first_and_filtered_by_status_and_product(client):
    first, second = await resting(client, "0.1"), await resting(client, "0.2", client_id="b")
    sold = (await client.sell("1", client_id="c"))[1]["success_response"]["order_id"]

    async def ids(*params):
        return [row["order_id"] for row in (await listed(client, *params))["orders"]]

    assert await ids() == [sold, second, first]
    assert await ids(("order_status", "OPEN")) == [second, first]
    assert await ids(("order_status", "FILLED"), ("order_status", "CANCELLED")) == [sold]
    assert await ids(("product_id", "ETH-USD")) == []


async def test_a_long_list_is_read_page_by_page(client):
    ids = [await resting(client, "0.1", client_id=str(number)) for number in range(3)]

    first = await listed(client, ("limit", "2"))
    second = await listed(client, ("limit", "2"), ("cursor", first["cursor"]))

    assert [row["order_id"] for row in first["orders"]] == [ids[2], ids[1]]
    assert (first["has_next"], second["has_next"], second["cursor"]) == (True, False, "")
    assert [row["order_id"] for row in second["orders"]] == [ids[0]]


@pytest.mark.parametrize(
    "params",
    [
        [("order_status", "OPEN"), ("order_status", "FILLED")],
        [("order_status", "open")],
        [("limit", "0")],
        [("start_date", "yesterday")],
    ],
)
async def test_a_list_requested_wrongly_is_a_bad_request(client, params):
    assert (await client.get("orders/historical/batch", params))[0] == 400


async def test_a_fresh_order_is_listed_late_but_known_by_id(client, server, clock):
    server.switches.listing_delay_s = 5.0
    _, body = await client.sell("1")

    missing = await listed(client)
    _, no_fills = await client.get("orders/historical/fills")
    by_id = await the_order(client, body["success_response"]["order_id"])
    clock.at += 5
    there = await listed(client)
    _, fills = await client.get("orders/historical/fills")

    assert (missing["orders"], no_fills["fills"], by_id["status"]) == ([], [], "FILLED")
    assert [row["order_id"] for row in there["orders"]] == [body["success_response"]["order_id"]]
    assert len(fills["fills"]) == 1


async def test_fills_are_filtered_by_order_product_and_time(client, clock):
    first = (await client.sell("0.5"))[1]["success_response"]["order_id"]
    clock.at += 60
    second = (await client.sell("0.5", client_id="b"))[1]["success_response"]["order_id"]

    async def orders(*params):
        _, body = await client.get("orders/historical/fills", params)
        return [row["order_id"] for row in body["fills"]]

    assert await orders() == [second, first]
    assert await orders(("order_ids", first)) == [first]
    assert await orders(("start_sequence_timestamp", "2023-11-14T22:13:30Z")) == [second]
    assert await orders(("end_sequence_timestamp", "2023-11-14T22:13:30Z")) == [first]
    assert await orders(("product_ids", "ETH-USD")) == []


async def test_fills_come_in_pages_that_end_with_an_empty_cursor(client):
    await client.sell("0.5")
    await client.sell("0.5", client_id="b")

    _, first = await client.get("orders/historical/fills", [("limit", "1")])
    _, second = await client.get("orders/historical/fills", [("limit", "1"), ("cursor", first["cursor"])])

    assert first["cursor"] == first["fills"][0]["trade_id"]
    assert second["cursor"] == ""


async def test_an_unknown_order_is_not_found_in_the_venues_words(client):
    status, body = await client.get("orders/historical/none")

    assert (status, body["message"]) == (404, "order with this orderID was not found")
