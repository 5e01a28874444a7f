from decimal import Decimal

import pytest

PAGE = 50


@pytest.fixture
async def sixty_sells(client, fund, clock):
    """Sixty market sells, one a second from 1700000001 on; their order ids, oldest first."""
    fund(BTC=1)
    txids = []
    for _ in range(60):
        clock[0] += 1.0
        txids += (await client.order(volume="0.001"))["txid"]
    return txids


async def test_closed_orders_come_in_pages_of_fifty_newest_first(client, sixty_sells):
    first = await client.result("ClosedOrders")
    second = await client.result("ClosedOrders", ofs=PAGE)

    assert list(first["closed"]) == sixty_sells[:9:-1]
    assert list(second["closed"]) == sixty_sells[9::-1]
    assert first["count"] == second["count"] == 60


async def test_trades_come_in_pages_of_fifty_newest_first(client, account, sixty_sells):
    first = await client.result("TradesHistory")
    second = await client.result("TradesHistory", ofs=PAGE)

    newest_first = [fill.id for fill in reversed(account.ledger.fills)]
    assert [*first["trades"], *second["trades"]] == newest_first
    assert first["count"] == 60
    assert [trade["ordertxid"] for trade in second["trades"].values()] == sixty_sells[9::-1]


async def test_ledger_entries_come_in_pages_of_fifty_newest_first(client, account, sixty_sells):
    pages = [await client.result("Ledgers", ofs=offset) for offset in (0, PAGE, 2 * PAGE)]

    assert [len(page["ledger"]) for page in pages] == [50, 50, 21]
    assert pages[0]["count"] == 121
    assert list(pages[2]["ledger"])[-1] == account.ledger.entries[0].id


@pytest.mark.parametrize("endpoint", ["ClosedOrders", "TradesHistory", "Ledgers"])
async def test_the_count_can_be_left_out(client, sixty_sells, endpoint):
    assert "count" not in await client.result(endpoint, without_count="true")


@pytest.mark.parametrize(("endpoint", "rows"), [("ClosedOrders", "closed"), ("TradesHistory", "trades")])
async def test_start_is_exclusive_and_end_inclusive(client, sixty_sells, endpoint, rows):
    answer = await client.result(endpoint, start=1_700_000_010, end=1_700_000_013)

    times = [row.get("closetm", row.get("time")) for row in answer[rows].values()]
    assert times == [1_700_000_013.0, 1_700_000_012.0, 1_700_000_011.0]
    assert answer["count"] == 3


async def test_a_bound_may_be_an_id(client, account, sixty_sells):
    fills = account.ledger.fills

    orders = await client.result("ClosedOrders", start=sixty_sells[9], end=sixty_sells[11])
    trades = await client.result("TradesHistory", start=fills[9].id, end=fills[10].id)

    assert list(orders["closed"]) == [sixty_sells[11], sixty_sells[10]]
    assert list(trades["trades"]) == [fills[10].id]


@pytest.mark.parametrize("bad", [{"start": "yesterday"}, {"ofs": "many"}], ids=str)
async def test_a_bound_that_is_no_time_is_refused(client, bad):
    assert await client.error("Ledgers", **bad) == [f"EGeneral:Invalid arguments:{next(iter(bad))}"]


async def test_orders_can_be_searched_by_opening_time(client, market, fund, clock):
    fund(BTC=1)
    txid = (await client.order(price="61000"))["txid"][0]
    clock[0] += 100
    market.move("BTC", Decimal("0.02"))

    by_close = await client.result("ClosedOrders", start=1_700_000_050)
    by_open = await client.result("ClosedOrders", start=1_700_000_050, closetime="open")

    assert list(by_close["closed"]) == [txid]
    assert by_open["closed"] == {}


async def test_orders_can_be_searched_by_userref(client, fund):
    fund(BTC=1)
    mine = (await client.order(userref=7))["txid"][0]
    await client.order(userref=8)

    closed = (await client.result("ClosedOrders", userref=7))["closed"]

    assert {txid: order["userref"] for txid, order in closed.items()} == {mine: 7}


async def test_open_orders_show_only_open_ones_newest_first(client, fund):
    fund(BTC=1)
    await client.order()
    resting = [(await client.order(price=price))["txid"][0] for price in ("70000", "71000")]

    assert list((await client.result("OpenOrders"))["open"]) == resting[::-1]


async def test_several_orders_can_be_queried_and_unknown_ones_are_left_out(client, fund):
    fund(BTC=1)
    txids = [(await client.order())["txid"][0] for _ in range(2)]

    answer = await client.result("QueryOrders", txid=",".join([*txids, "ONOSUC-HORDE-RHERE0"]))

    assert list(answer) == txids


@pytest.mark.parametrize("txid", ["", ",".join(["OAAAAA-AAAAA-AAAAAA"] * 51)], ids=["none", "too many"])
async def test_a_query_names_one_to_fifty_orders(client, txid):
    assert await client.error("QueryOrders", txid=txid) == ["EGeneral:Invalid arguments:txid"]


async def test_a_partly_filled_order_says_so(client, market, fund):
    fund(ADA=300_000)

    txid = (await client.order(pair="ADAUSD", volume="300000"))["txid"][0]
    info = (await client.result("QueryOrders", txid=txid))[txid]

    assert (info["status"], info["vol_exec"], info["misc"]) == ("canceled", "250000.00000000", "partial")


async def test_a_trade_reports_price_cost_fee_and_side(client, account, fund):
    fund(BTC=1)
    await client.order()

    (trade,) = (await client.result("TradesHistory", ledgers="true"))["trades"].values()

    assert (trade["pair"], trade["type"], trade["ordertype"]) == ("XXBTZUSD", "sell", "market")
    assert (trade["price"], trade["vol"]) == ("59970.00000", "0.10000000")
    assert (trade["cost"], trade["fee"]) == ("5997.00000", "23.98800")
    assert (trade["maker"], trade["trade_id"], trade["margin"]) == (False, 1, "0.00000")
    assert trade["ledgers"] == [entry.id for entry in account.ledger.entries[1:]]


async def test_a_ledger_entry_reports_amount_fee_and_balance(client, fund):
    fund(BTC=1)
    await client.order()

    usd, btc, deposit = (await client.result("Ledgers"))["ledger"].values()

    assert (deposit["type"], deposit["asset"], deposit["balance"]) == ("deposit", "XXBT", "1.0000000000")
    assert (btc["type"], btc["amount"], btc["balance"]) == ("trade", "-0.1000000000", "0.9000000000")
    assert (usd["amount"], usd["fee"], usd["balance"]) == (
        "5997.0000000000",
        "23.9880000000",
        "5973.0120000000",
    )
    assert usd["refid"] == btc["refid"]


@pytest.mark.parametrize("asset", ["ZUSD", "USD"])
async def test_ledger_entries_can_be_narrowed_to_an_asset_and_a_type(client, fund, asset):
    fund(BTC=1, USD=10)
    await client.order()

    by_asset = (await client.result("Ledgers", asset=asset))["ledger"].values()
    by_both = (await client.result("Ledgers", asset=asset, type="deposit"))["ledger"].values()

    assert [entry["type"] for entry in by_asset] == ["trade", "deposit"]
    assert [entry["amount"] for entry in by_both] == ["10.0000000000"]
