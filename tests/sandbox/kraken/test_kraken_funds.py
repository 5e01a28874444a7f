from decimal import Decimal

import pytest

from engine.brokers.paper.ledger import Fees


async def test_balances_carry_krakens_names(client, fund):
    fund(BTC=1, USD=2, ETH=3, SOL=4, DOGE=5, USDT_F=6, BTC_M=7, ETH_S=8)

    assert list(await client.result("BalanceEx")) == [
        "XXBT",
        "ZUSD",
        "XETH",
        "SOL",
        "XXDG",
        "USDT.F",
        "XBT.M",
        "ETH.S",
    ]


async def test_the_older_endpoint_reports_totals_only(client, fund):
    fund(BTC=1, USD=1000)
    await client.order("buy", "0.01", price="50000")

    assert await client.result("Balance") == {"XXBT": "1.0000000000", "ZUSD": "1000.0000000000"}


async def test_a_resting_buy_holds_its_cost_and_fee(client, fund):
    fund(USD=1000)
    await client.order("buy", "0.01", price="50000")

    assert (await client.result("BalanceEx"))["ZUSD"] == {
        "balance": "1000.0000000000",
        "hold_trade": "502.0000000000",
    }


async def test_the_trade_balance_of_a_spot_account(client, fund):
    fund(USD=1000, BTC="0.01", BTC_M="0.1")

    figures = await client.result("TradeBalance", asset="ZUSD")

    assert figures == {
        "eb": "7600.0000",
        "tb": "1600.0000",
        "m": "0.0000",
        "n": "0.0000",
        "c": "0.0000",
        "v": "0.0000",
        "e": "1600.0000",
        "mf": "1600.0000",
        "uv": "0.0000",
    }


async def test_the_trade_balance_counts_unrealised_losses_and_used_margin(client, market, fund):
    fund(USD=1000)
    await client.order("buy", "0.02", leverage="2")
    market.set_price("BTC", Decimal(57000))

    figures = await client.result("TradeBalance")

    # bought at 60030: cost 1200.60, fee 4.8024; now worth 1140
    assert (figures["c"], figures["v"], figures["n"]) == ("1200.6000", "1140.0000", "-60.6000")
    assert (figures["tb"], figures["e"]) == ("995.1976", "934.5976")
    assert (figures["m"], figures["mf"], figures["ml"]) == ("600.3000", "334.2976", "155.68")


@pytest.mark.parametrize(("asset", "eb"), [("ZEUR", "1000.0000"), ("XBT", "0.0183"), ("USDT", "1100.0000")])
async def test_the_trade_balance_can_be_asked_in_another_currency(client, fund, asset, eb):
    fund(USD=1100)

    assert (await client.result("TradeBalance", asset=asset))["eb"] == eb


async def test_the_trade_balance_knows_no_other_currency(client):
    assert await client.error("TradeBalance", asset="GOLD") == ["EQuery:Unknown asset"]


async def test_unexecuted_orders_are_reported_at_their_limits(client, fund):
    fund(BTC=1)
    await client.order(price="70000")

    assert (await client.result("TradeBalance"))["uv"] == "7000.0000"


async def test_an_unpriced_asset_counts_for_nothing(client, market, fund):
    fund(BTC=1, USD=5)
    market.forget_price("BTC")

    assert (await client.result("TradeBalance"))["eb"] == "5.0000"


async def test_a_position_reports_its_cost_and_what_is_closed(client, account, fund):
    fund(USD=1000)
    await client.order("buy", "0.02", leverage="2")
    await client.order("sell", "0.005", leverage="2", reduce_only="true")

    ((position_id, position),) = (await client.result("OpenPositions", docalcs="true")).items()

    assert position_id == account.ledger.fills[0].position_id
    assert (position["pair"], position["type"], position["posstatus"]) == ("XXBTZUSD", "buy", "open")
    assert (position["cost"], position["fee"], position["margin"]) == ("1200.60000", "4.80240", "600.30000")
    assert (position["vol"], position["vol_closed"]) == ("0.02000000", "0.00500000")
    assert (position["value"], position["net"]) == ("900.00000", "-0.45000")


async def test_positions_have_no_gain_unless_asked(client, fund):
    fund(USD=1000)
    await client.order("buy", "0.02", leverage="2")

    (position,) = (await client.result("OpenPositions")).values()

    assert "net" not in position


async def test_positions_are_consolidated_by_market(client, fund):
    fund(USD=1000)
    for _ in range(2):
        await client.order("buy", "0.01", leverage="2")

    assert await client.result("OpenPositions", consolidation="market", docalcs="true") == [
        {
            "pair": "XXBTZUSD",
            "positions": "2",
            "type": "buy",
            "leverage": "2.00000000",
            "cost": "1200.60000",
            "fee": "4.80240",
            "vol": "0.02000000",
            "vol_closed": "0.00000000",
            "margin": "600.30000",
            "value": "1200.00000",
            "net": "-0.60000",
        }
    ]


async def test_positions_can_be_requested_by_id(client, account, fund):
    fund(USD=1000)
    for _ in range(2):
        await client.order("buy", "0.01", leverage="2")
    second = list(account.ledger.positions)[1]

    assert list(await client.result("OpenPositions", txid=second)) == [second]


async def test_without_positions_both_forms_are_empty(client):
    assert await client.result("OpenPositions") == {}
    assert await client.result("OpenPositions", consolidation="market") == []


async def test_a_volume_of_zero_closes_the_whole_position(client, fund):
    fund(USD=1000)
    await client.order("sell", "0.02", leverage="2")

    await client.order("buy", "0", leverage="2", reduce_only="true")

    assert await client.result("OpenPositions") == {}
    (closing, opening) = (await client.result("TradesHistory"))["trades"].values()
    assert (closing["misc"], closing["vol"], closing["leverage"]) == ("closing", "0.02000000", "2")
    assert (opening["misc"], opening["posstatus"], opening["margin"]) == ("", "closed", "599.70000")


async def test_reduce_only_needs_a_position(client, fund):
    fund(USD=1000)

    errors = await client.order_error("sell", "0.01", leverage="2", reduce_only="true")

    assert errors == ["EOrder:Reduce only:No position exists"]


async def test_more_margin_than_is_free_is_refused(client, fund):
    fund(USD=1000)

    assert await client.order_error("buy", "0.1", leverage="5") == ["EOrder:Margin level too low"]


async def test_trades_can_be_narrowed_to_margin_or_spot(client, fund):
    fund(USD=1000, BTC=1)
    await client.order("buy", "0.01", leverage="2")
    await client.order("sell", "0.02")

    margin = (await client.result("TradesHistory", type="any position"))["trades"].values()
    spot = (await client.result("TradesHistory", type="no position"))["trades"].values()

    assert [trade["vol"] for trade in margin] == ["0.01000000"]
    assert [trade["vol"] for trade in spot] == ["0.02000000"]


async def test_the_trade_volume_reports_the_accounts_own_fees_in_percent(client, account, fund):
    account.ledger.fees = Fees(taker=Decimal("0.0024"), maker=Decimal("0.0014"))
    fund(BTC=1)
    await client.order()

    answer = await client.result("TradeVolume", pair="XBTUSD, ETHUSD")

    assert (answer["currency"], answer["volume"]) == ("ZUSD", "5997.0000")
    assert {pair: fee["fee"] for pair, fee in answer["fees"].items()} == {
        "XXBTZUSD": "0.2400",
        "XETHZUSD": "0.2400",
    }
    assert answer["fees_maker"]["XETHZUSD"]["fee"] == "0.1400"


async def test_the_trade_volume_reports_no_fees_without_a_pair(client):
    assert await client.result("TradeVolume") == {"currency": "ZUSD", "volume": "0.0000"}
