from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sandbox.faults import Fault, FaultKind
from sandbox.market import Override
from tests.sandbox.kraken.client import api_sign

UUID = "6d1b345e-2821-40e2-ad83-4ecb18a06876"


def deadline(clock, seconds):
    return (
        (datetime.fromtimestamp(clock[0], UTC) + timedelta(seconds=seconds))
        .isoformat()
        .replace("+00:00", "Z")
    )


async def test_a_market_sell_fills_at_the_bid(client, account, fund):
    fund(BTC=1)

    answer = await client.order()
    (info,) = (await client.result("QueryOrders", txid=answer["txid"][0], trades="true")).values()

    assert answer["descr"] == {"order": "sell 0.10000000 XBTUSD @ market"}
    assert (info["status"], info["vol_exec"], info["price"]) == ("closed", "0.10000000", "59970.00000")
    assert (info["cost"], info["fee"]) == ("5997.00000", "23.98800")
    assert info["trades"] == [account.ledger.fills[0].id]
    assert account.ledger.total("USD") == Decimal("5973.012")


@pytest.mark.parametrize("yes", ["true", "True", "1"])
async def test_trades_are_reported_when_requested(client, fund, yes):
    fund(BTC=1)
    txid = (await client.order())["txid"][0]

    assert "trades" not in (await client.result("QueryOrders", txid=txid))[txid]
    assert "trades" in (await client.result("QueryOrders", txid=txid, trades=yes))[txid]


@pytest.mark.parametrize("pair", ["XXBTZUSD", "XBTUSD", "XBT/USD"])
async def test_a_pair_has_three_names(client, fund, pair):
    fund(BTC=1)

    assert (await client.order(pair=pair))["descr"]["order"] == "sell 0.10000000 XBTUSD @ market"


async def test_a_limit_order_rests_holds_its_coins_and_fills_when_the_market_crosses(client, market, fund):
    fund(BTC=1)
    txid = (await client.order(price="61000.0"))["txid"][0]

    balance = (await client.result("BalanceEx"))["XXBT"]
    resting = (await client.result("OpenOrders"))["open"]
    market.move("BTC", Decimal("0.02"))
    info = (await client.result("QueryOrders", txid=txid))[txid]

    assert balance == {"balance": "1.0000000000", "hold_trade": "0.1000000000"}
    assert resting[txid]["descr"]["price"] == "61000.0"
    assert resting[txid]["status"] == "open"
    assert (info["status"], info["price"], info["fee"]) == ("closed", "61000.00000", "15.25000")


async def test_a_halted_pair_does_not_match(client, market, fund):
    fund(BTC=1)
    txid = (await client.order(price="61000.0"))["txid"][0]
    market.set_status("kraken", "BTC/USD", "cancel_only")

    market.move("BTC", Decimal("0.02"))

    assert (await client.result("QueryOrders", txid=txid))[txid]["status"] == "open"


async def test_a_fault_that_spares_checks_waits_for_the_order_itself(client, kraken, account, fund):
    fund(BTC=1)
    kraken.faults.add(
        Fault(
            kind=FaultKind.ERROR, endpoint="AddOrder", message="EGeneral:Internal error", spares_checks=True
        )
    )

    await client.order(validate="true")

    assert await client.order_error() == ["EGeneral:Internal error"]


async def test_validate_checks_and_places_nothing(client, account, fund):
    fund(BTC=1)

    answer = await client.order(validate="true")

    assert answer == {"descr": {"order": "sell 0.10000000 XBTUSD @ market"}}
    assert account.ledger.orders == {}
    assert await client.order_error(volume="2", validate="true") == ["EOrder:Insufficient funds"]


async def test_a_buy_by_cost_spends_quote_and_pays_the_fee_on_top(client, account, fund):
    fund(USD=101)

    answer = await client.order("buy", "100", oflags="viqc")

    assert answer["descr"]["order"] == "buy 100.00000000 XBTUSD @ market"
    assert account.ledger.total("BTC") == Decimal("0.00166583")
    (info,) = (await client.result("QueryOrders", txid=answer["txid"][0])).values()
    assert info["oflags"] == "fciq,viqc"


@pytest.mark.parametrize("flags", ["fcib", "fciq", "fcib,nompp"])
@pytest.mark.parametrize("side", ["buy", "sell"])
async def test_a_fee_is_taken_in_the_preferred_currency_and_named_in_quote(
    client, account, fund, side, flags
):
    fund(BTC=1, USD=10_000)

    (txid,) = (await client.order(side, "0.1", oflags=flags))["txid"]

    (order,) = (await client.result("QueryOrders", txid=txid)).values()
    (trade,) = (await client.result("TradesHistory"))["trades"].values()
    entries = (await client.result("Ledgers", type="trade"))["ledger"].values()
    cost, fee, in_coins = Decimal(trade["cost"]), Decimal(trade["fee"]), flags.startswith("fcib")
    coins_fee = Decimal("0.0004") if in_coins else 0
    money_fee, sign = 0 if in_coins else fee, 1 if side == "buy" else -1
    assert fee == Decimal(order["fee"]) == cost * Decimal("0.004")
    assert account.ledger.total("BTC") == 1 + sign * Decimal("0.1") - coins_fee
    assert account.ledger.total("USD") == 10_000 - sign * cost - money_fee
    assert {entry["asset"]: Decimal(entry["fee"]) for entry in entries} == {
        "XXBT": coins_fee,
        "ZUSD": money_fee,
    }
    assert order["oflags"] == flags.removesuffix(",nompp")
    assert "oflags" not in trade


async def test_a_fee_preferred_in_coins_that_are_not_there_is_taken_from_the_proceeds(client, account, fund):
    fund(BTC=1)

    await client.order("sell", "1", oflags="fcib")

    assert account.ledger.total("BTC") == 0
    assert account.ledger.fills[0].fee_asset == "USD"


async def test_a_resting_sale_holds_the_coins_of_its_fee_too(client, account, fund):
    fund(BTC=1)

    await client.order("sell", "0.5", price="90000", oflags="fcib")

    assert account.ledger.held("BTC") == Decimal("0.502")


async def test_the_fee_of_a_leveraged_trade_is_in_quote_whatever_was_preferred(client, account, fund):
    fund(BTC=1, USD=100_000)

    await client.order("buy", "0.1", leverage="2:1", oflags="fcib")

    assert account.ledger.total("BTC") == 1
    assert account.ledger.fills[0].fee_asset == "USD"


@pytest.mark.parametrize(
    ("params", "error"),
    [
        pytest.param({"pair": "NOSUCH"}, "EQuery:Unknown asset pair", id="unknown pair"),
        pytest.param({"side": "short"}, "EGeneral:Invalid arguments:type", id="no side"),
        pytest.param(
            {"ordertype": "stop-loss"}, "EGeneral:Invalid arguments:ordertype", id="type not played"
        ),
        pytest.param({"volume": "much"}, "EGeneral:Invalid arguments:volume", id="volume no number"),
        pytest.param({"volume": "-0.1"}, "EGeneral:Invalid arguments:volume", id="negative volume"),
        pytest.param({"volume": "0"}, "EGeneral:Invalid arguments:volume", id="zero volume"),
        pytest.param({"volume": "1e-1"}, "EGeneral:Invalid arguments:volume", id="volume in e-notation"),
        pytest.param({"volume": "0.123456789"}, "EGeneral:Invalid arguments:volume", id="finer than the lot"),
        pytest.param(
            {"volume": "0.00001"}, "EGeneral:Invalid arguments:volume minimum not met", id="below ordermin"
        ),
        pytest.param({"volume": "2"}, "EOrder:Insufficient funds", id="more than is there"),
        pytest.param({"side": "buy"}, "EOrder:Insufficient funds", id="no money"),
        pytest.param({"price": "0"}, "EOrder:Invalid price:Invalid price argument", id="price zero"),
        pytest.param({"price": "+5%"}, "EGeneral:Invalid arguments:price", id="relative price"),
        pytest.param(
            {"price": "61000.05"},
            "EOrder:Invalid price:XBT/USD price can only be specified up to 1 decimals.",
            id="finer than the tick size",
        ),
        pytest.param({"price": "50000", "oflags": "post"}, "EOrder:Post only order", id="post only takes"),
        pytest.param({"oflags": "post"}, "EGeneral:Invalid arguments:oflags", id="post only market"),
        pytest.param({"oflags": "fast"}, "EGeneral:Invalid arguments:oflags", id="no such flag"),
        pytest.param({"oflags": "fcib,fciq"}, "EGeneral:Invalid arguments:oflags", id="two fee currencies"),
        pytest.param({"oflags": "viqc"}, "EGeneral:Invalid arguments:viqc", id="sell by cost"),
        pytest.param({"leverage": "50"}, "EGeneral:Invalid arguments:leverage", id="no such leverage"),
        pytest.param(
            {"reduce_only": "true"}, "EGeneral:Invalid arguments:reduce_only", id="reduce only spot"
        ),
        pytest.param(
            {"timeinforce": "FOK"}, "EGeneral:Invalid arguments:timeinforce", id="in force not played"
        ),
        pytest.param({"expiretm": "+30"}, "EGeneral:Invalid arguments:expiretm", id="expiry not played"),
        pytest.param(
            {"close[ordertype]": "limit"}, "EGeneral:Invalid arguments:close[ordertype]", id="close"
        ),
        pytest.param({"userref": "me"}, "EGeneral:Invalid arguments:userref", id="userref no number"),
        pytest.param(
            {"cl_ord_id": "x" * 19}, "EGeneral:Invalid arguments:cl_ord_id", id="client id too long"
        ),
        pytest.param(
            {"cl_ord_id": "ünder"}, "EGeneral:Invalid arguments:cl_ord_id", id="client id not ascii"
        ),
        pytest.param(
            {"cl_ord_id": UUID, "userref": "1"}, "EGeneral:Invalid arguments:cl_ord_id", id="two ids"
        ),
        pytest.param({"deadline": "soon"}, "EGeneral:Invalid arguments:deadline", id="deadline no time"),
    ],
)
async def test_a_sloppy_order_is_refused_and_changes_nothing(client, account, fund, params, error):
    fund(BTC=1)

    assert await client.order_error(**params) == [error]
    assert account.ledger.orders == {}
    assert account.ledger.free("BTC") == 1


async def test_a_cost_below_the_minimum_is_refused(client, market, fund):
    fund(ADA=100)
    market.set_price("ADA", Decimal("0.01"))

    assert await client.order_error(pair="ADAUSD", volume="10") == ["EOrder:Cost minimum not met"]


async def test_a_price_between_two_ticks_is_refused(client, market, fund):
    fund(SOL=1)
    listing = market.listing("kraken", "SOL/USD")
    market.add(replace(listing, tick=Decimal("0.05")))

    assert await client.order_error(pair="SOLUSD", price="160.01") == ["EOrder:Tick size check failed"]


@pytest.mark.parametrize("client_id", [UUID, UUID.replace("-", ""), "arb-20240509-00010"])
async def test_a_client_order_id_comes_back_with_the_order(client, fund, client_id):
    fund(BTC=1)

    txid = (await client.order(price="70000", cl_ord_id=client_id))["txid"][0]

    open_orders = await client.result("OpenOrders", cl_ord_id=client_id)
    assert list(open_orders["open"]) == [txid]
    assert open_orders["open"][txid]["cl_ord_id"] == client_id


async def test_a_client_order_id_is_unique_among_open_orders(client, fund):
    fund(BTC=1)
    await client.order(price="70000", cl_ord_id=UUID)

    assert await client.order_error(cl_ord_id=UUID) == ["EOrder:Duplicate cl_ord_id"]


async def test_a_client_order_id_of_a_filled_order_can_be_used_again(client, account, fund):
    fund(BTC=1)

    await client.order(cl_ord_id=UUID)
    await client.order(cl_ord_id=UUID)

    assert account.ledger.total("BTC") == Decimal("0.8")
    assert (await client.result("ClosedOrders", cl_ord_id=UUID))["count"] == 2


@pytest.mark.parametrize("param", ["starttm", "expiretm"])
async def test_a_time_of_zero_is_no_time(client, account, fund, param):
    fund(BTC=1)

    await client.order(**{param: "0"})

    assert account.ledger.total("BTC") == Decimal("0.9")


@pytest.mark.parametrize("endpoint", ["QueryOrders", "CancelOrder"])
@pytest.mark.parametrize(
    "txid", ["no-order", "OQCLML", "oqclml-bw3p3-bucmwz", "OQCLML-BW3P3-BUCMWZ-1", "OQCLML-BW3P3-BUCMWZ,x"]
)
async def test_an_id_of_another_shape_is_no_order(client, endpoint, txid):
    assert await client.error(endpoint, txid=txid) == ["EOrder:Invalid order"]


async def test_a_deadline_that_is_over_is_refused(client, account, fund, clock):
    fund(BTC=1)

    assert await client.order_error(deadline=deadline(clock, -0.5)) == ["EService:Deadline elapsed"]
    assert account.ledger.orders == {}
    await client.order(deadline=deadline(clock, 5))


@pytest.mark.parametrize("seconds", [0.1, 1.9, 61])
async def test_a_deadline_less_than_two_seconds_or_more_than_a_minute_ahead_is_refused(
    client, account, fund, clock, seconds
):
    fund(BTC=1)

    assert await client.order_error(deadline=deadline(clock, seconds)) == [
        "EGeneral:Invalid arguments:deadline"
    ]
    assert account.ledger.orders == {}


@pytest.mark.parametrize("text", ["2020-01-01T00:00:00", "2090-01-01T00:00:00Z"], ids=["no zone", "too far"])
async def test_a_deadline_must_have_a_zone_and_be_near(client, fund, text):
    fund(BTC=1)

    assert await client.order_error(deadline=text) == ["EGeneral:Invalid arguments:deadline"]


async def test_a_request_that_was_long_on_its_way_misses_its_deadline(kraken, client, account, fund, clock):
    fund(BTC=1)
    kraken.faults.add(Fault(kind=FaultKind.CLOCK_SKEW, skew_s=6))

    assert await client.order_error(deadline=deadline(clock, 5)) == ["EService:Deadline elapsed"]


@pytest.mark.parametrize("by", ["txid", "cl_ord_id", "userref"])
async def test_an_order_is_cancelled_by_any_of_its_ids(client, account, fund, by):
    fund(BTC=1)
    own = {} if by == "txid" else {by: "77"}
    txid = (await client.order(price="70000", **own))["txid"][0]

    named = {"cl_ord_id": "77"} if by == "cl_ord_id" else {"txid": own.get(by, txid)}
    answer = await client.result("CancelOrder", **named)
    (info,) = (await client.result("QueryOrders", txid=txid)).values()

    assert answer == {"count": 1}
    assert (info["status"], info["reason"]) == ("canceled", "User requested")
    assert account.ledger.held("BTC") == 0


@pytest.mark.parametrize("ids", [{"txid": "ONOSUC-HORDE-RHERE0"}, {"cl_ord_id": "nobody"}], ids=str)
async def test_cancelling_an_unknown_order_is_refused(client, ids):
    assert await client.error("CancelOrder", **ids) == ["EOrder:Unknown order"]


async def test_a_filled_order_cannot_be_cancelled(client, fund):
    fund(BTC=1)
    txid = (await client.order())["txid"][0]

    assert await client.error("CancelOrder", txid=txid) == ["EOrder:Unknown order"]


@pytest.mark.parametrize(
    ("status", "params", "error"),
    [
        ("cancel_only", {}, "EService:Market in cancel_only mode"),
        ("cancel_only", {"price": "70000", "oflags": "post"}, "EService:Market in cancel_only mode"),
        ("post_only", {"price": "70000"}, "EService:Market in post_only mode"),
        ("limit_only", {}, "EService:Market in limit_only mode"),
        ("reduce_only", {}, "EService:Market in reduce_only mode"),
    ],
)
async def test_a_pair_in_another_mode_refuses_orders(client, market, fund, *, status, params, error):
    fund(BTC=1)
    market.set_status("kraken", "BTC/USD", status)

    assert await client.order_error(**params) == [error]


@pytest.mark.parametrize(
    ("status", "error"),
    [("cancel_only", "EService:Market in cancel_only mode"), ("maintenance", "EService:Unavailable")],
)
async def test_a_venue_in_another_mode_refuses_orders_and_lets_cancel(kraken, client, fund, status, error):
    fund(BTC=1)
    txid = (await client.order(price="70000"))["txid"][0]
    kraken.status = status

    assert await client.order_error() == [error]
    assert await client.result("CancelOrder", txid=txid) == {"count": 1}


async def test_a_market_order_without_a_bid_ends_unfilled(client, market, account, fund):
    fund(BTC=1)
    market.override("kraken", "BTC/USD", Override(bid=None, ask=Decimal(60000)))

    txid = (await client.order())["txid"][0]
    info = (await client.result("QueryOrders", txid=txid))[txid]

    assert (info["status"], info["vol_exec"]) == ("canceled", "0.00000000")
    assert account.ledger.free("BTC") == 1


async def test_funds_in_rewards_are_sold_through_the_base_asset(client, account, fund):
    fund(USDT_F=100)

    await client.order(pair="USDTUSD", volume="60")

    assert account.ledger.total("USDT.F") == 40
    assert (await client.result("BalanceEx"))["USDT"]["balance"] == "0.0000000000"


@pytest.mark.parametrize("pocket", ["BTC_S", "BTC_M", "BTC_B"])
async def test_staked_coins_cannot_be_sold(client, fund, pocket):
    fund(**{pocket: 1})

    assert await client.order_error() == ["EOrder:Insufficient funds"]
    assert await client.order_error(pair="XBT.MUSD") == ["EQuery:Unknown asset pair"]


async def test_the_venue_may_show_nothing_free_while_the_coins_sell(client, account, fund):
    fund(BTC=1)
    account.show_nothing_free("BTC")

    shown = (await client.result("BalanceEx"))["XXBT"]
    await client.order()
    account.show_true_balances()

    assert shown == {"balance": "1.0000000000", "hold_trade": "1.0000000000"}
    assert (await client.result("BalanceEx"))["XXBT"]["balance"] == "0.9000000000"


async def test_json_bodies_are_read_too(client, account, fund, session, kraken):
    fund(BTC=1)
    body = '{"nonce": 5, "pair": "XBTUSD", "type": "sell", "ordertype": "market", "volume": "0.1", "validate": true}'
    signed = api_sign("/0/private/AddOrder", 5, body)
    headers = {"API-Key": client.key, "API-Sign": signed, "Content-Type": "application/json"}

    async with session.post(f"{kraken.url}/0/private/AddOrder", data=body, headers=headers) as response:
        answer = await response.json()

    assert answer["result"] == {"descr": {"order": "sell 0.10000000 XBTUSD @ market"}}
    assert account.ledger.orders == {}
