"""Orders that are neither filled nor gone at once, and products that are no spot pairs."""

from decimal import Decimal

import pytest

from sandbox.coinbase import DerivativeFill, DerivativeOrder
from tests.sandbox.builders import a_book, sell

D = Decimal


async def placed(client, size="1", **options):
    _, body = await client.sell(size, **options)
    return body["success_response"]["order_id"]


async def the_order(client, order_id):
    return (await client.get(f"orders/historical/{order_id}"))[1]["order"]


async def ids(client, *statuses):
    _, body = await client.get("orders/historical/batch", [("order_status", one) for one in statuses])
    return [row["order_id"] for row in body["orders"]]


async def test_a_slow_order_is_pending_and_holds_its_coins_until_it_fills(client, server, account, clock):
    server.switches.pending_s = 3.0
    order_id = await placed(client)

    before = await the_order(client, order_id)
    open_ids, pending_ids = await ids(client, "OPEN"), await ids(client, "PENDING")
    held = account.ledger.held("BTC")
    clock.at += 3
    after = await the_order(client, order_id)

    assert (before["status"], before["filled_size"], held) == ("PENDING", "0", 1)
    assert (open_ids, pending_ids) == ([], [order_id])
    assert (after["status"], after["filled_size"], account.ledger.held("BTC")) == ("FILLED", "1", 0)


async def test_an_order_fills_in_parts_over_seconds(client, server, clock, market):
    server.switches.parts, server.switches.part_every_s = 4, 1.0
    order_id = await placed(client)

    seen = []
    for price in (100, 90, 80, 70):
        market.set_price("BTC", D(price))
        order = await the_order(client, order_id)
        seen.append((order["status"], order["filled_size"]))
        clock.at += 1

    assert seen == [("OPEN", "0.25"), ("OPEN", "0.5"), ("OPEN", "0.75"), ("FILLED", "1")]
    _, body = await client.get("orders/historical/fills", [("order_id", order_id)])
    assert [row["price"] for row in body["fills"]] == ["69.65", "79.6", "89.55", "99.5"]


async def test_an_order_may_be_cancelled_between_its_parts(client, server, account, clock):
    server.switches.parts, server.switches.part_every_s = 2, 1.0
    order_id = await placed(client)
    await client.get("accounts")

    await client.post("orders/batch_cancel", {"order_ids": [order_id]})
    clock.at += 5
    order = await the_order(client, order_id)

    assert (order["status"], order["filled_size"], account.ledger.held("BTC")) == ("CANCELLED", "0.5", 0)


async def test_an_order_may_turn_out_failed_after_it_was_taken(client, server, account, clock):
    server.switches.orders_fail = True
    server.switches.pending_s = 1.0
    order_id = await placed(client)
    clock.at += 1

    order = await the_order(client, order_id)

    assert (order["status"], order["filled_size"]) == ("FAILED", "0")
    assert order["reject_reason"] != "REJECT_REASON_UNSPECIFIED"
    assert (await ids(client, "FAILED"), account.ledger.free("BTC")) == ([order_id], 2)


@pytest.mark.parametrize(
    "status", ["QUEUED", "PENDING", "CANCEL_QUEUED", "EDIT_QUEUED", "UNKNOWN_ORDER_STATUS"]
)
async def test_a_resting_order_can_be_shown_with_another_status_than_open(client, account, market, status):
    listing = market.listing("coinbase", "BTC/USD")
    order_id = account.ledger.place(sell("0.5", limit="120", listing=listing), a_book(), at=0.0).id
    account.shown_as[order_id] = status

    listed = (await ids(client, "OPEN"), await ids(client, status))
    await client.post("orders/batch_cancel", {"order_ids": [order_id]})

    assert listed == ([], [order_id])
    assert (await the_order(client, order_id))["status"] == "CANCELLED"


async def test_a_fresh_order_may_be_unknown_by_id_for_a_moment(client, server, clock):
    server.switches.unknown_by_id_s = 1.0
    order_id = await placed(client)

    status, body = await client.get(f"orders/historical/{order_id}")
    clock.at += 1

    assert (status, body["message"]) == (404, "order with this orderID was not found")
    assert (await the_order(client, order_id))["status"] == "FILLED"


async def test_a_refusal_may_have_its_reason_in_the_new_field_only(client, server):
    server.switches.new_reason_only = True

    _, poor = await client.sell("2.001", client_id="a")
    _, small = await client.sell("0.009", client_id="b")

    assert poor["error_response"] == {
        "error": "UNKNOWN_FAILURE_REASON",
        "message": "",
        "error_details": "",
        "new_order_failure_reason": "INSUFFICIENT_FUND",
    }
    assert small["error_response"]["new_order_failure_reason"] == "INVALID_BASE_SIZE_TOO_SMALL"
    assert [call.outcome for call in server.tape.calls("orders")] == [
        "INSUFFICIENT_FUND",
        "INVALID_BASE_SIZE_TOO_SMALL",
    ]


@pytest.mark.parametrize(
    ("words", "status", "reason"),
    [("account is not available", 400, None), ("INELIGIBLE_PAIR", 200, "INELIGIBLE_PAIR")],
)
async def test_an_account_may_be_kept_from_a_product(client, account, words, status, reason):
    account.closed_products["BTC-USD"] = words

    code, body = await client.sell("1")

    assert (code, body.get("message", "")) == (status, words if status == 400 else "")
    assert body.get("error_response", {}).get("new_order_failure_reason") == reason
    assert account.ledger.orders == {}


async def test_derivative_orders_and_fills_are_listed_among_the_others(client, account, clock):
    order = DerivativeOrder(
        product_id="BTC-PERP-INTX", side="SELL", size=D("0.008"), limit_price=D(70_000), at=clock.at
    )
    fill = DerivativeFill(product_id="SOL-28NOV26-CDE", side="SELL", size=D(2), price=D(150), at=clock.at - 1)
    account.derivative_orders.append(order)
    account.derivative_fills.append(fill)
    sold = await placed(client)

    rows = (await client.get("orders/historical/batch"))[1]["orders"]
    fills = (await client.get("orders/historical/fills"))[1]["fills"]
    await client.post("orders/batch_cancel", {"order_ids": [order.id]})

    assert {(row["order_id"], row["product_type"]) for row in rows} == {(sold, "SPOT"), (order.id, "FUTURE")}
    assert [row["product_id"] for row in fills] == ["BTC-USD", "SOL-28NOV26-CDE"]
    assert (await the_order(client, order.id))["status"] == "CANCELLED"


async def test_answers_are_json_without_blanks(client, server):
    async with client._session.get(f"{server.url}/api/v3/brokerage/market/products") as response:
        text = await response.text()

    assert '"num_products":1' in text
