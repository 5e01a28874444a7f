"""Orders whose row names no id, compared with what was sent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.brokers.unnamed import is_like
from engine.orders import Order, OrderStatus, Sent, Side, VenueOrderId

D = Decimal
AT = datetime(2026, 1, 1, tzinfo=UTC)
SENT = Sent(side=Side.SELL, quantity=D("0.1"), at=AT, others=frozenset({"O-2"}))
ORDER = Order(
    venue_order_id=VenueOrderId("O-1"),
    client_order_id=None,
    symbol="BTC/USD",
    side=Side.SELL,
    status=OrderStatus.FILLED,
    quantity=D("0.10000000"),
    filled_quantity=D("0.1"),
    cost=None,
    fee=None,
    fee_asset=None,
    opened_at=AT + timedelta(seconds=1),
)


@pytest.mark.parametrize(
    ("changes", "is_ours"),
    [
        pytest.param({}, True, id="the same"),
        pytest.param({"symbol": "BTC/USDC"}, True, id="through another pair"),
        pytest.param({"opened_at": None}, True, id="of an unknown time"),
        pytest.param({"opened_at": AT - timedelta(seconds=30)}, True, id="clocks that differ a little"),
        pytest.param({"opened_at": AT - timedelta(hours=1)}, False, id="long before"),
        pytest.param({"symbol": "ETH/USD"}, False, id="another asset"),
        pytest.param({"side": Side.BUY}, False, id="the other side"),
        pytest.param({"quantity": D("0.2")}, False, id="another quantity"),
        pytest.param({"quantity": D("0.0999")}, True, id="cut to the lot"),
        pytest.param({"quantity": D("0.1001")}, False, id="more than was sent"),
        pytest.param({"venue_order_id": VenueOrderId("O-2")}, False, id="another one of ours"),
    ],
)
def test_an_order_without_an_id_is_told_by_what_was_sent(changes, is_ours):
    assert is_like(replace(ORDER, **changes), "BTC/USD", SENT) is is_ours


def test_the_only_answer_to_our_id_is_ours_whatever_its_quantity():
    order = replace(ORDER, quantity=D("0.04"))
    assert is_like(order, "BTC/USD", SENT, is_answer_to_id=True)


@pytest.mark.parametrize(
    "changes", [{"side": Side.BUY}, {"symbol": "ETH/USD"}, {"opened_at": AT - timedelta(hours=1)}]
)
def test_the_only_answer_to_our_id_is_not_ours_when_it_cannot_be(changes):
    assert not is_like(replace(ORDER, **changes), "BTC/USD", SENT, is_answer_to_id=True)


def test_the_venues_clock_is_reckoned_with():
    order = replace(ORDER, opened_at=AT - timedelta(hours=1))
    assert is_like(order, "BTC/USD", SENT, shifted=timedelta(hours=-1))
