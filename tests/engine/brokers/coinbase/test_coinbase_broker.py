import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.brokers.base import FeeQuote, KeyPermissions, Priority
from engine.model.errors import (
    BrokerError,
    KeyRejectedError,
    MisconfiguredError,
    RefusalReason,
    RefusedError,
    TryLaterError,
    UncertainOrderError,
    UnknownOutcomeError,
)
from engine.model.holdings import Holding
from engine.model.orders import ClientOrderId, OpenOrders, OrderStatus, Sent, Side, VenueOrderId
from sandbox.coinbase import Duplicates
from sandbox.coinbase.orders import fill_row
from sandbox.faults import Fault, FaultKind
from tests.engine.brokers.coinbase.conftest import a_request

D = Decimal
SINCE = datetime.now(UTC) - timedelta(minutes=5)


def fault(venue, kind, endpoint, **more):
    venue.server.faults.add(Fault(kind=kind, endpoint=endpoint, **more))


async def test_the_report_reads_all_pages_with_what_is_held(broker, venue):
    venue.server.switches.page_size = 2
    for asset, amount in (("USD", "1000"), ("BTC", "1.5"), ("ETH", "2"), ("SOL", "0"), ("USDC", "30")):
        venue.deposit(asset, amount)
    venue.place("BTC/USD", "sell", "0.5", limit="60000")
    report = await broker.fetch_report()
    assert report.holdings == (
        Holding(asset="BTC", free=D(1), held=D("0.5")),
        Holding(asset="ETH", free=D(2)),
        Holding(asset="USD", free=D(1000)),
        Holding(asset="USDC", free=D(30)),
    )
    assert len(venue.sent("accounts")) == 3


async def test_the_report_keeps_money_of_every_country_apart_from_coins(broker, venue):
    for asset in ("SGD", "EUR", "BTC"):
        venue.deposit(asset, "5")

    report = await broker.fetch_report()

    assert [holding.asset for holding in report.spot_positions] == ["BTC"]


async def test_a_page_that_fails_fails_the_report(broker, venue):
    venue.server.switches.page_size = 2
    for asset in ("USD", "BTC", "ETH"):
        venue.deposit(asset, "1")
    fault(venue, FaultKind.DELAY_BEFORE, "accounts", delay_s=0.05)
    reading = asyncio.create_task(broker.fetch_report())
    await venue.server.tape.wait_for("accounts")
    fault(venue, FaultKind.HTML_200, "accounts")
    with pytest.raises(MisconfiguredError):
        await reading


@pytest.mark.fault("V17")
@pytest.mark.parametrize(
    "body",
    [
        '{"accounts": []}',
        '{"accounts": [], "has_next": true, "cursor": ""}',
        '{"accounts": [], "has_next": false, "cursor": "", "size": 2}',
        '{"has_next": false}',
        "[]",
        "{}",
        "",
    ],
)
async def test_an_answer_with_parts_missing_never_becomes_an_empty_account(broker, venue, body):
    fault(venue, FaultKind.HTML_200, "accounts", body=body)
    with pytest.raises(MisconfiguredError):
        await broker.fetch_report()


async def test_a_cursor_that_repeats_itself_is_no_endless_loop(broker, venue):
    body = '{"accounts": [], "has_next": true, "cursor": "again"}'
    fault(venue, FaultKind.HTML_200, "accounts", body=body, times=None)
    with pytest.raises(MisconfiguredError):
        await broker.fetch_report()
    assert len(venue.sent("accounts")) == 2


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.HTML_200, MisconfiguredError),
        (FaultKind.HTTP_ERROR_BEFORE, TryLaterError),
        (FaultKind.TRUNCATE, TryLaterError),
        (FaultKind.RATE_LIMIT, TryLaterError),
    ],
)
async def test_no_usable_answer_never_becomes_an_empty_account(broker, venue, kind, error):
    venue.deposit("BTC", "1")
    fault(venue, kind, "accounts")
    with pytest.raises(error):
        await broker.fetch_report()


async def test_our_client_id_really_reaches_the_venue(broker, venue, sell):
    venue.deposit("BTC", "1")
    request, order_id = await sell()
    assert venue.ledger.orders[order_id].draft.client_id == request.client_order_id


async def test_a_sale_is_read_back_with_its_fills(broker, venue, sell):
    venue.deposit("BTC", "1")
    request, order_id = await sell(quantity="0.1")
    order = await broker.fetch_order(order_id, "BTC/USD")
    assert (order.status, order.filled_quantity, order.fee_asset) == (OrderStatus.FILLED, D("0.1"), "USD")
    assert (order.side, order.client_order_id) == (Side.SELL, request.client_order_id)
    assert sum(fill.quantity for fill in order.fills) == D("0.1")
    assert sum(fill.fee for fill in order.fills) == order.fee


async def test_an_app_purchase_in_dollars_is_read_in_coins(broker, venue):
    venue.deposit("USD", "1000")
    placed = venue.place("BTC/USD", "buy", spend="100")
    (fill,) = (await broker.fetch_fills()).fills
    assert fill.quantity == placed.filled
    order = await broker.fetch_order(VenueOrderId(placed.id), "BTC/USD")
    assert order.quantity == order.filled_quantity == placed.filled


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (FaultKind.DROP_BEFORE, {}),
        (FaultKind.HTTP_ERROR_BEFORE, {"status": 500, "body": '{"error":"INTERNAL"}'}),
        (FaultKind.HTML_200, {}),
        (FaultKind.HTML_200, {"body": '{"success": false}'}),
        (FaultKind.HTML_200, {"body": '{"success": true, "success_response": {"order_id": null}}'}),
        (FaultKind.HTML_200, {"body": '{"success": true}'}),
        (FaultKind.ERROR, {}),
    ],
)
async def test_an_answer_that_proves_nothing_is_unknown_and_then_not_found(broker, venue, kind, more):
    venue.deposit("BTC", "1")
    fault(venue, kind, "orders", **more)
    request = a_request()
    with pytest.raises(UnknownOutcomeError):
        await broker.submit_order(request, priority=Priority.EXIT)
    assert await broker.find_order(request.client_order_id, "BTC/USD", since=SINCE) is None


async def test_an_order_resent_under_the_same_id_is_the_same_order(broker, venue):
    venue.deposit("BTC", "1")
    request = a_request()
    ids = [await broker.submit_order(request, priority=Priority.EXIT) for _ in range(2)]
    assert ids[0] == ids[1]
    assert venue.ledger.total("BTC") == D("0.9")


@pytest.mark.fault("V11")
async def test_an_id_the_venue_refuses_to_take_twice_is_a_duplicate(broker, venue):
    venue.deposit("BTC", "1")
    venue.server.switches.duplicates = Duplicates.ERROR
    request = a_request()
    await broker.submit_order(request, priority=Priority.EXIT)
    with pytest.raises(RefusedError) as refusal:
        await broker.submit_order(request, priority=Priority.EXIT)
    assert refusal.value.reason is RefusalReason.DUPLICATE_CLIENT_ORDER_ID


async def test_our_id_finds_an_open_order(broker, venue):
    venue.deposit("BTC", "1")
    order_id = venue.place("BTC/USD", "sell", "0.1", limit="60000", client_id="ours").id
    found = await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE)
    assert (found.venue_order_id, found.status, found.price) == (order_id, OrderStatus.OPEN, D(60_000))


@pytest.mark.parametrize("status", ["OPEN", "PENDING", "QUEUED", "CANCEL_QUEUED", "EDIT_QUEUED"])
async def test_an_order_that_is_not_over_is_open_whatever_its_status_is_called(broker, venue, status):
    venue.deposit("BTC", "1")
    order_id = venue.place("BTC/USD", "sell", "0.1", limit="60000", client_id="ours").id
    venue.account.shown_as[order_id] = status
    venue.place("BTC/USD", "sell", "0.1")
    assert [order.venue_order_id for order in (await broker.fetch_open_orders()).orders] == [order_id]
    found = await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE)
    assert (found.venue_order_id, found.status) == (order_id, OrderStatus.OPEN)


async def test_an_order_that_opens_while_it_is_requested_does_not_slip_through(broker, venue):
    venue.deposit("BTC", "1")
    order_id = venue.place("BTC/USD", "sell", "0.1", limit="60000").id
    venue.account.shown_as[order_id] = "PENDING"
    fault(venue, FaultKind.DELAY_AFTER, "orders/historical/batch", delay_s=0.05)
    asking = asyncio.create_task(broker.fetch_open_orders())
    await venue.server.tape.wait_for("orders/historical/batch")
    del venue.account.shown_as[order_id]
    assert [order.venue_order_id for order in (await asking).orders] == [order_id]


async def test_an_order_that_ended_while_it_was_requested_is_not_open(broker, venue):
    row = (
        '{"order_id":"o","product_id":"BTC-USD","side":"SELL","status":"FILLED","filled_size":"1",'
        '"filled_value":"1","total_fees":"0"}'
    )
    body = f'{{"orders":[{row}],"has_next":false,"cursor":""}}'
    fault(venue, FaultKind.HTML_200, "orders/historical/batch", body=body, times=2)
    ended = ("o BTC-USD: it is listed as open and reported as filled",)
    assert await broker.fetch_open_orders() == OpenOrders(over=ended)


async def test_our_id_finds_an_order_that_only_its_fills_show_yet(broker, venue, sell):
    venue.deposit("BTC", "1")
    request, order_id = await sell()
    body = '{"orders":[],"has_next":false,"cursor":""}'
    fault(venue, FaultKind.HTML_200, "orders/historical/batch", body=body, times=3)
    found = await broker.find_order(request.client_order_id, "BTC/USD", since=SINCE)
    assert found.venue_order_id == order_id


async def test_an_order_the_venue_does_not_know_hides_none_of_ours_and_proves_nothing(broker, venue, sell):
    venue.deposit("BTC", "1")
    stranger = venue.place("BTC/USD", "sell", "0.1").id
    request, order_id = await sell()
    body = '{"orders":[],"has_next":false,"cursor":""}'
    fault(venue, FaultKind.HTML_200, "orders/historical/batch", body=body, times=6)
    unknown = {
        "status": 404,
        "body": '{"error":"NOT_FOUND","message":"order with this orderID was not found"}',
    }
    endpoint = "orders/historical/{order_id}"
    fault(venue, FaultKind.HTTP_ERROR_BEFORE, endpoint, path_end=stranger, times=None, **unknown)

    found = await broker.find_order(request.client_order_id, "BTC/USD", since=SINCE)

    assert found.venue_order_id == order_id
    with pytest.raises(RefusedError) as refusal:
        await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE)
    assert refusal.value.reason is RefusalReason.UNKNOWN_ORDER


#: What keeps one of the lists from being read, for good.
REFUSED = {
    "an error page": (FaultKind.HTTP_ERROR_BEFORE, {}),
    "rate limit": (FaultKind.RATE_LIMIT, {}),
    "no permission": (FaultKind.HTTP_ERROR_BEFORE, {"status": 403, "body": '{"error":"PERMISSION_DENIED"}'}),
    "an odd row": (FaultKind.HTML_200, {"body": '{"orders":["garbage"],"has_next":false,"cursor":""}'}),
}


@pytest.mark.fault("V135")
@pytest.mark.parametrize(("kind", "more"), REFUSED.values(), ids=REFUSED)
async def test_our_id_finds_an_order_by_its_fills_while_the_lists_of_orders_are_refused(
    broker, venue, sell, kind, more
):
    venue.deposit("BTC", "1")
    request, order_id = await sell()
    fault(venue, kind, "orders/historical/batch", times=None, **more)

    found = await broker.find_order(request.client_order_id, "BTC/USD", since=SINCE)

    assert found.venue_order_id == order_id
    with pytest.raises(BrokerError):
        await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE)


@pytest.mark.fault("V135")
async def test_our_id_finds_an_order_in_a_later_list_while_an_earlier_one_is_refused(broker, venue, sell):
    venue.deposit("BTC", "1")
    request, order_id = await sell()
    fault(venue, FaultKind.HTTP_ERROR_BEFORE, "orders/historical/batch")

    found = await broker.find_order(request.client_order_id, "BTC/USD", since=SINCE)

    assert found.venue_order_id == order_id
    fault(venue, FaultKind.HTTP_ERROR_BEFORE, "orders/historical/batch")
    with pytest.raises(TryLaterError):
        await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE)


def orders_page(*rows):
    return json.dumps({"orders": rows, "has_next": False, "cursor": ""})


def fills_page(*rows, cursor=""):
    return json.dumps({"fills": rows, "cursor": cursor})


def own_fills(venue):
    return [fill_row(venue.account, fill) for fill in venue.ledger.fills]


#: In the place of an order or a fill: nothing tells whether it is ours.
@pytest.mark.parametrize("row", ["garbage", {}, {"client_order_id": None, "product_id": "BTC-USD"}])
@pytest.mark.parametrize("page", [1, 2, 3])
async def test_a_listed_order_that_cannot_be_told_from_ours_is_no_proof_of_absence(broker, venue, row, page):
    for number in (1, 2, 3):
        body = orders_page(*([row] if number == page else []))
        fault(venue, FaultKind.HTML_200, "orders/historical/batch", body=body)
    with pytest.raises(MisconfiguredError):
        await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE)


@pytest.mark.parametrize("named", ["x", ""])
async def test_an_odd_row_of_an_order_that_is_not_ours_hides_nothing(broker, venue, named):
    row = {
        "order_id": "odd-1",
        "client_order_id": named,
        "product_id": "BIT-28NOV26-CDE",
        "product_type": "FUTURE",
        "side": "UNKNOWN_ORDER_SIDE",
        "status": "CANCELLED",
        "filled_size": "",
    }
    sent = Sent(side=Side.SELL, quantity=D("0.1"), at=datetime.now(UTC))
    fault(venue, FaultKind.HTML_200, "orders/historical/batch", body=orders_page(row), times=3)
    by_id = json.dumps({"order": row})
    fault(venue, FaultKind.HTML_200, "orders/historical/{order_id}", body=by_id, times=None)
    assert await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE, sent=sent) is None


SENT = Sent(side=Side.SELL, quantity=D("0.1"), at=datetime(2026, 3, 4, 12, 0, tzinfo=UTC))
NAMELESS = {
    "product_id": "BTC-USD",
    "side": "SELL",
    "created_time": "2026-03-04T12:00:01Z",
    "order_configuration": {"market_market_ioc": {"base_size": "0.1"}},
}
NAMELESS_FILL = {
    "product_id": "BTC-USD",
    "side": "SELL",
    "size": "0.04",
    "trade_time": "2026-03-04T12:00:01Z",
}
CERTAINLY_OTHERS = (
    {"product_id": "ETH-USD"},
    {"product_id": "BTC-PERP-INTX", "product_type": "FUTURE"},
    {"side": "BUY"},
    {"created_time": "2026-03-04T11:00:00Z", "trade_time": "2026-03-04T11:00:00Z"},
    {"order_configuration": {"market_market_ioc": {"base_size": "0.2"}}, "size": "0.2"},
)
MAYBE_OURS = (
    {},
    {"product_id": None},
    {"side": 7},
    {"created_time": "", "trade_time": ""},
    {"order_configuration": None, "size": None},
    {"product_id": "BTC-USDC"},
)


def lists_unnamed(venue, kind, change):
    """Let every list show a row without any id."""
    rows = [{**NAMELESS, **change}] if kind == "order" else []
    fills = [{**NAMELESS_FILL, **change}] if kind == "fill" else []
    fault(venue, FaultKind.HTML_200, "orders/historical/batch", body=orders_page(*rows), times=None)
    fault(venue, FaultKind.HTML_200, "orders/historical/fills", body=fills_page(*fills), times=None)


@pytest.mark.parametrize("kind", ["order", "fill"])
@pytest.mark.parametrize("change", CERTAINLY_OTHERS)
async def test_a_row_without_any_id_that_cannot_be_ours_hides_no_absence(broker, venue, kind, change):
    lists_unnamed(venue, kind, change)
    assert await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE, sent=SENT) is None


@pytest.mark.parametrize("kind", ["order", "fill"])
@pytest.mark.parametrize("change", MAYBE_OURS)
async def test_a_row_without_any_id_that_may_be_ours_is_named(broker, venue, kind, change):
    lists_unnamed(venue, kind, change)
    with pytest.raises(UncertainOrderError) as quantity_check:
        await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE, sent=SENT)
    [name] = quantity_check.value.unnamed
    assert name.startswith("an order without an id" if kind == "order" else "a trade without an order id")
    assert quantity_check.value.order_ids == ()


async def test_a_row_without_any_id_is_named_by_what_it_says(broker, venue):
    lists_unnamed(venue, "order", {})
    with pytest.raises(UncertainOrderError, match="BTC-USD SELL 2026-03-04T12:00:01Z"):
        await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE, sent=SENT)


async def test_a_row_that_is_no_row_at_all_may_be_ours(broker, venue):
    fault(venue, FaultKind.HTML_200, "orders/historical/batch", body=orders_page("garbage"), times=None)
    with pytest.raises(UncertainOrderError) as quantity_check:
        await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE, sent=SENT)
    assert quantity_check.value.unnamed == ("an order without an id",)


@pytest.mark.parametrize("odd", ["client_order_id", "status", "side", "filled_size"])
async def test_our_id_finds_an_order_whose_listed_row_is_odd(broker, venue, sell, odd):
    venue.deposit("BTC", "1")
    request, order_id = await sell()
    row = {"order_id": order_id, "client_order_id": request.client_order_id, odd: 7}
    fault(venue, FaultKind.HTML_200, "orders/historical/batch", body=orders_page(row))
    found = await broker.find_order(request.client_order_id, "BTC/USD", since=SINCE)
    assert found.venue_order_id == order_id


async def test_odd_orders_under_other_ids_do_not_hide_that_ours_is_absent(broker, venue):
    venue.deposit("BTC", "1")
    external = venue.place("BTC/USD", "sell", "0.1").id
    odd = [
        {"client_order_id": "another"},
        {"order_id": external},
        {"order_id": external, "client_order_id": ""},
    ]
    fault(venue, FaultKind.HTML_200, "orders/historical/batch", body=orders_page(*odd), times=3)
    assert await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE) is None


@pytest.mark.fault("V36")
@pytest.mark.parametrize("row", ["garbage", {}, {"order_id": None}, {"order_id": 7}])
async def test_a_fill_that_names_no_order_is_no_proof_of_absence(broker, venue, sell, row):
    venue.deposit("BTC", "1")
    await sell()
    body = fills_page(*own_fills(venue), row)
    fault(venue, FaultKind.HTML_200, "orders/historical/fills", body=body)
    with pytest.raises(MisconfiguredError):
        await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE)


@pytest.mark.parametrize("odd", ["price", "size", "trade_time", "trade_type", "side", "product_id"])
async def test_our_id_finds_an_order_that_only_an_odd_fill_shows_yet(broker, venue, sell, odd):
    venue.deposit("BTC", "1")
    request, order_id = await sell()
    fault(venue, FaultKind.HTML_200, "orders/historical/batch", body=orders_page(), times=3)
    venue.place("BTC/USD", "sell", "0.1")
    external = own_fills(venue)[-1]
    body = fills_page(external, {"order_id": order_id, odd: None})
    fault(venue, FaultKind.HTML_200, "orders/historical/fills", body=body)
    found = await broker.find_order(request.client_order_id, "BTC/USD", since=SINCE)
    assert found.venue_order_id == order_id


async def test_fills_whose_pages_do_not_end_are_no_proof_of_absence(broker, venue, sell):
    venue.deposit("BTC", "1")
    _, order_id = await sell()
    body = fills_page({"order_id": order_id}, cursor="same")
    fault(venue, FaultKind.HTML_200, "orders/historical/fills", body=body, times=300)
    with pytest.raises(MisconfiguredError):
        await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE)


@pytest.mark.parametrize("odd", ["price", "size", "trade_time", "order_id"])
async def test_trades_of_an_order_of_which_one_cannot_be_read_are_unknown(broker, venue, sell, odd):
    venue.deposit("BTC", "1")
    _, order_id = await sell()
    order = await broker.fetch_order(order_id, "BTC/USD")
    fault(venue, FaultKind.WRONG_FIELDS, "orders/historical/fills", fields={odd: None}, times=2)

    with pytest.raises(MisconfiguredError):
        await broker.fetch_order_fills(order)
    alone = await broker.fetch_order(order_id, "BTC/USD")

    assert (alone.filled_quantity, alone.fills, alone.cost) == (order.filled_quantity, (), order.cost)


async def test_orders_are_looked_for_on_every_page(broker, venue):
    venue.deposit("BTC", "10")
    first = venue.place("BTC/USD", "sell", "0.01", client_id="ours")
    for _ in range(105):
        venue.place("BTC/USD", "sell", "0.01", client_id="another")
    found = await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE)
    assert found.venue_order_id == first.id


REFUSALS = [
    ({"quantity": "5"}, RefusalReason.INSUFFICIENT_FUNDS),
    ({"quantity": "0.000000001"}, RefusalReason.INVALID_ORDER),
    ({"quantity": "0.00000001"}, RefusalReason.BELOW_MINIMUM),
    ({"symbol": "NOT/LISTED"}, RefusalReason.UNKNOWN_SYMBOL),
]


@pytest.mark.parametrize(("changes", "reason"), REFUSALS)
async def test_refusals_are_definite_and_name_their_reason(broker, venue, sell, changes, reason):
    venue.deposit("BTC", "1")
    with pytest.raises(RefusedError) as refusal:
        await sell(**changes)
    assert refusal.value.reason is reason
    assert venue.ledger.total("BTC") == 1


@pytest.mark.parametrize("status", ["cancel_only", "limit_only", "post_only", "trading_disabled"])
async def test_a_market_that_takes_no_market_orders_refuses(broker, venue, sell, status):
    venue.deposit("BTC", "1")
    venue.market.set_status("coinbase", "BTC/USD", status)
    with pytest.raises(RefusedError) as refusal:
        await sell()
    assert refusal.value.reason is RefusalReason.MARKET_UNAVAILABLE


async def test_an_open_order_can_be_cancelled_once(broker, venue):
    venue.deposit("BTC", "1")
    order_id = VenueOrderId(venue.place("BTC/USD", "sell", "0.4", limit="60000").id)
    (order,) = (await broker.fetch_open_orders()).orders
    assert (order.venue_order_id, order.remaining_quantity) == (order_id, D("0.4"))
    await broker.cancel_order(order_id, "BTC/USD", priority=Priority.EXIT)
    assert await broker.fetch_open_orders() == OpenOrders()
    with pytest.raises(RefusedError) as refusal:
        await broker.cancel_order(order_id, "BTC/USD", priority=Priority.EXIT)
    assert refusal.value.reason is RefusalReason.UNKNOWN_ORDER


@pytest.mark.parametrize("body", ['{"results": []}', "{}", '{"results": [{}]}'])
async def test_a_cancel_without_a_result_is_unknown(broker, venue, body):
    fault(venue, FaultKind.HTML_200, "orders/batch_cancel", body=body)
    with pytest.raises(UnknownOutcomeError):
        await broker.cancel_order(VenueOrderId("x"), "BTC/USD", priority=Priority.EXIT)


async def test_the_accounts_own_fee_is_a_fraction_and_one_for_all_it_lists(broker, venue):
    fee = FeeQuote(taker=D("0.012"), live=True)
    assert await broker.fetch_fees(["BTC/USD", "ETH/USD", "NOPE/USD"]) == {"BTC/USD": fee, "ETH/USD": fee}


async def test_what_the_key_may_do(broker, venue):
    venue.account.can_transfer = True
    assert await broker.fetch_permissions() == KeyPermissions(
        can_read=True, can_trade=True, can_withdraw=True
    )


async def test_a_key_that_may_not_trade_is_the_owners_to_mend(broker, venue, sell):
    venue.deposit("BTC", "1")
    venue.account.can_trade = False
    with pytest.raises(KeyRejectedError):
        await sell()


async def test_a_sale_does_not_wait_behind_slow_reads(broker, venue, market_data, sell):
    venue.deposit("BTC", "1")
    await market_data.catalog()
    fault(venue, FaultKind.DELAY_BEFORE, "accounts", delay_s=60, times=None)
    reads = [asyncio.create_task(broker.fetch_report()) for _ in range(8)]
    await venue.server.tape.wait_for("accounts", 4)
    await sell()
    assert not any(read.done() for read in reads)
    assert len(venue.sent("accounts")) == 4
    for read in reads:
        read.cancel()
    await asyncio.gather(*reads, return_exceptions=True)
