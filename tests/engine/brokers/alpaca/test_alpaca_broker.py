import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.brokers.base import FeeQuote, Priority
from engine.model.errors import (
    BrokerError,
    KeyRejectedError,
    MisconfiguredError,
    RefusalReason,
    RefusedError,
    TryLaterError,
    UnknownOutcomeError,
)
from engine.model.holdings import AccountFigure
from engine.model.orders import ClientOrderId, OpenOrders, OrderStatus, Side, VenueOrderId
from sandbox.alpaca.refusals import key_forbidden, not_authorized, unauthorized
from sandbox.faults import Fault, FaultKind
from sandbox.pace import Pace
from tests.engine.brokers.alpaca.conftest import a_request

D = Decimal
SINCE = datetime.now(UTC) - timedelta(minutes=5)
ORDERS = "POST /v2/orders"
FILLS = "GET /v2/account/activities/{activity_type}"


def fault(venue, kind, endpoint, **more):
    venue.server.faults.add(Fault(kind=kind, endpoint=endpoint, **more))


async def test_the_report_has_dollars_coins_and_stocks_and_no_leverage(broker, venue):
    venue.account.multiplier = 4
    venue.deposit("USD", "30000")
    venue.place("BTC/USD", "buy", "0.1")
    venue.place("AAPL/USD", "buy", "10")
    venue.place("BTC/USD", "sell", "0.04", limit="60000")
    report = await broker.fetch_report()
    holdings = {holding.asset: holding for holding in report.holdings}
    assert set(holdings) == {"USD", "BTC", "AAPL"}
    assert holdings["USD"].free == report.spendable_usd == venue.ledger.free("USD")
    assert (holdings["BTC"].free, holdings["BTC"].held) == (venue.ledger.free("BTC"), D("0.04"))
    assert holdings["BTC"].symbol == "BTC/USD"
    assert (holdings["AAPL"].total, holdings["AAPL"].symbol) == (10, "AAPL/USD")
    assert holdings["AAPL"].venue_entry > 200
    worth = venue.ledger.total("USD") + venue.ledger.total("BTC") * 50_000 + 10 * 200
    assert report.equity_usd == worth


@pytest.mark.fault("V92")
@pytest.mark.parametrize(
    ("field", "unknown"),
    [("equity", AccountFigure.EQUITY), ("non_marginable_buying_power", AccountFigure.SPENDABLE)],
)
@pytest.mark.parametrize("shown", [None, "", "n/a"])
async def test_what_is_held_stays_known_when_a_figure_of_the_account_cannot_be_read(
    broker, venue, field, unknown, shown
):
    venue.deposit("USD", "30000")
    venue.place("BTC/USD", "buy", "0.1")
    fault(venue, FaultKind.WRONG_FIELDS, "GET /v2/account", fields={field: shown})

    report, later = await broker.fetch_report(), await broker.fetch_report()

    assert report.holding("BTC").total == venue.ledger.total("BTC")
    # The dollars are worked out from both figures.
    assert (report.covers("BTC"), report.covers("USD")) == (True, False)
    assert (report.unknown, later.unknown) == ({unknown}, frozenset())
    assert None in (report.equity_usd, report.spendable_usd)


async def test_dollars_in_an_open_buy_order_are_held(broker, venue):
    venue.deposit("USD", "1000")
    venue.place("BTC/USD", "buy", "0.01", limit="40000")
    (cash,) = (await broker.fetch_report()).holdings
    assert (cash.free, cash.held) == (venue.ledger.free("USD"), venue.ledger.held("USD"))
    assert cash.total == 1000


@pytest.mark.parametrize(
    "shown",
    [
        {"qty": "1"},
        {"qty": "1", "type": "stop", "limit_price": None, "stop_price": "5"},
        {"qty": "1", "limit_price": None},
        {"qty": "1", "symbol": "", "side": "", "order_class": "mleg"},
    ],
    ids=["limit", "stop", "market", "several legs"],
)
async def test_dollars_in_an_open_purchase_of_an_option_are_held(broker, venue, shown):
    venue.deposit("USD", "1000")
    venue.place("AAPL/USD", "buy", "100", limit="5")
    option = {"asset_class": "us_option", "symbol": "AAPL250117C00150000", **shown}
    fault(venue, FaultKind.WRONG_FIELDS, "GET /v2/orders", fields=option)
    (cash,) = (await broker.fetch_report()).holdings
    assert (cash.free, cash.held, cash.locked) == (500, 500, 0)


async def test_dollars_that_have_not_settled_are_held_by_no_order(broker, venue):
    venue.deposit("USD", "100")
    venue.account.unsettled_usd = D(100)
    (cash,) = (await broker.fetch_report()).holdings
    assert (cash.free, cash.held, cash.locked) == (0, 0, 100)
    fault(venue, FaultKind.HTTP_ERROR_BEFORE, "GET /v2/orders")
    (cash,) = (await broker.fetch_report()).holdings
    assert (cash.free, cash.held, cash.locked) == (0, 0, 100)


async def test_a_coin_without_a_quote_keeps_what_the_venue_counts_it_at(broker, venue):
    venue.deposit("USDC", "250")
    report = await broker.fetch_report()
    assert (report.equity_usd, report.holding("USDC").venue_value_usd) == (250, 250)


async def test_a_held_stock_can_be_quoted_after_the_report(broker, venue, market_data):
    venue.deposit("USD", "3000")
    venue.place("AAPL/USD", "buy", "10")
    await broker.fetch_report()
    assert "AAPL/USD" in await market_data.fetch_quotes({"AAPL/USD"})


@pytest.mark.parametrize("endpoint", ["GET /v2/account", "GET /v2/positions"])
@pytest.mark.parametrize(
    ("planned", "error"),
    [
        ({"kind": FaultKind.HTML_200}, MisconfiguredError),
        ({"kind": FaultKind.HTML_200, "body": ""}, MisconfiguredError),
        ({"kind": FaultKind.HTML_200, "body": "{}"}, MisconfiguredError),
        ({"kind": FaultKind.HTML_200, "body": "[{}]"}, MisconfiguredError),
        ({"kind": FaultKind.HTTP_ERROR_BEFORE}, TryLaterError),
        ({"kind": FaultKind.TRUNCATE}, TryLaterError),
        ({"kind": FaultKind.RATE_LIMIT}, TryLaterError),
    ],
)
async def test_no_usable_answer_never_becomes_an_empty_account(broker, venue, endpoint, planned, error):
    venue.deposit("BTC", "1")
    fault(venue, endpoint=endpoint, **planned)
    with pytest.raises(error):
        await broker.fetch_report()


@pytest.mark.fault("V45")
async def test_no_positions_where_the_account_counts_some_are_no_empty_account(broker, venue):
    venue.deposit("BTC", "1")
    fault(venue, FaultKind.HTML_200, "GET /v2/positions", body="[]")

    with pytest.raises(MisconfiguredError):
        await broker.fetch_report()

    assert (await broker.fetch_report()).holding("BTC").total == 1


async def test_a_sale_carries_our_id_and_is_read_back_with_its_fills(broker, venue, sell):
    venue.deposit("BTC", "1")
    request, order_id = await sell(quantity="0.1")
    (params,) = venue.sent(ORDERS)
    assert (params["client_order_id"], params["qty"]) == (request.client_order_id, "0.1")
    assert (params["symbol"], params["type"], params["time_in_force"]) == ("BTC/USD", "market", "gtc")
    order = await broker.fetch_order(order_id, "BTC/USD")
    assert (order.status, order.filled_quantity, order.side) == (OrderStatus.FILLED, D("0.1"), Side.SELL)
    assert order.client_order_id == request.client_order_id
    assert sum(fill.quantity for fill in order.fills) == D("0.1")
    assert order.cost == sum(fill.quantity * fill.price for fill in order.fills)
    assert order.cost == venue.ledger.orders[order_id].cost


async def test_a_sale_the_venue_has_not_begun_is_open_and_unfilled(broker, venue, sell):
    venue.deposit("BTC", "1")
    venue.server.switches.pace = Pace(pending_s=3600)
    _, order_id = await sell()
    order = await broker.fetch_order(order_id, "BTC/USD")
    assert (order.status, order.filled_quantity) == (OrderStatus.OPEN, 0)
    assert [one.venue_order_id for one in (await broker.fetch_open_orders()).orders] == [order_id]


@pytest.mark.parametrize(
    "odd", [{"price": None}, {"qty": "garbage"}, {"order_id": None}, {"transaction_time": ""}]
)
async def test_trades_of_an_order_of_which_one_cannot_be_read_are_unknown(broker, venue, sell, odd):
    venue.deposit("BTC", "1")
    _, order_id = await sell()
    order = await broker.fetch_order(order_id, "BTC/USD")
    fault(venue, FaultKind.WRONG_FIELDS, FILLS, fields=odd, times=2)

    with pytest.raises(MisconfiguredError):
        await broker.fetch_order_fills(order)
    alone = await broker.fetch_order(order_id, "BTC/USD")

    assert (alone.filled_quantity, alone.fills, alone.cost) == (order.filled_quantity, (), order.cost)


async def test_a_walk_over_fills_without_an_end_is_no_answer(broker, venue, sell):
    venue.deposit("BTC", "1")
    _, order_id = await sell()
    order = await broker.fetch_order(order_id, "BTC/USD")
    body = json.dumps([{"id": f"{n}", "order_id": "another"} for n in range(100)])
    fault(venue, FaultKind.HTML_200, FILLS, body=body, times=None)

    with pytest.raises(MisconfiguredError):
        await broker.fetch_order_fills(order)


async def test_a_stock_is_sold_for_today_under_its_ticker(broker, venue, sell):
    venue.deposit("AAPL", "10")
    await broker.fetch_report()
    await sell(symbol="AAPL/USD", quantity="2.5")
    (params,) = venue.sent(ORDERS)
    assert (params["symbol"], params["time_in_force"]) == ("AAPL", "day")


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (FaultKind.DROP_BEFORE, {}),
        (FaultKind.HTTP_ERROR_BEFORE, {}),
        (FaultKind.HTML_200, {}),
        (FaultKind.HTML_200, {"body": "{}"}),
        (FaultKind.HTML_200, {"body": '{"id": null}'}),
        (FaultKind.ERROR, {"message": "50010000 internal server error occurred"}),
    ],
)
async def test_an_answer_that_proves_nothing_is_unknown_and_then_not_found(broker, venue, kind, more):
    venue.deposit("BTC", "1")
    fault(venue, kind, ORDERS, **more)
    request = a_request()
    with pytest.raises(UnknownOutcomeError):
        await broker.submit_order(request, priority=Priority.EXIT)
    assert await broker.find_order(request.client_order_id, "BTC/USD", since=SINCE) is None


async def test_a_look_up_that_fails_is_not_an_absent_order(broker, venue):
    fault(venue, FaultKind.HTTP_ERROR_BEFORE, "GET /v2/orders:by_client_order_id")
    with pytest.raises(TryLaterError):
        await broker.find_order(ClientOrderId("x"), "BTC/USD", since=SINCE)
    fault(venue, FaultKind.ERROR, "GET /v2/orders:by_client_order_id", message="40010000 something else")
    with pytest.raises(RefusedError):
        await broker.find_order(ClientOrderId("x"), "BTC/USD", since=SINCE)


@pytest.mark.fault("V135")
@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (FaultKind.HTTP_ERROR_BEFORE, {}),
        (FaultKind.ERROR, {"message": "40010000 something else"}),
        (FaultKind.HTML_200, {}),
    ],
)
async def test_an_order_is_found_in_the_list_while_its_look_up_is_refused(broker, venue, kind, more):
    venue.deposit("BTC", "1")
    request = a_request()
    order_id = await broker.submit_order(request, priority=Priority.EXIT)
    venue.place("BTC/USD", "sell", "0.1", client_id="another")
    fault(venue, kind, "GET /v2/orders:by_client_order_id", times=None, **more)

    found = await broker.find_order(request.client_order_id, "BTC/USD", since=SINCE)

    assert (found.venue_order_id, found.client_order_id) == (order_id, request.client_order_id)
    with pytest.raises(BrokerError):
        await broker.find_order(ClientOrderId("x"), "BTC/USD", since=SINCE)


async def test_an_id_is_used_once_for_ever(broker, venue):
    venue.deposit("BTC", "1")
    request = a_request()
    await broker.submit_order(request, priority=Priority.EXIT)
    with pytest.raises(RefusedError) as refusal:
        await broker.submit_order(request, priority=Priority.EXIT)
    assert refusal.value.reason is RefusalReason.DUPLICATE_CLIENT_ORDER_ID
    assert venue.ledger.total("BTC") == D("0.9")


REFUSALS = [
    ({"quantity": "5"}, RefusalReason.INSUFFICIENT_FUNDS),
    ({"side": Side.BUY, "quantity": "5"}, RefusalReason.INSUFFICIENT_FUNDS),
    ({"side": Side.BUY, "quantity": "0.0001"}, RefusalReason.BELOW_MINIMUM),
    ({"quantity": "0.00000001"}, RefusalReason.BELOW_MINIMUM),
    ({"quantity": "0.1234567891"}, RefusalReason.INVALID_ORDER),
    ({"symbol": "NOT/LISTED"}, RefusalReason.UNKNOWN_SYMBOL),
]


@pytest.mark.parametrize(("changes", "reason"), REFUSALS)
async def test_refusals_are_definite_and_name_their_reason(broker, venue, sell, changes, reason):
    venue.deposit("BTC", "1")
    venue.deposit("USD", "100")
    with pytest.raises(RefusedError) as refusal:
        await sell(**changes)
    assert refusal.value.reason is reason
    assert venue.ledger.total("BTC") == 1


async def test_an_opposite_order_of_our_own_is_named(broker, venue, sell):
    venue.deposit("BTC", "1")
    venue.deposit("USD", "1000")
    venue.place("BTC/USD", "buy", "0.01", limit="40000")
    with pytest.raises(RefusedError) as refusal:
        await sell()
    assert refusal.value.reason is RefusalReason.OPPOSITE_ORDER


async def test_a_market_that_takes_no_orders_refuses(broker, venue, market_data, sell):
    venue.deposit("BTC", "1")
    await market_data.catalog()
    venue.market.set_status("alpaca", "BTC/USD", "halted")
    with pytest.raises(RefusedError) as refusal:
        await sell()
    assert refusal.value.reason is RefusalReason.MARKET_UNAVAILABLE


async def test_an_open_order_can_be_cancelled(broker, venue):
    venue.deposit("BTC", "1")
    order_id = VenueOrderId(venue.place("BTC/USD", "sell", "0.4", limit="60000").id)
    (order,) = (await broker.fetch_open_orders()).orders
    assert (order.venue_order_id, order.price, order.remaining_quantity) == (order_id, 60_000, D("0.4"))
    await broker.cancel_order(order_id, "BTC/USD", priority=Priority.EXIT)
    assert await broker.fetch_open_orders() == OpenOrders()
    assert (await broker.fetch_order(order_id, "BTC/USD")).status is OrderStatus.CANCELED


async def test_a_cancel_whose_answer_was_lost_is_unknown(broker, venue):
    venue.deposit("BTC", "1")
    order_id = VenueOrderId(venue.place("BTC/USD", "sell", "0.4", limit="60000").id)
    # a DELETE on a kept connection is sent once more by the HTTP client
    fault(venue, FaultKind.DROP_AFTER, "DELETE /v2/orders/{order_id}", times=2)
    with pytest.raises(UnknownOutcomeError):
        await broker.cancel_order(order_id, "BTC/USD", priority=Priority.EXIT)


async def test_all_open_orders_are_read_page_by_page(broker, venue):
    venue.deposit("BTC", "10")
    ids = {venue.place("BTC/USD", "sell", "0.001", limit=str(60_000 + n)).id for n in range(503)}
    orders = (await broker.fetch_open_orders()).orders
    assert {order.venue_order_id for order in orders} == ids


async def test_an_order_behind_a_hundred_later_fills_still_has_its_own(broker, venue):
    venue.deposit("BTC", "10")
    placed = venue.place("BTC/USD", "sell", "0.02")
    for _ in range(105):
        venue.place("BTC/USD", "sell", "0.01")
    order = await broker.fetch_order(VenueOrderId(placed.id), "BTC/USD")
    assert [fill.quantity for fill in order.fills] == [D("0.02")]


async def test_fees_are_the_published_ones(broker, venue):
    venue.deposit("AAPL", "1")
    await broker.fetch_report()
    fees = await broker.fetch_fees(["BTC/USD", "AAPL/USD", "NOPE/USD"])
    assert fees == {
        "BTC/USD": FeeQuote(taker=D("0.0025"), live=False),
        "AAPL/USD": FeeQuote(taker=D(0), live=False),
    }


async def test_what_the_key_may_do(broker, venue):
    allowed = await broker.fetch_permissions()
    assert (allowed.can_read, allowed.can_trade, allowed.can_withdraw) == (True, True, None)
    venue.account.crypto_status = "INACTIVE"
    assert (await broker.fetch_report()).limits == (await broker.fetch_permissions()).limits != ()
    venue.account.trading_blocked = True
    assert (await broker.fetch_permissions()).can_trade is False
    assert "trading_blocked" in (await broker.fetch_report()).block


async def test_a_blocked_account_and_a_wrong_key_are_the_owners_to_mend(broker, venue, market_data, sell):
    venue.deposit("BTC", "1")
    await market_data.catalog()
    venue.account.trading_blocked = True
    with pytest.raises(KeyRejectedError):
        await sell()
    venue.account.secret = "another"
    for wording in (unauthorized, not_authorized, key_forbidden):
        venue.server.switches.unknown_key = wording
        with pytest.raises(KeyRejectedError):
            await broker.fetch_report()


async def test_a_sale_does_not_wait_behind_slow_reads(broker, venue, market_data, sell):
    venue.deposit("BTC", "1")
    await market_data.catalog()
    fault(venue, FaultKind.DELAY_BEFORE, "GET /v2/account", delay_s=60, times=None)
    reads = [asyncio.create_task(broker.fetch_permissions()) for _ in range(8)]
    await venue.server.tape.wait_for("GET /v2/account", 4)
    await sell()
    assert not any(read.done() for read in reads)
    assert len(venue.sent("GET /v2/account")) == 4
    for read in reads:
        read.cancel()
    await asyncio.gather(*reads, return_exceptions=True)
