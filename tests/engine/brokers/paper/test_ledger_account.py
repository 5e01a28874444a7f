from decimal import Decimal

import pytest

from engine.brokers.paper.book import floor_to
from engine.brokers.paper.ledger import (
    BelowMinimumError,
    FeeOn,
    Fees,
    InsufficientFundsError,
    Kind,
    OffStepError,
    UnknownOrderError,
    WouldTakeError,
)
from engine.model.orders import OrderStatus
from tests.sandbox.builders import a_book, a_ledger, a_listing, buy, sell


def crossed_by(bid="100.0", ask="101.0", size="1"):
    return lambda listing: a_book(bids=((bid, size),), asks=((ask, size),))


def test_a_market_buy_pays_the_ask_and_the_fee_in_quote():
    ledger = a_ledger(USD=200)

    order = ledger.place(buy("1"), a_book(), at=1.0)

    assert order.status is OrderStatus.FILLED
    assert (order.cost, order.fee, order.average_price) == (101, Decimal("1.01"), 101)
    assert ledger.total("USD") == Decimal("97.99")
    assert ledger.total("BTC") == 1


def test_a_market_sell_receives_the_bid_less_the_fee():
    ledger = a_ledger(BTC=1)

    ledger.place(sell("1"), a_book(), at=1.0)

    assert ledger.total("USD") == 99
    assert ledger.total("BTC") == 0


def test_a_fee_on_the_credited_asset_shortens_what_is_bought():
    ledger = a_ledger(on=FeeOn.CREDITED, USD=101)

    order = ledger.place(buy("1"), a_book(), at=1.0)

    assert (order.filled, order.fee) == (1, Decimal("0.01"))
    assert ledger.fills[0].fee_asset == "BTC"
    assert ledger.total("BTC") == Decimal("0.99")
    assert ledger.total("USD") == 0


def test_a_fee_on_the_credited_asset_is_quote_when_selling():
    ledger = a_ledger(on=FeeOn.CREDITED, BTC=1)

    ledger.place(sell("1"), a_book(), at=1.0)

    assert ledger.fills[0].fee_asset == "USD"
    assert ledger.total("USD") == 99


def test_a_market_order_walks_the_book_one_fill_a_level():
    ledger = a_ledger(BTC=2)

    order = ledger.place(sell("1.5"), a_book(bids=(("100", "1"), ("90", "1"))), at=1.0)

    assert [(fill.price, fill.quantity) for fill in ledger.fills] == [(100, 1), (90, Decimal("0.5"))]
    assert order.cost == 145
    assert order.fill_ids == tuple(fill.id for fill in ledger.fills)


def test_a_market_order_beyond_the_book_is_filled_in_part_and_cancelled():
    ledger = a_ledger(BTC=3)

    order = ledger.place(sell("3"), a_book(), at=1.0)

    assert order.status is OrderStatus.CANCELED
    assert (order.filled, order.remaining) == (1, 2)
    assert ledger.free("BTC") == 2


def test_a_market_order_without_any_book_is_cancelled_unfilled():
    ledger = a_ledger(BTC=1)

    order = ledger.place(sell("1"), a_book(bids=()), at=1.0)

    assert order.status is OrderStatus.CANCELED
    assert order.reason == "no liquidity"
    assert ledger.free("BTC") == 1


def test_a_buy_by_spend_puts_the_fee_on_top():
    ledger = a_ledger(USD=103)

    order = ledger.place(buy(spend=Decimal(101)), a_book(), at=1.0)

    assert order.filled == 1
    assert ledger.total("USD") == Decimal("0.99")


def test_a_buy_by_spend_can_include_the_fee():
    ledger = a_ledger(USD=101)

    order = ledger.place(buy(spend=Decimal(101), spend_includes_fee=True), a_book(), at=1.0)

    assert order.filled == floor_to(Decimal(1) / Decimal("1.01"), Decimal("0.0001"))
    assert order.cost + order.fee <= 101


def test_a_spend_too_small_for_the_smallest_quantity_is_refused():
    listing = a_listing(minimum_quantity=Decimal("0.5"))

    with pytest.raises(BelowMinimumError) as refused:
        a_ledger(USD=100).place(buy(spend=Decimal(10), listing=listing), a_book(), at=1.0)

    assert refused.value.what == "quantity"


def test_a_limit_buy_rests_and_holds_its_cost_with_the_fee():
    ledger = a_ledger(USD=100)

    order = ledger.place(buy("1", limit="90"), a_book(), at=1.0)

    assert order.status is OrderStatus.OPEN
    assert ledger.held("USD") == Decimal("90.9")
    assert ledger.free("USD") == Decimal("9.1")
    assert ledger.total("USD") == 100


def test_a_limit_sell_rests_and_holds_its_coins():
    ledger = a_ledger(BTC=1)

    ledger.place(sell("0.75", limit="110"), a_book(), at=1.0)

    assert ledger.free("BTC") == Decimal("0.25")


def test_a_resting_limit_fills_at_its_price_as_maker_when_the_market_crosses():
    ledger = a_ledger(BTC=1)
    order = ledger.place(sell("1", limit="110"), a_book(), at=1.0)

    assert ledger.match(crossed_by(bid="109.9"), at=2.0) == []
    (fill,) = ledger.match(crossed_by(bid="112"), at=3.0)

    assert (fill.price, fill.maker, fill.fee, fill.at) == (110, True, Decimal("0.55"), 3.0)
    assert ledger.orders[order.id].status is OrderStatus.FILLED
    assert ledger.held("BTC") == 0
    assert ledger.total("USD") == Decimal("109.45")


def test_a_resting_limit_fills_in_parts_when_the_book_is_thin():
    ledger = a_ledger(BTC=1)
    order = ledger.place(sell("1", limit="110"), a_book(), at=1.0)

    ledger.match(crossed_by(bid="110", size="0.25"), at=2.0)

    assert ledger.orders[order.id].filled == Decimal("0.25")
    assert ledger.held("BTC") == Decimal("0.75")


def test_a_marketable_limit_takes_what_it_can_and_rests_the_remainder():
    ledger = a_ledger(BTC=3)

    order = ledger.place(sell("3", limit="95"), a_book(bids=(("100", "1"), ("90", "5"))), at=1.0)

    assert order.status is OrderStatus.OPEN
    assert (order.filled, order.hold) == (1, 2)


def test_an_ioc_limit_cancels_its_remainder():
    ledger = a_ledger(BTC=3)

    order = ledger.place(sell("3", limit="95", kind=Kind.LIMIT_IOC), a_book(), at=1.0)

    assert order.status is OrderStatus.CANCELED
    assert order.filled == 1
    assert ledger.held("BTC") == 0


def test_a_post_only_order_that_would_take_is_refused():
    with pytest.raises(WouldTakeError):
        a_ledger(BTC=1).place(sell("1", limit="99", post_only=True), a_book(), at=1.0)


def test_cancelling_frees_what_was_held():
    ledger = a_ledger(USD=100)
    order = ledger.place(buy("1", limit="90"), a_book(), at=1.0)

    cancelled = ledger.cancel(order.id, at=2.0, reason="user")

    assert (cancelled.status, cancelled.closed_at, cancelled.reason) == (OrderStatus.CANCELED, 2.0, "user")
    assert ledger.free("USD") == 100


def test_a_cancelled_order_can_keep_its_hold_until_released():
    ledger = a_ledger(BTC=1)
    order = ledger.place(sell("1", limit="110"), a_book(), at=1.0)

    ledger.cancel(order.id, at=2.0, keep_hold=True)
    held = ledger.held("BTC")
    ledger.release(order.id, at=3.0)

    assert held == 1
    assert ledger.free("BTC") == 1


def test_only_open_orders_can_be_cancelled():
    ledger = a_ledger(BTC=1)
    order = ledger.place(sell("1"), a_book(), at=1.0)

    for order_id in (order.id, "never heard of"):
        with pytest.raises(UnknownOrderError):
            ledger.cancel(order_id, at=2.0)


@pytest.mark.parametrize(
    ("draft", "error"),
    [
        pytest.param(sell("2"), InsufficientFundsError, id="more than is owned"),
        pytest.param(sell("2", limit="110"), InsufficientFundsError, id="more than is owned, resting"),
        pytest.param(buy("1"), InsufficientFundsError, id="no quote at all"),
        pytest.param(buy("1", limit="90"), InsufficientFundsError, id="no quote to hold"),
        pytest.param(sell("0.0005"), BelowMinimumError, id="below the smallest quantity"),
        pytest.param(sell("0.04"), BelowMinimumError, id="below the smallest notional"),
        pytest.param(sell("0.04", limit="110"), BelowMinimumError, id="limit below the smallest notional"),
        pytest.param(buy(spend=Decimal(4)), BelowMinimumError, id="spend below the smallest notional"),
        pytest.param(sell("0.10005"), OffStepError, id="finer than the lot"),
        pytest.param(sell("0"), OffStepError, id="zero"),
        pytest.param(sell("-1"), OffStepError, id="negative"),
        pytest.param(sell("NaN"), OffStepError, id="not a number"),
        pytest.param(sell("0.5", limit="110.05"), OffStepError, id="finer than the tick size"),
    ],
)
def test_a_refused_order_changes_nothing(draft, error):
    ledger = a_ledger(BTC=1)

    with pytest.raises(error):
        ledger.place(draft, a_book(), at=1.0)

    assert ledger.orders == {}
    assert ledger.fills == []
    assert len(ledger.entries) == 1
    assert ledger.free("BTC") == 1


def test_held_coins_cannot_be_sold_twice():
    ledger = a_ledger(BTC=1)
    ledger.place(sell("1", limit="110"), a_book(), at=1.0)

    with pytest.raises(InsufficientFundsError) as refused:
        ledger.place(sell("1"), a_book(), at=2.0)

    assert (refused.value.asset, refused.value.needed, refused.value.free) == ("BTC", 1, 0)


def test_held_funds_cannot_be_withdrawn():
    ledger = a_ledger(USD=100)
    ledger.place(buy("1", limit="90"), a_book(), at=1.0)

    with pytest.raises(InsufficientFundsError):
        ledger.withdraw("USD", Decimal(50), at=2.0)


def test_a_pocket_is_spent_through_its_base_asset():
    ledger = a_ledger(pocket_suffix=".F", **{"USD": 1, "USD.F": 200})

    ledger.place(buy("1"), a_book(), at=1.0)

    assert ledger.total("USD") == 0
    assert ledger.total("USD.F") == Decimal("98.99")


def test_a_pocket_is_held_through_its_base_asset():
    ledger = a_ledger(pocket_suffix=".F", **{"BTC.F": 1})

    ledger.place(sell("1", limit="110"), a_book(), at=1.0)

    assert ledger.held("BTC") == 1
    assert ledger.spendable("BTC") == 0


def test_another_suffix_is_not_spent():
    ledger = a_ledger(pocket_suffix=".F", **{"BTC.S": 1})

    with pytest.raises(InsufficientFundsError):
        ledger.place(sell("1"), a_book(), at=1.0)


def test_orders_keep_the_fees_they_were_placed_under():
    ledger = a_ledger(USD="90.9")
    ledger.place(buy("1", limit="90"), a_book(), at=1.0)
    ledger.fees = Fees(taker=Decimal("0.5"), maker=Decimal("0.5"))

    (fill,) = ledger.match(crossed_by(ask="90"), at=2.0)

    assert fill.fee == Decimal("0.45")


def test_every_change_of_a_balance_has_its_entry():
    ledger = a_ledger(USD=200)
    ledger.place(buy("1"), a_book(), at=1.0)

    _, base, quote = ledger.entries
    assert (base.asset, base.amount, base.fee, base.balance) == ("BTC", 1, 0, 1)
    assert (quote.asset, quote.amount, quote.fee, quote.balance) == (
        "USD",
        -101,
        Decimal("1.01"),
        Decimal("97.99"),
    )
    assert quote.reference == ledger.fills[0].id


def test_a_preview_shows_the_order_and_does_nothing():
    ledger = a_ledger(BTC=1)

    order = ledger.preview(sell("1"), a_book(), at=1.0)

    assert order.cost == 100
    assert ledger.orders == {}
    assert ledger.free("BTC") == 1
    with pytest.raises(InsufficientFundsError):
        ledger.preview(sell("2"), a_book(), at=1.0)
