"""Orders whose row names no id, compared with what was sent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.brokers.unnamed import Likeness, likeness
from engine.model.orders import Order, OrderStatus, ProductFamily, Sent, Side, VenueOrderId

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
    is_market=True,
    opened_at=AT + timedelta(seconds=1),
)


OURS, OTHER, UNCERTAIN = Likeness


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, OURS, id="the same"),
        pytest.param({"symbol": "BTC/USDC"}, OURS, id="through another pair"),
        pytest.param({"opened_at": AT - timedelta(seconds=3)}, OURS, id="clocks that differ a little"),
        pytest.param({"family": ProductFamily.OTHER}, OURS, id="of a kind nobody knows"),
        pytest.param({"opened_at": None}, UNCERTAIN, id="of an unknown time"),
        pytest.param({"opened_at": AT - timedelta(seconds=30)}, UNCERTAIN, id="a little before"),
        pytest.param({"quantity": D("0.0999")}, UNCERTAIN, id="cut to the lot"),
        pytest.param({"is_market": None}, UNCERTAIN, id="perhaps with a limit"),
        pytest.param({"opened_at": AT - timedelta(hours=1)}, OTHER, id="long before"),
        pytest.param({"symbol": "ETH/USD"}, OTHER, id="another asset"),
        pytest.param({"side": Side.BUY}, OTHER, id="the other side"),
        pytest.param({"quantity": D("0.2")}, OTHER, id="another quantity"),
        pytest.param({"quantity": D("0.1001")}, OTHER, id="more than was sent"),
        pytest.param({"venue_order_id": VenueOrderId("O-2")}, OTHER, id="another one of ours"),
        pytest.param({"price": D(90000)}, OTHER, id="with a limit"),
        pytest.param({"is_market": False}, OTHER, id="with a limit nobody reports"),
        pytest.param({"family": ProductFamily.MARGIN}, OTHER, id="of a leveraged position"),
        pytest.param({"family": ProductFamily.PERPETUAL}, OTHER, id="of a perpetual"),
    ],
)
def test_an_order_without_an_id_is_told_by_what_was_sent(changes, expected):
    assert likeness(replace(ORDER, **changes), "BTC/USD", SENT) is expected


def test_the_order_of_a_leveraged_position_is_told_by_its_kind():
    sent = replace(SENT, is_margin=True)
    assert likeness(replace(ORDER, family=ProductFamily.MARGIN), "BTC/USD", sent) is OURS
    assert likeness(ORDER, "BTC/USD", sent) is OTHER


def test_the_only_answer_to_our_id_is_ours_whatever_its_quantity():
    order = replace(ORDER, quantity=D("0.04"))
    assert likeness(order, "BTC/USD", SENT, is_answer_to_id=True) is OURS


@pytest.mark.parametrize(
    "changes",
    [{"side": Side.BUY}, {"symbol": "ETH/USD"}, {"opened_at": AT - timedelta(hours=1)}, {"price": D(90000)}],
)
def test_the_only_answer_to_our_id_is_not_ours_when_it_cannot_be(changes):
    assert likeness(replace(ORDER, **changes), "BTC/USD", SENT, is_answer_to_id=True) is OTHER


def test_the_venues_clock_is_reckoned_with():
    order = replace(ORDER, opened_at=AT - timedelta(hours=1))
    assert likeness(order, "BTC/USD", SENT, shifted=timedelta(hours=-1)) is OURS
