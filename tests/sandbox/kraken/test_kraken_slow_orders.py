"""Orders that Kraken takes first and fills later, in parts."""

from decimal import Decimal

import pytest

from sandbox.pace import Pace


@pytest.fixture
def slow(kraken, fund):
    fund(BTC=1)
    kraken.pace = Pace(pending_s=1, over_s=4, parts=4)
    return kraken


async def test_a_slow_order_is_pending_then_open_then_closed(slow, client, clock):
    txid = (await client.order())["txid"][0]
    seen = []
    for seconds in (0, 2, 3):
        clock[0] += seconds
        info = (await client.result("QueryOrders", txid=txid))[txid]
        seen.append((info["status"], info["vol_exec"]))

    assert seen == [("pending", "0.00000000"), ("open", "0.02500000"), ("closed", "0.10000000")]


async def test_a_slow_order_is_among_the_open_ones_and_holds_what_it_still_sells(slow, client, clock):
    txid = (await client.order())["txid"][0]
    clock[0] += 3

    opened = (await client.result("OpenOrders"))["open"]
    balance = (await client.result("BalanceEx"))["XXBT"]

    assert (list(opened), opened[txid]["misc"]) == ([txid], "partial")
    assert balance == {"balance": "0.9500000000", "hold_trade": "0.0500000000"}


async def test_a_slow_order_that_is_cancelled_keeps_what_was_filled(slow, client, clock, account):
    txid = (await client.order())["txid"][0]
    clock[0] += 3

    await client.result("CancelOrder", txid=txid)
    info = (await client.result("QueryOrders", txid=txid))[txid]

    assert (info["status"], info["vol_exec"]) == ("canceled", "0.05000000")
    assert account.ledger.free("BTC") == Decimal("0.95")


async def test_the_client_order_id_of_a_pending_order_is_taken(slow, client):
    await client.order(cl_ord_id="once-only")

    assert await client.order_error(cl_ord_id="once-only") == ["EOrder:Duplicate cl_ord_id"]
