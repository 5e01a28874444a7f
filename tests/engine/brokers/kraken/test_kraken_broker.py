import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.brokers.base import FeeQuote, KeyPermissions, Priority
from engine.model.errors import (
    KeyRejectedError,
    LockedOutError,
    MisconfiguredError,
    RefusalReason,
    RefusedError,
    TryLaterError,
    UnknownOutcomeError,
)
from engine.model.holdings import AccountFigure, Direction, Holding
from engine.model.orders import ClientOrderId, OpenOrders, OrderStatus, Sent, Side, VenueOrderId
from sandbox.faults import Fault, FaultKind
from tests.engine.brokers.kraken.conftest import a_request

D = Decimal
SINCE = datetime.now(UTC) - timedelta(minutes=5)


def fault(venue, kind, endpoint, **more):
    venue.server.faults.add(Fault(kind=kind, endpoint=endpoint, **more))


async def test_the_report_has_free_held_and_locked_parts_of_every_asset(broker, venue):
    venue.deposit("USD", "1000")
    venue.deposit("BTC", "1.5")
    venue.deposit("BTC.M", "2")
    venue.deposit("USDT.F", "30")
    venue.place("BTC/USD", "sell", "0.5", limit="60000")
    report = await broker.fetch_report()
    assert report.holdings == (
        Holding(asset="BTC", free=D(1), held=D("0.5"), locked=D(2)),
        Holding(asset="USD", free=D(1000)),
        Holding(asset="USDT", free=D(30)),
    )
    assert (report.margin_positions, report.spendable_usd, report.unrealized_usd) == ((), None, 0)


async def test_an_exit_does_not_ask_again_about_an_account_that_borrowed_nothing_just_before(broker, venue):
    venue.deposit("USD", "10000")
    await broker.fetch_report()
    for _ in range(3):
        await broker.fetch_report(priority=Priority.EXIT)
    assert len(venue.sent("OpenPositions")) == 1
    assert venue.sent("TradeBalance") == []


async def test_a_position_borrowed_for_after_a_reading_is_in_the_next_one(broker, venue):
    venue.deposit("USD", "10000")
    before = await broker.fetch_report()
    venue.place("BTC/USD", "buy", "0.1", leverage=5)
    after = await broker.fetch_report()
    assert (len(before.margin_positions), len(after.margin_positions)) == (0, 1)


async def test_the_trade_balance_is_asked_when_margin_is_used(broker, venue):
    venue.deposit("USD", "10000")
    venue.place("BTC/USD", "buy", "0.1", leverage=5)
    venue.market.set_price("BTC", D(49_000))
    report = await broker.fetch_report()
    (position,) = report.margin_positions
    assert (position.symbol, position.direction, position.quantity, position.leverage) == (
        "BTC/USD",
        Direction.LONG,
        D("0.1"),
        5,
    )
    assert report.unrealized_usd < -90
    assert 0 < report.spendable_usd < 10_000 - position.cost / 5


@pytest.mark.fault("V92")
@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": FaultKind.HTML_200},
        {"kind": FaultKind.HTTP_ERROR_BEFORE},
        {"kind": FaultKind.TRUNCATE},
        {"kind": FaultKind.DROP_BEFORE},
        {"kind": FaultKind.ERROR, "message": "EGeneral:Permission denied"},
        {"kind": FaultKind.WRONG_FIELDS, "fields": {"n": None}},
        {"kind": FaultKind.WRONG_FIELDS, "fields": {"mf": "NaN"}},
    ],
    ids=lambda wrong: "-".join(str(value) for value in wrong.values()),
)
async def test_what_is_held_stays_known_when_the_trade_balance_does_not_come(broker, venue, wrong):
    venue.deposit("USD", "10000")
    venue.deposit("ETH", "2")
    venue.place("BTC/USD", "buy", "0.1", leverage=5)
    fault(venue, endpoint="TradeBalance", **wrong)

    report, later = await broker.fetch_report(), await broker.fetch_report()

    assert (report.holding("ETH").free, len(report.margin_positions)) == (2, 1)
    assert (report.unknown, report.spendable_usd) == (
        {AccountFigure.UNREALIZED, AccountFigure.SPENDABLE},
        None,
    )
    assert (later.unknown, later.spendable_usd is None) == (frozenset(), False)


async def test_what_is_held_stays_known_when_the_trade_balance_is_refused_for_its_rate(broker, venue):
    venue.deposit("USD", "10000")
    venue.deposit("ETH", "2")
    venue.place("BTC/USD", "buy", "0.1", leverage=5)
    fault(venue, FaultKind.RATE_LIMIT, "TradeBalance")

    report = await broker.fetch_report()

    assert (report.holding("ETH").free, len(report.margin_positions)) == (2, 1)
    assert report.unknown == {AccountFigure.UNREALIZED, AccountFigure.SPENDABLE}


async def test_an_unpopulated_account_is_empty(broker):
    assert (await broker.fetch_report()).holdings == ()


@pytest.mark.fault("V16")
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.HTML_200, MisconfiguredError),
        (FaultKind.HTTP_ERROR_BEFORE, TryLaterError),
        (FaultKind.TRUNCATE, TryLaterError),
        (FaultKind.DROP_BEFORE, TryLaterError),
        (FaultKind.RATE_LIMIT, TryLaterError),
    ],
)
@pytest.mark.parametrize("endpoint", ["BalanceEx", "OpenPositions"])
async def test_no_usable_answer_never_becomes_an_empty_account(broker, venue, kind, error, endpoint):
    venue.deposit("BTC", "1")
    fault(venue, kind, endpoint)
    with pytest.raises(error):
        await broker.fetch_report()


async def test_an_empty_body_never_becomes_an_empty_account(broker, venue):
    fault(venue, FaultKind.HTML_200, "BalanceEx", body="")
    with pytest.raises(MisconfiguredError):
        await broker.fetch_report()


async def test_a_sale_carries_our_id_and_deadline_and_is_found_with_its_totals(broker, venue, sell):
    venue.deposit("BTC", "1")
    before = datetime.now(UTC)
    request, order_id = await sell(quantity="0.1")
    after = datetime.now(UTC)
    (params,) = venue.sent("AddOrder")
    assert (params["pair"], params["type"], params["ordertype"], params["volume"]) == (
        "XXBTZUSD",
        "sell",
        "market",
        "0.1",
    )
    assert params["cl_ord_id"] == request.client_order_id
    counts_from = datetime.fromisoformat(params["deadline"]) - request.expires_after
    assert before - timedelta(seconds=1.5) < counts_from <= after
    order = await broker.fetch_order(order_id, "BTC/USD")
    assert (order.status, order.filled_quantity, order.fee_asset) == (OrderStatus.FILLED, D("0.1"), "USD")
    assert order.client_order_id == request.client_order_id
    (fill,) = [fill for fill in (await broker.fetch_fills()).fills if fill.venue_order_id == order_id]
    assert (fill.quantity * fill.price, fill.fee) == (order.cost, order.fee)
    assert order.closed_at == fill.at


async def test_an_order_is_read_for_one_point_so_that_an_exit_can_afford_it(broker, venue, sell):
    venue.deposit("BTC", "1")
    _, order_id = await sell(quantity="0.1")
    await broker.fetch_order(order_id, "BTC/USD")
    assert len(venue.sent("QueryOrders")) == 1
    assert venue.sent("TradesHistory") == []


async def test_a_margin_position_is_closed_reduce_only_with_its_leverage(broker, venue, sell):
    venue.deposit("USD", "10000")
    venue.place("BTC/USD", "buy", "0.1", leverage=5)
    await sell(quantity="0.1", reduce_only=True, leverage=5)
    (params,) = venue.sent("AddOrder")
    assert (params["reduce_only"], params["leverage"]) == ("true", "5")
    assert (await broker.fetch_report()).margin_positions == ()
    assert {fill.margin for fill in (await broker.fetch_fills()).fills} == {True}


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (FaultKind.DROP_BEFORE, {}),
        (FaultKind.HTTP_ERROR_BEFORE, {}),
        (FaultKind.HTML_200, {}),
        (FaultKind.ERROR, {"message": "EService:Timeout"}),
        (FaultKind.ERROR, {"message": "EGeneral:Internal error"}),
    ],
)
async def test_an_order_that_never_arrived_is_unknown_and_then_not_found(broker, venue, kind, more):
    venue.deposit("BTC", "1")
    fault(venue, kind, "AddOrder", **more)
    request = a_request()
    with pytest.raises(UnknownOutcomeError):
        await broker.submit_order(request, priority=Priority.EXIT)
    assert await broker.find_order(request.client_order_id, "BTC/USD", since=SINCE) is None


async def test_an_answer_without_an_id_is_no_order(broker, venue, sell):
    venue.deposit("BTC", "1")
    fault(venue, FaultKind.HTML_200, "AddOrder", body='{"error":[],"result":{"txid":[]}}')
    with pytest.raises(UnknownOutcomeError):
        await sell()


GARBLED = [
    '{"error":[],"result":{"txid":[]}}',
    '{"error":[],"result":{"txid":["A","B"]}}',
    '{"error":[],"result":{"descr":{}}}',
    '{"error":[],"result":[]}',
]


@pytest.mark.parametrize("body", GARBLED)
async def test_after_a_garbled_answer_the_next_order_is_checked_first(broker, venue, sell, body):
    venue.deposit("BTC", "1")
    fault(venue, FaultKind.WRONG_BODY, "AddOrder", body=body)
    with pytest.raises(UnknownOutcomeError):
        await sell()

    await sell()

    assert ["validate" in params for params in venue.sent("AddOrder")] == [False, True, False]


async def test_a_garbled_answer_does_not_make_up_for_an_order_that_was_lost(broker, venue, sell):
    venue.deposit("BTC", "1")
    fault(venue, FaultKind.DROP_BEFORE, "AddOrder")
    fault(venue, FaultKind.WRONG_BODY, "AddOrder", body=GARBLED[0], spares_checks=True)
    for _ in range(2):
        with pytest.raises(UnknownOutcomeError):
            await sell()

    await sell()

    assert ["validate" in params for params in venue.sent("AddOrder")] == [False, True, False, True, False]


@pytest.mark.fault("V1")
async def test_a_slow_answer_to_an_order_is_unknown(connect, venue):
    venue.deposit("BTC", "1")
    broker = connect(timeout_s=0.3)
    fault(venue, FaultKind.DELAY_AFTER, "AddOrder", delay_s=0.6)
    with pytest.raises(UnknownOutcomeError):
        await broker.submit_order(a_request(), priority=Priority.EXIT)


async def test_our_id_finds_an_open_order(broker, venue):
    venue.deposit("BTC", "1")
    order_id = venue.place("BTC/USD", "sell", "0.1", limit="60000", client_id="our-own-id").id
    found = await broker.find_order(ClientOrderId("our-own-id"), "BTC/USD", since=SINCE)
    assert (found.venue_order_id, found.status) == (order_id, OrderStatus.OPEN)


async def test_our_id_finds_an_order_that_only_its_trades_show_yet(broker, venue, sell):
    venue.deposit("BTC", "1")
    request, order_id = await sell()
    body = '{"error":[],"result":{"open":{},"closed":{},"count":0}}'
    for endpoint in ("OpenOrders", "ClosedOrders"):
        fault(venue, FaultKind.HTML_200, endpoint, body=body)
    found = await broker.find_order(request.client_order_id, "BTC/USD", since=SINCE)
    assert found.venue_order_id == order_id


@pytest.mark.parametrize(
    ("fields", "is_found"),
    [
        ({"cl_ord_id": None}, True),
        ({"cl_ord_id": None, "vol": "0.04"}, True),
        ({"cl_ord_id": None, "userref": 77}, False),
        ({"cl_ord_id": "another"}, False),
    ],
    ids=["no id", "another quantity", "of another program", "another id"],
)
async def test_the_only_answer_to_our_id_is_ours_though_it_does_not_name_it(
    broker, venue, sell, fields, is_found
):
    venue.deposit("BTC", "1")
    request, order_id = await sell()
    sent = Sent(side=request.side, quantity=request.quantity, at=datetime.now(UTC))
    for endpoint in ("OpenOrders", "ClosedOrders", "QueryOrders"):
        fault(venue, FaultKind.WRONG_FIELDS, endpoint, fields=fields, times=None)

    found = await broker.find_order(request.client_order_id, "BTC/USD", since=SINCE, sent=sent)

    assert (found and found.venue_order_id) == (order_id if is_found else None)


async def test_an_order_of_ours_that_is_another_one_is_not_the_one_looked_for(broker, venue, sell):
    venue.deposit("BTC", "1")
    request, order_id = await sell()
    at = datetime.now(UTC)
    sent = Sent(side=request.side, quantity=request.quantity, at=at, others=frozenset({order_id}))
    for endpoint in ("OpenOrders", "ClosedOrders", "QueryOrders"):
        fault(venue, FaultKind.WRONG_FIELDS, endpoint, fields={"cl_ord_id": None}, times=None)

    assert await broker.find_order(ClientOrderId("next"), "BTC/USD", since=SINCE, sent=sent) is None


LISTS = ("OpenOrders", "ClosedOrders", "TradesHistory")


@pytest.mark.fault("V135")
@pytest.mark.parametrize("refused", LISTS)
async def test_an_order_is_found_by_another_list_than_the_one_that_cannot_be_read(
    broker, venue, sell, refused
):
    venue.deposit("BTC", "1")
    request, order_id = await sell()
    fault(venue, FaultKind.ERROR, refused, message="EGeneral:Permission denied", times=None)

    found = await broker.find_order(request.client_order_id, "BTC/USD", since=SINCE)

    assert found.venue_order_id == order_id


@pytest.mark.fault("V135")
@pytest.mark.parametrize("refused", LISTS)
async def test_a_list_that_cannot_be_read_leaves_an_absence_unproven_and_says_what_the_key_lacks(
    broker, venue, refused
):
    fault(venue, FaultKind.ERROR, refused, message="EGeneral:Permission denied", times=None)

    with pytest.raises(KeyRejectedError, match=r'the key lacks the permission "Query (open|closed) orders'):
        await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE)


async def test_a_locked_key_is_asked_for_no_further_list(broker, venue):
    fault(venue, FaultKind.ERROR, "OpenOrders", message="EGeneral:Temporary lockout")

    with pytest.raises(LockedOutError):
        await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE)
    assert not venue.sent("ClosedOrders")


def orders_answer(table, rows):
    return json.dumps({"error": [], "result": {table: rows, "count": len(rows)}})


@pytest.mark.parametrize(("endpoint", "table"), [("OpenOrders", "open"), ("ClosedOrders", "closed")])
@pytest.mark.parametrize("row", ["garbage", None, {"cl_ord_id": 7}])
async def test_a_listed_order_that_cannot_be_told_from_ours_is_no_proof_of_absence(
    broker, venue, endpoint, table, row
):
    fault(venue, FaultKind.HTML_200, endpoint, body=orders_answer(table, {"ODD-ORDER": row}))
    with pytest.raises(MisconfiguredError):
        await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE)


async def test_a_traded_order_the_venue_does_not_show_is_no_proof_of_absence(broker, venue, sell):
    venue.deposit("BTC", "1")
    await sell()
    fault(venue, FaultKind.HTML_200, "QueryOrders", body='{"error":[],"result":{}}')
    with pytest.raises(MisconfiguredError):
        await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE)


async def test_a_traded_order_the_venue_does_not_know_hides_none_of_ours(broker, venue, sell):
    venue.deposit("BTC", "1")
    request, order_id = await sell()
    venue.place("BTC/USD", "sell", "0.1")
    body = '{"error":[],"result":{"open":{},"closed":{},"count":0}}'
    for endpoint in ("OpenOrders", "ClosedOrders"):
        fault(venue, FaultKind.HTML_200, endpoint, body=body)
    # Both are asked for at once; alone, ours is known.
    fault(venue, FaultKind.ERROR, "QueryOrders", message="EOrder:Unknown order")

    found = await broker.find_order(request.client_order_id, "BTC/USD", since=SINCE)

    assert found.venue_order_id == order_id


async def test_a_traded_order_the_venue_does_not_know_is_no_proof_of_absence(broker, venue, sell):
    venue.deposit("BTC", "1")
    await sell()
    fault(venue, FaultKind.ERROR, "QueryOrders", message="EOrder:Unknown order", times=None)

    with pytest.raises(RefusedError) as refusal:
        await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE)
    assert refusal.value.reason is RefusalReason.UNKNOWN_ORDER


async def test_a_page_of_trades_that_is_empty_too_early_is_no_proof_of_absence(broker, venue):
    body = '{"error":[],"result":{"trades":{},"count":3}}'
    fault(venue, FaultKind.HTML_200, "TradesHistory", body=body)
    with pytest.raises(MisconfiguredError):
        await broker.find_order(ClientOrderId("ours"), "BTC/USD", since=SINCE)


REFUSALS = [
    ({"quantity": "5"}, RefusalReason.INSUFFICIENT_FUNDS),
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


async def test_a_late_request_is_dropped_by_the_venue_but_its_words_prove_nothing(broker, venue, sell):
    venue.deposit("BTC", "1")
    with pytest.raises(UnknownOutcomeError):
        await sell(expires_after=timedelta(seconds=-1))
    assert venue.ledger.total("BTC") == 1


@pytest.mark.fault("V6")
async def test_a_market_that_only_cancels_refuses(broker, venue, sell):
    venue.deposit("BTC", "1")
    fault(venue, FaultKind.CANCEL_ONLY, "AddOrder")
    with pytest.raises(RefusedError) as refusal:
        await sell()
    assert refusal.value.reason is RefusalReason.MARKET_UNAVAILABLE


@pytest.mark.fault("V11")
async def test_an_id_that_an_open_order_has_is_a_duplicate(broker, venue, sell):
    venue.deposit("BTC", "1")
    fault(venue, FaultKind.ERROR, "AddOrder", message="EOrder:Duplicate cl_ord_id")
    with pytest.raises(RefusedError) as refusal:
        await sell()
    assert refusal.value.reason is RefusalReason.DUPLICATE_CLIENT_ORDER_ID


async def test_open_orders_with_their_holds_can_be_cancelled_once(broker, venue):
    venue.deposit("BTC", "1")
    order_id = VenueOrderId(venue.place("BTC/USD", "sell", "0.4", limit="60000").id)
    (order,) = (await broker.fetch_open_orders()).orders
    assert (order.venue_order_id, order.status, order.price) == (order_id, OrderStatus.OPEN, D(60_000))
    assert (order.side, order.remaining_quantity) == (Side.SELL, D("0.4"))
    await broker.cancel_order(order_id, "BTC/USD", priority=Priority.EXIT)
    assert await broker.fetch_open_orders() == OpenOrders()
    assert (await broker.fetch_order(order_id, "BTC/USD")).status is OrderStatus.CANCELED
    with pytest.raises(RefusedError) as refusal:
        await broker.cancel_order(order_id, "BTC/USD", priority=Priority.EXIT)
    assert refusal.value.reason is RefusalReason.UNKNOWN_ORDER


async def test_a_cancel_whose_answer_was_lost_is_unknown(broker, venue):
    venue.deposit("BTC", "1")
    order_id = VenueOrderId(venue.place("BTC/USD", "sell", "0.4", limit="60000").id)
    fault(venue, FaultKind.DROP_AFTER, "CancelOrder")
    with pytest.raises(UnknownOutcomeError):
        await broker.cancel_order(order_id, "BTC/USD", priority=Priority.EXIT)


async def test_an_empty_history_is_one_empty_page(broker):
    page = await broker.fetch_fills()
    assert (page.fills, page.next_cursor) == ((), None)


async def test_the_accounts_own_fees_are_fractions_and_come_in_one_call(broker, venue):
    fee = FeeQuote(taker=D("0.004"), live=True)
    assert await broker.fetch_fees(["ETH/USD", "BTC/USD", "NOPE/USD"]) == {"BTC/USD": fee, "ETH/USD": fee}
    assert len(venue.server.tape.calls("TradeVolume")) == 1


async def test_a_pair_whose_fee_is_refused_keeps_no_other_from_being_reported(broker, venue):
    message = "EQuery:Unknown asset pair"
    fault(venue, FaultKind.ERROR, "TradeVolume", message=message, times=2)
    assert set(await broker.fetch_fees(["BTC/USD", "ETH/USD", "SOL/USD"])) == {"ETH/USD", "SOL/USD"}


async def test_no_fee_is_requested_for_what_is_not_listed(broker, venue):
    assert await broker.fetch_fees(["NOPE/USD"]) == {}
    assert venue.server.tape.calls("TradeVolume") == []


async def test_what_the_key_may_do(broker, venue):
    assert await broker.fetch_permissions() == KeyPermissions(
        can_read=True, can_trade=True, can_withdraw=False
    )


async def test_a_wrong_key_is_the_owners_to_mend(broker, venue):
    del venue.server.accounts["kraken-key"]
    with pytest.raises(KeyRejectedError):
        await broker.fetch_report()


async def test_a_missing_permission_is_the_owners_to_mend(broker, venue):
    venue.account.permissions = frozenset({"query-funds"})
    with pytest.raises(KeyRejectedError):
        await broker.fetch_open_orders()


async def test_a_locked_key_is_not_used_again(broker, venue):
    fault(venue, FaultKind.ERROR, "BalanceEx", message="EGeneral:Temporary lockout")
    for _ in range(2):
        with pytest.raises(LockedOutError):
            await broker.fetch_report()
    assert len(venue.server.tape.calls(key="kraken-key")) == 1


async def test_fee_credits_are_no_holding(broker, venue):
    venue.deposit("USD", "100")
    venue.deposit("KFEE", "1234.56")

    report = await broker.fetch_report()

    assert [holding.asset for holding in report.holdings] == ["USD"]
    assert [(credit.asset, credit.total) for credit in report.credits] == [("KFEE", Decimal("1234.56"))]


async def test_a_balance_that_cannot_be_read_is_named_and_hides_no_other(broker, venue):
    venue.deposit("USD", "100")
    venue.deposit("BTC", "1")
    venue.account.show_balance("BTC", balance=Decimal("NaN"))

    report = await broker.fetch_report()

    assert [holding.asset for holding in report.holdings] == ["USD"]
    assert report.unreadable == {"BTC"}
    assert not report.covers("BTC")
