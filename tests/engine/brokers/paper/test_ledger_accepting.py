from decimal import Decimal

import pytest

from engine.brokers.paper.ledger import InsufficientFundsError
from engine.model.orders import OrderStatus
from tests.sandbox.builders import a_book, a_ledger, buy, sell

D = Decimal


def test_an_accepted_sale_holds_its_coins_and_has_filled_nothing():
    ledger = a_ledger(BTC="2", USD="0")

    order = ledger.accept(sell("1"), a_book(), at=1.0)

    assert (order.status, order.filled, order.fill_ids) == (OrderStatus.OPEN, 0, ())
    assert (ledger.free("BTC"), ledger.total("BTC"), ledger.total("USD")) == (1, 2, 0)
    assert ledger.fills == []


def test_an_accepted_sale_fills_in_parts_at_the_prices_of_their_moments():
    ledger = a_ledger(BTC="2", USD="0")
    order = ledger.accept(sell("1"), a_book(), at=1.0)

    part = ledger.execute(order.id, a_book(bids=(("90.0", "5"),)), at=2.0, most=D("0.4"))
    held_meanwhile = ledger.held("BTC")
    done = ledger.execute(order.id, a_book(bids=(("80.0", "5"),)), at=3.0)

    assert (part.status, part.filled, held_meanwhile) == (OrderStatus.OPEN, D("0.4"), D("0.6"))
    assert (done.status, done.filled, done.cost) == (OrderStatus.FILLED, 1, D("0.4") * 90 + D("0.6") * 80)
    assert (ledger.held("BTC"), ledger.total("BTC")) == (0, 1)
    assert [fill.at for fill in ledger.fills] == [2.0, 3.0]


def test_an_accepted_market_order_whose_last_part_finds_no_buyers_ends_short():
    ledger = a_ledger(BTC="2", USD="0")
    order = ledger.accept(sell("1"), a_book(), at=1.0)
    ledger.execute(order.id, a_book(), at=2.0, most=D("0.4"))

    done = ledger.execute(order.id, a_book(bids=()), at=3.0)

    assert (done.status, done.filled) == (OrderStatus.CANCELED, D("0.4"))
    assert ledger.held("BTC") == 0


def test_an_accepted_order_can_be_cancelled_before_it_fills():
    ledger = a_ledger(BTC="2", USD="0")
    order = ledger.accept(sell("1"), a_book(), at=1.0)

    ledger.cancel(order.id, at=2.0)

    assert (ledger.free("BTC"), ledger.open_orders()) == (2, [])


@pytest.mark.parametrize("draft", [buy("0.5"), buy(spend=D("50.5"))], ids=["by quantity", "by value"])
def test_an_accepted_purchase_holds_what_it_will_pay(draft):
    ledger = a_ledger(USD="100", BTC="0")
    order = ledger.accept(draft, a_book(), at=1.0)
    held = ledger.held("USD")

    done = ledger.execute(order.id, a_book(), at=2.0)

    assert held >= done.cost + done.fee > D("49.9")
    assert (done.status, ledger.held("USD")) == (OrderStatus.FILLED, 0)


def test_what_cannot_be_paid_is_not_accepted():
    ledger = a_ledger(BTC="1", USD="0")

    with pytest.raises(InsufficientFundsError):
        ledger.accept(sell("1.5"), a_book(), at=1.0)

    assert ledger.orders == {}


def test_an_accepted_limit_order_rests_after_what_fills_at_once():
    ledger = a_ledger(BTC="2", USD="0")
    order = ledger.accept(sell("1.5", limit="100.0"), a_book(), at=1.0)

    rested = ledger.execute(order.id, a_book(), at=2.0)

    assert (rested.status, rested.filled, ledger.held("BTC")) == (OrderStatus.OPEN, 1, D("0.5"))
