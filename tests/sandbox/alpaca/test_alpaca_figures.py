from decimal import Decimal

from engine.brokers.paper.book import floor_to


async def test_the_account_adds_up(client):
    _, body = await client.get("/v2/account")

    assert (body["cash"], body["position_market_value"], body["equity"]) == ("1000", "2200", "3200")
    assert (body["non_marginable_buying_power"], body["buying_power"]) == ("1000", "1000")
    assert (body["crypto_status"], body["trading_blocked"]) == ("ACTIVE", False)


async def test_cash_excludes_what_open_orders_hold_and_equity_does_not(client):
    await client.limit("buy", "2", "90")

    _, body = await client.get("/v2/account")

    assert (body["cash"], body["equity"]) == ("820", "3200")


async def test_leverage_shows_in_buying_power_only(client, account):
    account.multiplier = 4

    _, body = await client.get("/v2/account")

    assert (body["buying_power"], body["non_marginable_buying_power"]) == ("4000", "1000")


async def test_dollars_that_have_not_settled_count_and_buy_no_crypto(client, account):
    account.unsettled_usd = Decimal(1000)

    _, body = await client.get("/v2/account")
    status, refusal = await client.order("buy", "1")

    assert (body["equity"], body["cash"], body["non_marginable_buying_power"]) == ("3200", "1000", "0")
    assert (status, refusal["message"]) == (
        403,
        "insufficient balance for USD (requested: 100.5, available: 0)",
    )


async def test_positions_name_crypto_without_the_slash_and_stocks_by_their_ticker(client):
    _, rows = await client.get("/v2/positions")

    assert [(row["symbol"], row["asset_class"]) for row in rows] == [
        ("BTCUSD", "crypto"),
        ("AAPL", "us_equity"),
    ]


async def test_a_position_reports_what_is_available(client):
    await client.limit("sell", "0.5", "120")

    body = await client.position("BTCUSD")

    assert (body["qty"], body["qty_available"]) == ("2", "1.5")


async def test_the_entry_is_the_average_of_the_fills_and_the_fee_leaves_fewer_coins(client, account):
    account.ledger.withdraw("BTC", Decimal(2), at=0.0)
    await client.order("buy", "2")

    body = await client.position("BTCUSD")

    assert (body["qty"], body["avg_entry_price"], body["cost_basis"]) == ("1.995", "100.5", "200.4975")
    assert body["unrealized_pl"] == "-0.9975"
    assert floor_to(Decimal(body["unrealized_plpc"]), Decimal("0.00001")) == Decimal("-0.00498")


async def test_selling_leaves_the_entry_of_the_rest_and_selling_all_ends_it(client, account, market):
    account.ledger.withdraw("AAPL", Decimal(10), at=0.0)
    await client.order("buy", "2", symbol="AAPL", time_in_force="day")
    market.set_price("AAPL", Decimal(100))
    await client.order("buy", "2", symbol="AAPL", time_in_force="day")
    await client.order("sell", "1", symbol="AAPL", time_in_force="day")
    some = await client.position("AAPL")
    await client.order("sell", "3", symbol="AAPL", time_in_force="day")
    await client.order("buy", "1", symbol="AAPL", time_in_force="day")
    again = await client.position("AAPL")

    # 2 at 201 and 2 at 100.5, then 1 at 100.5
    assert (some["qty"], some["avg_entry_price"]) == ("3", "150.75")
    assert (again["qty"], again["avg_entry_price"]) == ("1", "100.5")


async def test_coins_that_were_never_bought_have_no_entry(client):
    body = await client.position("BTCUSD")

    assert (body["avg_entry_price"], body["unrealized_plpc"]) == ("0", "0")


async def test_a_split_is_a_quantity_and_an_entry_that_changed_without_a_fill(client, account):
    account.ledger.deposit("AAPL", Decimal(30), at=0.0)
    account.entry_prices["AAPL"] = Decimal("45.5")

    body = await client.position("AAPL")

    assert (body["qty"], body["avg_entry_price"], body["cost_basis"]) == ("40", "45.5", "1820")


async def test_an_unpriced_position_is_null_and_not_zero(client, market):
    market.forget_price("BTC")

    body = await client.position("BTCUSD")
    _, account = await client.get("/v2/account")

    assert (body["qty"], body["current_price"], body["market_value"]) == ("2", None, None)
    assert account["equity"] == "3000"


async def test_what_is_not_held_is_no_position(client, account):
    account.ledger.withdraw("BTC", Decimal(2), at=0.0)

    assert (await client.get("/v2/positions/BTCUSD"))[0] == 404
    assert (await client.get("/v2/positions/NOPE"))[1]["message"] == "position does not exist"


async def test_assets_are_stocks_unless_crypto_is_requested(client):
    _, stocks = await client.get("/v2/assets")
    _, crypto = await client.get("/v2/assets", {"asset_class": "crypto", "status": "active"})

    assert [row["symbol"] for row in stocks] == ["AAPL"]
    assert [row["symbol"] for row in crypto] == ["BTC/USD"]
    assert crypto[0]["min_trade_increment"] == "0.000000001"
    assert "min_trade_increment" not in stocks[0]


async def test_an_inactive_asset_leaves_the_active_list(client, market):
    market.set_status("alpaca", "BTC/USD", "inactive")

    _, active = await client.get("/v2/assets", {"asset_class": "crypto", "status": "active"})
    _, body = await client.get("/v2/assets/BTC%2FUSD")

    assert active == []
    assert (body["status"], body["tradable"]) == ("inactive", False)


async def test_an_unknown_asset_is_not_found(client):
    assert (await client.get("/v2/assets/NOPE"))[1] == {
        "code": 40410000,
        "message": "asset not found for NOPE",
    }
