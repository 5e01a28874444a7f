from decimal import Decimal

import pytest

from engine.brokers.kraken.orders import parse_open_orders, parse_order
from engine.brokers.parse import MalformedAnswerError
from engine.model.orders import OrderStatus, ProductFamily, Side
from tests.engine.brokers.kraken.listings import CATALOG

D = Decimal


def order(**changes):
    return {
        "status": "closed",
        "opentm": "1705260547.472",
        "cl_ord_id": "an-id",
        "descr": {"pair": "XBTUSD", "type": "sell", "ordertype": "market", "price": "0"},
        "vol": "0.5",
        "vol_exec": "0.5",
        "cost": "20000.5",
        "fee": "52.00130",
        "oflags": "fciq",
        **changes,
    }


def test_a_filled_order():
    parsed = parse_order("OID", order(), CATALOG)
    assert (parsed.symbol, parsed.side, parsed.status) == ("BTC/USD", Side.SELL, OrderStatus.FILLED)
    assert (parsed.cost, parsed.fee, parsed.fee_asset) == (D("20000.5"), D("52.0013"), "USD")
    assert (parsed.client_order_id, parsed.price, parsed.average_price) == ("an-id", None, D(40001))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("pending", OrderStatus.OPEN),
        ("open", OrderStatus.OPEN),
        ("canceled", OrderStatus.CANCELED),
        ("expired", OrderStatus.CANCELED),
        ("a new one", OrderStatus.OPEN),
    ],
)
def test_order_states(status, expected):
    assert parse_order("OID", order(status=status), CATALOG).status is expected


@pytest.mark.parametrize(
    ("leverage", "family", "held"),
    [
        ("none", ProductFamily.SPOT, "BTC"),
        (None, ProductFamily.SPOT, "BTC"),
        ("", ProductFamily.SPOT, "BTC"),
        ("None", ProductFamily.SPOT, "BTC"),
        ("3:1", ProductFamily.MARGIN, None),
        (5, ProductFamily.MARGIN, None),
        ("isolated", ProductFamily.OTHER, None),
    ],
)
def test_an_order_on_margin_holds_no_coins(leverage, family, held):
    terms = {"pair": "XBTUSD", "type": "sell", "price": "0", "leverage": leverage}
    parsed = parse_order("OID", order(status="open", descr=terms), CATALOG)
    assert (parsed.family, parsed.held_asset) == (family, held)


@pytest.mark.parametrize(("price", "expected"), [("50.00000", D(50)), ("+50.0000%", None), ("0", None)])
def test_only_a_price_is_a_price(price, expected):
    terms = {"pair": "XBTUSD", "type": "sell", "price": price}
    assert parse_order("OID", order(descr=terms), CATALOG).price == expected


def test_an_order_sized_by_cost_has_the_quantity_that_was_filled():
    parsed = parse_order("OID", order(oflags="viqc,fciq", vol="20000"), CATALOG)
    assert parsed.quantity == D("0.5")


@pytest.mark.parametrize("odd", [None, "", "lots"])
def test_totals_that_are_not_reported_are_unknown_and_no_zero(odd):
    parsed = parse_order("OID", order(cost=odd, fee=odd), CATALOG)

    assert (parsed.cost, parsed.average_price, parsed.fee) == (None, None, None)


@pytest.mark.parametrize("changes", [{"status": None}, {"vol_exec": None}, {"descr": None}])
def test_an_order_that_cannot_be_read_raises(changes):
    with pytest.raises(MalformedAnswerError):
        parse_order("OID", order(**changes), CATALOG)


def test_an_open_order_with_an_unknown_kind_of_leverage_is_named_and_hides_none_of_the_others():
    terms = {"pair": "XBTUSD", "type": "sell", "price": "0", "leverage": "isolated"}
    rows = {"ODD": order(status="open", descr=terms), "OID": order(status="open")}

    found = parse_open_orders({"open": rows}, CATALOG)

    assert [one.venue_order_id for one in found.orders] == ["OID"]
    assert found.unreadable == ("ODD: it trades a kind of product that NIJA does not know",)
