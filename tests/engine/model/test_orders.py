"""What is said of several trades of one order."""

from dataclasses import replace
from decimal import Decimal

from engine.model.orders import Fill, Side, VenueOrderId, distinct, quantity_of, value_of
from tests.builders import NOW, an_exit_order

FILL = Fill(
    trade_id="t-1",
    venue_order_id=VenueOrderId("o-1"),
    symbol="BTC/USD",
    base="BTC",
    quote="USD",
    side=Side.SELL,
    price=Decimal(50_000),
    quantity=Decimal("0.1"),
    fee=None,
    fee_asset="USD",
    at=NOW,
)


def test_what_trades_come_to_keeps_every_digit():
    large = replace(FILL, quantity=Decimal("123456789012.000000000000000001"), price=Decimal("0.0000000001"))

    assert quantity_of([large, FILL]) == Decimal("123456789012.100000000000000001")
    assert value_of([large, FILL]) == Decimal("5012.3456789012000000000000000001")
    assert (quantity_of([]), value_of([])) == (0, 0)


def test_what_can_still_fill_keeps_every_digit():
    quantity = Decimal("123456789012.000000000000000002")
    order = replace(an_exit_order(filled="1"), quantity=quantity)

    assert order.remaining_quantity == Decimal("123456789011.000000000000000002")


def test_a_trade_that_two_pages_report_counts_once():
    other = replace(FILL, trade_id="t-2")

    assert distinct([FILL, other, FILL]) == (FILL, other)
