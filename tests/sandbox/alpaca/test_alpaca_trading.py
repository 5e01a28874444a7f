from decimal import Decimal

import pytest

from sandbox.pace import Pace
from tests.sandbox.alpaca.conftest import NOON
from tests.sandbox.builders import a_book, a_listing, sell


async def test_a_market_sell_is_pending_at_first_and_filled_when_asked_about(client, account):
    status, placed = await client.order("sell", "1", client_order_id="mine")
    order = await client.see(placed["id"])

    assert (status, placed["status"], placed["filled_qty"]) == (200, "pending_new", "0")
    assert (order["status"], order["filled_qty"], order["filled_avg_price"]) == ("filled", "1", "99.5")
    assert (order["client_order_id"], order["symbol"], order["asset_class"]) == ("mine", "BTC/USD", "crypto")
    assert account.ledger.total("USD") == Decimal("1099.25125")


async def test_a_buy_receives_its_quantity_less_the_fee_so_all_of_it_cannot_be_sold(client, account):
    account.ledger.withdraw("BTC", Decimal(2), at=0.0)
    await client.order("buy", "1")

    status, body = await client.order("sell", "1")
    sold, _ = await client.order("sell", (await client.position("BTCUSD"))["qty_available"])

    assert status == 403
    assert body["message"] == "insufficient balance for BTC (requested: 1, available: 0.9975)"
    assert sold == 200


async def test_a_buy_by_notional_has_no_qty(client):
    _, placed = await client.order("buy", notional="100.50")
    order = await client.see(placed["id"])

    assert (order["notional"], order["qty"], order["filled_qty"]) == ("100.5", None, "1")


async def test_numbers_may_come_without_quotes(client):
    _, placed = await client.order("sell", 0.1)

    assert (await client.see(placed["id"]))["filled_qty"] == "0.1"


@pytest.mark.parametrize("symbol", ["BTC/USD", "BTCUSD"])
async def test_crypto_is_ordered_with_or_without_the_slash(client, symbol):
    _, placed = await client.order("sell", "1", symbol=symbol)

    assert placed["symbol"] == "BTC/USD"


async def test_a_client_id_is_used_once_for_ever(client):
    _, cancelled = await client.limit("sell", "1", "120", client_order_id="once")
    await client.delete(f"/v2/orders/{cancelled['id']}")

    status, body = await client.order("sell", "1", client_order_id="once")

    assert (status, body) == (422, {"code": 40010001, "message": "client_order_id must be unique"})
    assert (await client.see(cancelled["id"]))["status"] == "canceled"


async def test_a_client_id_of_a_refused_order_is_free(client):
    await client.order("sell", "3", client_order_id="again")

    assert (await client.order("sell", "1", client_order_id="again"))[0] == 200


async def test_an_order_is_found_by_its_client_id(client):
    _, placed = await client.order("sell", "1", client_order_id="mine")

    _, found = await client.get("/v2/orders:by_client_order_id", {"client_order_id": "mine"})
    missing, body = await client.get("/v2/orders:by_client_order_id", {"client_order_id": "other"})
    nameless, _ = await client.get("/v2/orders:by_client_order_id")

    assert found["id"] == placed["id"]
    assert (missing, body["code"], nameless) == (404, 40410000, 422)


async def test_the_venue_makes_a_client_id_up_where_none_was_sent(client):
    _, placed = await client.order("sell", "1")

    assert placed["client_order_id"]


async def test_a_cancelled_order_frees_its_coins_only_later(client, server, clock):
    server.switches.release_delay_s = 0.5
    _, placed = await client.limit("sell", "2", "120")

    status, _ = await client.delete(f"/v2/orders/{placed['id']}")
    order, soon = await client.see(placed["id"]), await client.position("BTCUSD")
    refused = await client.order("sell", "2")
    clock.at += 0.5
    later = await client.position("BTCUSD")
    sold, _ = await client.order("sell", "2")

    assert (status, order["status"]) == (204, "canceled")
    assert (soon["qty_available"], later["qty_available"]) == ("0", "2")
    assert refused[1]["message"] == "insufficient balance for BTC (requested: 2, available: 0)"
    assert (refused[1]["available"], refused[1]["balance"], sold) == ("0", "2", 200)


async def test_cancelling_what_is_over(client):
    _, filled = await client.order("sell", "1")
    _, resting = await client.limit("sell", "1", "120")
    await client.delete(f"/v2/orders/{resting['id']}")

    assert await client.delete(f"/v2/orders/{filled['id']}") == (
        422,
        {"code": 42210000, "message": 'order is already in "filled" state'},
    )
    assert await client.delete(f"/v2/orders/{resting['id']}") == (
        422,
        {"code": 42210000, "message": 'order is already in "canceled" state'},
    )
    assert (await client.delete("/v2/orders/none"))[0] == 404


async def test_the_venue_may_confirm_the_cancel_of_a_filled_order(client, server):
    server.switches.confirms_late_cancels = True
    _, filled = await client.order("sell", "1")

    assert (await client.delete(f"/v2/orders/{filled['id']}"))[0] == 204
    assert (await client.see(filled["id"]))["status"] == "filled"


async def test_an_accepted_cancel_may_still_be_overtaken_by_a_fill(client, server, market, clock):
    server.switches.cancel_delay_s = 1
    _, overtaken = await client.limit("sell", "1", "120")
    _, gone = await client.limit("sell", "1", "200")
    for order in (overtaken, gone):
        await client.delete(f"/v2/orders/{order['id']}")
    waiting = await client.see(overtaken["id"])
    again = await client.delete(f"/v2/orders/{overtaken['id']}")

    market.set_price("BTC", Decimal(130))
    clock.at += 1

    assert waiting["status"] == "pending_cancel"
    assert again[1]["message"] == 'order is already in "pending_cancel" state'
    assert [(await client.see(order["id"]))["status"] for order in (overtaken, gone)] == [
        "filled",
        "canceled",
    ]


async def test_a_market_order_may_be_pending_and_then_fill_in_parts(client, server, account, clock):
    server.switches.pace = Pace(pending_s=1, over_s=4, parts=2)
    _, placed = await client.order("sell", "1")

    async def seen(at):
        clock.at = NOON + at
        order = await client.see(placed["id"])
        return order["status"], order["filled_qty"], (await client.position("BTCUSD"))["qty_available"]

    assert [await seen(at) for at in (0, 1, 3, 5)] == [
        ("pending_new", "0", "1"),
        ("new", "0", "1"),
        ("partially_filled", "0.5", "1"),
        ("filled", "1", "1"),
    ]
    assert account.ledger.total("BTC") == 1


async def test_a_slow_order_that_is_cancelled_keeps_what_it_filled(client, server, clock):
    server.switches.pace = Pace(over_s=4, parts=4)
    _, placed = await client.order("sell", "1")
    clock.at += 1
    await client.delete(f"/v2/orders/{placed['id']}")
    clock.at += 10

    order = await client.see(placed["id"])
    assert (order["status"], order["filled_qty"]) == ("canceled", "0.25")
    assert (await client.position("BTCUSD"))["qty_available"] == "1.75"


@pytest.mark.parametrize(
    ("order", "status", "message"),
    [
        ({"side": "buy", "qty": "0.09"}, 403, "cost basis must be >= minimal amount of order 10"),
        ({"side": "buy", "notional": "9.99"}, 403, "cost basis must be >= minimal amount of order 10"),
        (
            {"side": "buy", "qty": "10"},
            403,
            "insufficient balance for USD (requested: 1005, available: 1000)",
        ),
        (
            {"side": "buy", "notional": "1000.01"},
            403,
            "insufficient balance for USD (requested: 1000.01, available: 1000)",
        ),
        (
            {"side": "buy", "qty": "10", "symbol": "AAPL", "time_in_force": "day"},
            403,
            "insufficient buying power",
        ),
        ({"side": "sell", "qty": "2.1"}, 403, "insufficient balance for BTC (requested: 2.1, available: 2)"),
        ({"side": "sell", "qty": "0.0009"}, 403, "order qty must be >= minimal qty of order 0.001"),
        ({"side": "sell", "qty": "0.1000000001"}, 422, "invalid qty 0.1000000001: increment is 0.000000001"),
        ({"side": "sell", "qty": "0"}, 422, "qty must be > 0"),
        ({"side": "sell", "qty": "-1"}, 422, "qty must be a number"),
        ({"side": "sell", "qty": "1e-2"}, 422, "qty must be a number"),
        ({"side": "sell"}, 422, "qty or notional is required"),
        ({"side": "buy", "qty": "1", "notional": "50"}, 422, "only one of qty or notional is accepted"),
        ({"side": "SELL", "qty": "1"}, 422, "invalid side"),
        ({"side": "sell", "qty": "1", "type": "stop"}, 422, "invalid order type for crypto order"),
        ({"side": "sell", "qty": "1", "limit_price": "90"}, 422, "market orders take no limit price"),
        ({"side": "sell", "notional": "50"}, 422, "the sandbox takes notional for market buys only"),
        ({"side": "sell", "qty": "1", "symbol": None}, 422, "symbol is required"),
        ({"side": "sell", "qty": "1", "type": "limit"}, 422, "limit orders require a limit price"),
        ({"side": "sell", "qty": "1", "time_in_force": "day"}, 422, "invalid crypto time_in_force"),
        ({"side": "sell", "qty": "1", "time_in_force": "fok"}, 422, "invalid crypto time_in_force"),
        ({"side": "sell", "qty": "1", "symbol": "NO/PE"}, 422, 'asset "NO/PE" not found'),
        (
            {"side": "sell", "qty": "1", "client_order_id": "x" * 129},
            422,
            "client_order_id must be no more than 128 characters",
        ),
        (
            {"side": "sell", "qty": "1", "symbol": "AAPL", "time_in_force": "ioc"},
            422,
            "invalid time_in_force",
        ),
        ({"side": "sell", "qty": "0.5", "symbol": "AAPL"}, 422, "fractional orders must be DAY orders"),
        (
            {"side": "sell", "qty": "1", "order_class": "bracket", "take_profit": {"limit_price": "90000"}},
            422,
            "crypto orders not allowed for advanced order_class: otoco",
        ),
        (
            {"side": "sell", "qty": "1", "order_class": "oco"},
            422,
            "crypto orders not allowed for advanced order_class: oco",
        ),
        (
            {"side": "sell", "qty": "1", "order_class": "oto"},
            422,
            "crypto orders not allowed for advanced order_class: oto",
        ),
        (
            {"side": "sell", "qty": "1", "symbol": "AAPL", "order_class": "oto"},
            422,
            "the sandbox plays no oto orders",
        ),
        ({"side": "sell", "qty": "1", "order_class": "BRACKET"}, 422, "invalid order_class"),
        (
            {"side": "sell", "qty": "1", "stop_loss": {"stop_price": "90"}},
            422,
            "simple orders take no legs",
        ),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_a_careless_order_is_refused_in_the_venues_words(client, account, order, status, message):
    answer = await client.order(**order)

    assert (answer[0], answer[1]["message"]) == (status, message)
    assert not account.ledger.orders


@pytest.mark.parametrize("order_class", [None, "", "simple"])
async def test_a_simple_order_may_say_so(client, order_class):
    assert (await client.order("sell", "0.01", order_class=order_class))[0] == 200


async def test_the_dollar_floor_is_for_buys_only(client):
    assert (await client.order("sell", "0.01"))[0] == 200


async def test_a_body_that_is_no_json_is_refused(client):
    assert (await client.post_text("/v2/orders", "{half"))[1]["message"] == "request body format is invalid"


@pytest.mark.parametrize(
    ("flag", "value", "message"),
    [
        ("trade_suspended_by_user", True, "new orders are rejected by user request"),
        ("trading_blocked", True, "trading is blocked for this account"),
        ("crypto_status", "INACTIVE", "crypto orders not allowed for account"),
    ],
)
async def test_a_blocked_account_places_nothing(client, account, flag, value, message):
    setattr(account, flag, value)

    assert (await client.order("sell", "1"))[1]["message"] == message


@pytest.mark.parametrize(("status", "message"), [("inactive", "active"), ("halted", "tradable")])
async def test_an_asset_that_does_not_trade_takes_no_orders(client, market, status, message):
    market.set_status("alpaca", "BTC/USD", status)

    assert (await client.order("sell", "1"))[1]["message"] == f'asset "BTC/USD" is not {message}'


async def test_a_pair_against_another_coin_is_paid_with_that_coin(client, market):
    market.set_price("USDC", Decimal(1))
    market.add(a_listing(venue="alpaca", symbol="BTC/USDC", quote="USDC", minimum_notional=Decimal(0)))

    _, body = await client.order("buy", "0.01", symbol="BTC/USDC")

    assert body["message"].startswith("insufficient balance for USDC (requested: 1.00")


async def test_a_resting_order_fills_when_the_market_reaches_it(client, market):
    _, placed = await client.limit("sell", "1", "120")
    before = await client.see(placed["id"])

    market.set_price("BTC", Decimal(130))

    order = await client.see(placed["id"])
    assert (before["status"], before["limit_price"]) == ("new", "120")
    assert (order["status"], order["filled_avg_price"]) == ("filled", "120")


async def test_immediate_or_cancel_never_rests(client):
    _, placed = await client.limit("sell", "1", "120", time_in_force="ioc")

    assert (await client.see(placed["id"]))["status"] == "canceled"


async def test_an_order_that_could_meet_the_accounts_own_is_a_wash_trade(client, server):
    _, resting = await client.limit("buy", "1", "90")

    refused = await client.order("sell", "1")
    allowed = await client.limit("sell", "1", "95")
    server.switches.refuses_wash_trades = False
    sold = await client.order("sell", "1")

    assert refused[0] == 403
    assert refused[1]["message"] == "potential wash trade detected. use complex orders"
    assert refused[1]["existing_order_id"] == resting["id"]
    assert (allowed[0], sold[0]) == (200, 200)


async def test_lists_hold_open_orders_unless_told_otherwise(client, clock):
    _, first = await client.limit("sell", "0.1", "120")
    clock.at += 1
    _, second = await client.limit("sell", "0.2", "120")
    clock.at += 1
    _, sold = await client.order("sell", "0.3")

    async def ids(**params):
        return [row["id"] for row in (await client.get("/v2/orders", params))[1]]

    assert await ids() == [second["id"], first["id"]]
    assert await ids(status="closed") == [sold["id"]]
    assert await ids(status="all", direction="asc") == [first["id"], second["id"], sold["id"]]
    assert await ids(status="all", limit="1") == [sold["id"]]
    assert await ids(symbols="BTC/USD") == [second["id"], first["id"]]
    assert await ids(symbols="AAPL") == []
    assert await ids(after=first["submitted_at"]) == [second["id"]]
    assert (await client.get("/v2/orders", {"status": "done"}))[0] == 422


async def test_an_order_placed_in_the_ledger_itself_is_listed_like_any_other(client, account, market):
    listing = market.listing("alpaca", "BTC/USD")
    account.ledger.place(sell("0.5", limit="120", listing=listing), a_book(), at=0.0)

    ((row,),) = [(await client.get("/v2/orders"))[1]]

    assert (row["qty"], row["limit_price"], row["time_in_force"]) == ("0.5", "120", "gtc")
    assert row["client_order_id"] == row["id"]
