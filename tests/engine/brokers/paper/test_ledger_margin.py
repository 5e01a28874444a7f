from decimal import Decimal

import pytest

from engine.brokers.paper.ledger import InsufficientFundsError, InsufficientMarginError, NothingToReduceError
from engine.model.orders import OrderStatus, Side
from tests.sandbox.builders import a_book, a_ledger, buy, sell

FLAT = a_book(bids=(("100", "10"),), asks=(("100", "10"),))


def at_price(price):
    return a_book(bids=((price, "10"),), asks=((price, "10"),))


def with_position(draft, **deposits):
    ledger = a_ledger(taker="0", **(deposits or {"USD": 100}))
    ledger.place(draft, FLAT, at=1.0, collateral=Decimal(100))
    return ledger


def test_a_long_uses_margin_and_no_coins_move():
    ledger = with_position(buy("2", leverage=2))

    (position,) = ledger.open_positions()
    assert (position.side, position.quantity, position.cost, position.margin) == (Side.BUY, 2, 200, 100)
    assert ledger.total("USD") == 100
    assert ledger.total("BTC") == 0


def test_opening_pays_the_fee_at_once():
    ledger = a_ledger(taker="0.01", USD=100)

    ledger.place(sell("1", leverage=2), FLAT, at=1.0, collateral=Decimal(100))

    assert ledger.total("USD") == 99


def test_more_margin_than_the_collateral_is_refused():
    ledger = a_ledger(USD=100)

    with pytest.raises(InsufficientMarginError):
        ledger.place(buy("2.1", leverage=2), FLAT, at=1.0, collateral=Decimal(100))


def test_an_unpaid_opening_fee_is_refused():
    ledger = a_ledger(taker="0.01", BTC=1)

    with pytest.raises(InsufficientFundsError):
        ledger.place(buy("1", leverage=2), FLAT, at=1.0, collateral=Decimal(100))


@pytest.mark.parametrize(
    ("opening", "closing", "price", "gain"),
    [
        pytest.param(buy("1", leverage=2), sell("1", leverage=2), "110", 10, id="long that rose"),
        pytest.param(buy("1", leverage=2), sell("1", leverage=2), "90", -10, id="long that fell"),
        pytest.param(sell("1", leverage=2), buy("1", leverage=2), "90", 10, id="short that fell"),
        pytest.param(sell("1", leverage=2), buy("1", leverage=2), "110", -10, id="short that rose"),
    ],
)
def test_closing_settles_the_gain_in_quote(opening, closing, price, gain):
    ledger = with_position(opening)
    (position,) = ledger.open_positions()

    assert position.unrealised(Decimal(price)) == gain
    ledger.place(closing, at_price(price), at=2.0)

    assert ledger.open_positions() == []
    assert ledger.total("USD") == 100 + gain


def test_closing_in_parts_closes_the_oldest_first():
    ledger = with_position(buy("1", leverage=2))
    ledger.place(buy("1", leverage=2), at_price("110"), at=2.0, collateral=Decimal(100))

    ledger.place(sell("1.5", leverage=2, reduce_only=True), at_price("120"), at=3.0)

    (position,) = ledger.open_positions()
    assert (position.cost, position.open_quantity) == (110, Decimal("0.5"))
    assert position.open_cost == 55
    assert ledger.total("USD") == 100 + 20 + 5


def test_an_opposite_order_beyond_the_position_turns_it():
    ledger = with_position(buy("1", leverage=2))

    ledger.place(sell("3", leverage=2), FLAT, at=2.0, collateral=Decimal(100))

    (position,) = ledger.open_positions()
    assert (position.side, position.quantity) == (Side.SELL, 2)


def test_reduce_only_never_turns_a_position():
    ledger = with_position(buy("1", leverage=2))

    order = ledger.place(sell("3", leverage=2, reduce_only=True), FLAT, at=2.0)

    assert (order.status, order.quantity) == (OrderStatus.FILLED, 1)
    assert ledger.open_positions() == []


def test_reduce_only_without_quantity_closes_the_whole_position():
    ledger = with_position(buy("1", leverage=2))

    order = ledger.place(sell(leverage=2, reduce_only=True), FLAT, at=2.0)

    assert order.filled == 1


@pytest.mark.parametrize("side", [buy, sell], ids=["same side", "other side but nothing open"])
def test_reduce_only_without_a_position_to_reduce_is_refused(side):
    ledger = with_position(buy("1", leverage=2))
    if side is sell:
        ledger.place(sell("1", leverage=2), FLAT, at=2.0)

    with pytest.raises(NothingToReduceError):
        ledger.place(side("1", leverage=2, reduce_only=True), FLAT, at=3.0)


def test_a_loss_beyond_the_balance_stops_at_zero():
    ledger = with_position(sell("2", leverage=2))

    ledger.place(buy("2", leverage=2), at_price("200"), at=2.0)

    assert ledger.total("USD") == 0
    assert ledger.entries[-1].amount == -100


def test_a_resting_margin_order_holds_nothing_and_opens_when_crossed():
    ledger = with_position(buy("1", limit="90", leverage=2))

    held = ledger.held("USD")
    ledger.match(lambda listing: at_price("90"), at=2.0)

    assert held == 0
    assert [position.cost for position in ledger.open_positions()] == [90]


def test_a_resting_reduce_only_order_ends_when_its_position_is_gone():
    ledger = with_position(buy("1", leverage=2))
    resting = ledger.place(sell("1", limit="120", leverage=2, reduce_only=True), FLAT, at=2.0)
    ledger.place(sell("1", leverage=2), FLAT, at=3.0)

    ledger.match(lambda listing: at_price("130"), at=4.0)

    assert ledger.orders[resting.id].status is OrderStatus.CANCELED
    assert ledger.open_positions() == []


def test_a_resting_margin_order_whose_fee_cannot_be_paid_is_cancelled():
    ledger = a_ledger(maker="0.01", USD=100)
    resting = ledger.place(buy("1", limit="90", leverage=2), FLAT, at=1.0, collateral=Decimal(100))
    ledger.withdraw("USD", Decimal(100), at=2.0)

    ledger.match(lambda listing: at_price("90"), at=3.0)

    assert ledger.orders[resting.id].reason == "insufficient funds"
    assert ledger.open_positions() == []
