from decimal import Decimal

import pytest


@pytest.fixture
def night(server):
    server.session.forced = False


async def share_order(client, side="sell", qty="4", **changes):
    return await client.order(side, qty, symbol="AAPL", **{"time_in_force": "day", **changes})


async def test_in_the_session_a_stock_sells_at_once_without_a_fee(client, account):
    _, placed = await share_order(client)

    order = await client.see(placed["id"])
    assert (order["status"], order["filled_avg_price"], order["symbol"]) == ("filled", "199", "AAPL")
    assert account.ledger.total("USD") == Decimal(1796)


async def test_fractions_of_a_share_are_day_orders(client):
    assert (await share_order(client, qty="0.25"))[0] == 200


async def test_outside_the_session_a_sale_waits_and_holds_its_shares(client, night):
    _, placed = await share_order(client)

    order, position = await client.see(placed["id"]), await client.position("AAPL")

    assert (placed["status"], order["status"], order["type"]) == ("accepted", "accepted", "market")
    assert order["limit_price"] is None
    assert (position["qty"], position["qty_available"]) == ("10", "6")


async def test_what_waited_meets_the_market_at_the_open(client, server, market, night):
    _, placed = await share_order(client, client_order_id="mine")
    market.set_price("AAPL", Decimal(150))

    server.session.forced = True
    order = await client.see(placed["id"])
    _, rows = await client.get("/v2/orders", {"status": "all"})
    _, fills = await client.get("/v2/account/activities/FILL")

    assert (order["status"], order["filled_avg_price"]) == ("filled", "149.25")
    assert [row["id"] for row in rows] == [placed["id"]]
    assert (fills[0]["order_id"], rows[0]["client_order_id"]) == (placed["id"], "mine")


async def test_a_buy_that_waits_reserves_a_little_more_than_the_price(client, night):
    await share_order(client, "buy", "4")

    _, account = await client.get("/v2/account")

    assert account["cash"] == "171.88"


async def test_a_buy_whose_price_ran_away_overnight_ends_without_a_fill(client, server, market, night):
    _, placed = await share_order(client, "buy", "4")
    market.set_price("AAPL", Decimal(400))

    server.session.forced = True

    assert (await client.see(placed["id"]))["status"] == "canceled"


async def test_a_buy_by_value_may_wait_too(client, server, night):
    _, placed = await share_order(client, "buy", None, notional="402")

    server.session.forced = True

    assert (await client.see(placed["id"]))["filled_qty"] == "2"


async def test_a_waiting_order_can_be_cancelled(client, server, clock, night):
    _, placed = await share_order(client)
    await client.delete(f"/v2/orders/{placed['id']}")
    server.session.forced = True
    clock.at += 1

    assert (await client.see(placed["id"]))["status"] == "canceled"
    assert (await client.position("AAPL"))["qty_available"] == "10"


async def test_waiting_can_be_switched_off(client, server, night):
    server.switches.queues_when_closed = False

    assert await share_order(client) == (422, {"code": 42210000, "message": "market is closed"})


async def test_a_resting_stock_order_does_not_fill_at_night(client, server, market, night):
    _, placed = await share_order(client, type="limit", limit_price="210")
    market.set_price("AAPL", Decimal(250))
    before = (await client.see(placed["id"]))["status"]

    server.session.forced = True

    assert before == "new"
    assert (await client.see(placed["id"]))["status"] == "filled"


async def test_shares_under_an_open_order_are_named_with_that_order(client):
    _, resting = await share_order(client, qty="8", type="limit", limit_price="250")

    status, body = await share_order(client)

    assert (status, body["code"]) == (403, 40310000)
    assert body["message"] == "insufficient qty available for order (requested: 4, available: 2)"
    assert (body["existing_qty"], body["held_for_orders"]) == ("10", "8")
    assert body["related_orders"] == [resting["id"]]


async def test_nobody_sells_short(client, account):
    account.ledger.withdraw("AAPL", Decimal(10), at=0.0)

    assert (await share_order(client))[1]["message"] == "account is not allowed to short"


async def test_a_price_in_fractions_of_a_cent_is_refused(client):
    _, body = await share_order(client, type="limit", limit_price="250.001")

    assert body["message"] == (
        "invalid limit_price 250.001. sub-penny increment does not fulfill minimum pricing criteria"
    )
