from decimal import Decimal

import pytest

from engine.brokers.coinbase.orders import parse_open_orders, parse_order
from engine.brokers.parse import MalformedAnswerError
from engine.model.orders import OrderStatus, ProductFamily

D = Decimal


def order(**changes):
    return {
        "order_id": "o-1",
        "client_order_id": "c-1",
        "product_id": "BTC-USD",
        "side": "SELL",
        "status": "FILLED",
        "order_configuration": {"market_market_ioc": {"base_size": "0.5"}},
        "filled_size": "0.5",
        "filled_value": "20000",
        "total_fees": "120",
        "created_time": "2026-11-22T10:00:00Z",
        **changes,
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("PENDING", OrderStatus.OPEN),
        ("QUEUED", OrderStatus.OPEN),
        ("CANCEL_QUEUED", OrderStatus.OPEN),
        ("EDIT_QUEUED", OrderStatus.OPEN),
        ("UNKNOWN_ORDER_STATUS", OrderStatus.OPEN),
        ("A_NEW_ONE", OrderStatus.OPEN),
        ("CANCELLED", OrderStatus.CANCELED),
        ("EXPIRED", OrderStatus.CANCELED),
        ("FAILED", OrderStatus.CANCELED),
    ],
)
def test_order_states(status, expected):
    assert parse_order(order(status=status)).status is expected


def test_an_order_sized_by_cost_or_without_terms_has_the_quantity_that_was_filled():
    by_cost = order(order_configuration={"market_market_ioc": {"quote_size": "20000"}})
    assert parse_order(by_cost).quantity == D("0.5")
    assert parse_order(order(order_configuration=None)).quantity == D("0.5")


@pytest.mark.parametrize(
    ("changes", "family", "symbol"),
    [
        ({}, ProductFamily.SPOT, "BTC/USD"),
        ({"product_type": "SPOT"}, ProductFamily.SPOT, "BTC/USD"),
        ({"product_id": "BTC-PERP-INTX"}, ProductFamily.PERPETUAL, "BTC-PERP-INTX"),
        (
            {"product_id": "BTC-PERP-INTX", "product_type": "FUTURE"},
            ProductFamily.PERPETUAL,
            "BTC-PERP-INTX",
        ),
        ({"product_id": "SOL-28NOV26-CDE"}, ProductFamily.FUTURE, "SOL-28NOV26-CDE"),
        ({"product_id": "BTC-USD", "product_type": "FUTURE"}, ProductFamily.FUTURE, "BTC-USD"),
        ({"product_type": "UNKNOWN_PRODUCT_TYPE"}, ProductFamily.SPOT, "BTC/USD"),
        ({"product_type": ""}, ProductFamily.SPOT, "BTC/USD"),
        ({"product_type": "spot"}, ProductFamily.SPOT, "BTC/USD"),
        ({"product_type": "future"}, ProductFamily.FUTURE, "BTC-USD"),
        (
            {"product_id": "SOL-28NOV26-CDE", "product_type": "UNKNOWN_PRODUCT_TYPE"},
            ProductFamily.FUTURE,
            "SOL-28NOV26-CDE",
        ),
        ({"product_id": "BTC-USD", "product_type": "PREDICTION"}, ProductFamily.OTHER, "BTC-USD"),
    ],
)
def test_an_order_says_what_kind_of_product_it_trades(changes, family, symbol):
    read = parse_order(order(status="OPEN", filled_size="0", **changes))
    assert (read.family, read.symbol) == (family, symbol)
    assert (read.held_asset == "BTC") is (family is ProductFamily.SPOT)


def test_a_sale_sized_by_its_value_holds_what_the_venue_says_it_holds():
    by_value = {"limit_limit_gtc": {"quote_size": "20000", "limit_price": "50000"}}
    resting = order(
        status="OPEN", order_configuration=by_value, filled_size="0.1", outstanding_hold_amount="0.3"
    )
    read = parse_order(resting)
    assert (read.held_asset, read.held_quantity) == ("BTC", D("0.3"))


def test_an_open_order_in_an_unknown_kind_of_product_is_named_and_hides_none_of_the_others():
    rows = [order(status="OPEN", product_type="PREDICTION"), order(status="OPEN", order_id="o-2")]

    found = parse_open_orders(rows)

    assert [one.venue_order_id for one in found.orders] == ["o-2"]
    assert found.unreadable == ("o-1 BTC-USD: it trades a kind of product that NIJA does not know",)
    assert parse_open_orders([order(product_type="PREDICTION")]).unreadable == ()


@pytest.mark.parametrize("sibling", [None, {}, "", {"base_size": "", "quote_size": ""}], ids=str)
def test_the_terms_of_an_order_are_found_beside_the_empty_ones_of_other_kinds(sibling):
    limit = {"base_size": "0.07", "limit_price": "90000"}
    row = order(
        status="OPEN",
        filled_size="0",
        order_configuration={"market_market_ioc": sibling, "limit_limit_gtc": limit, "twap": sibling},
    )

    (found,) = parse_open_orders([row]).orders

    assert (found.held_quantity, found.price) == (D("0.07"), D(90000))
    assert parse_order(row).held_quantity == D("0.07")


def test_an_order_of_which_all_terms_are_empty_holds_what_the_venue_says_it_holds():
    row = order(
        status="OPEN",
        filled_size="0",
        order_configuration={"market_market_ioc": None},
        outstanding_hold_amount="0.07",
    )

    assert parse_open_orders([row]).orders[0].held_quantity == D("0.07")


@pytest.mark.parametrize("odd", [None, "", "n/a"])
def test_totals_that_are_not_reported_are_unknown_and_no_zero(odd):
    parsed = parse_order(order(filled_value=odd, total_fees=odd))

    assert (parsed.cost, parsed.average_price, parsed.fee) == (None, None, None)


@pytest.mark.parametrize("changes", [{"status": None}, {"filled_size": ""}, {"side": "HOLD"}])
def test_an_order_that_cannot_be_read_raises(changes):
    with pytest.raises(MalformedAnswerError):
        parse_order(order(**changes))
