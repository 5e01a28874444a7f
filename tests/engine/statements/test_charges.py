from dataclasses import replace
from datetime import UTC
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.orders import Side
from engine.statements.charges import (
    Charge,
    add_up_fees,
    charge_of_fill,
    charges_of_entry,
    charges_of_exit,
    counted_orders,
)
from engine.statements.periods import month_of
from tests.builders import NOW, a_fill
from tests.engine.entries.buys import a_buy
from tests.handlers.alert_examples import EXIT
from tests.handlers.exit_values import exit_record

MARCH = month_of(2026, 3, UTC)


def charged(text, **changes):
    one = charge_of_fill("a", a_fill(text, **changes), taker=Decimal("0.0025"))
    return one.fee, one.currency, one.estimate


@pytest.mark.parametrize(
    ("fee", "fee_asset", "expected"),
    [
        ("0.4", "USD", (Decimal("0.4"), "USD", None)),
        # A thousandth of two coins at 100.
        ("0.002", "BTC", (Decimal("0.2"), "USD", None)),
        ("3", "KFEE", (Decimal(3), "KFEE", None)),
        ("0", "USD", (Decimal(0), "USD", None)),
        (None, "USD", (None, "USD", Decimal("0.5"))),
        (None, "BTC", (None, "USD", Decimal("0.5"))),
    ],
)
def test_a_fee_counts_in_the_money_of_its_pair_and_is_estimated_until_it_is_booked(fee, fee_asset, expected):
    assert charged("buy 2 BTC @ 100 USD", fee=fee, fee_asset=fee_asset) == expected


def test_an_exit_is_charged_what_its_record_says_and_its_fills_are_not_charged_again():
    record = exit_record()

    [charge] = charges_of_exit(record, MARCH)

    assert (charge.fee, charge.currency, charge.is_sale) == (Decimal("19.66224"), "USD", True)
    assert record.intent.venue_order_id in counted_orders(record.intent, record.steps)
    assert list(charges_of_exit(record, month_of(2026, 2, UTC))) == []


def test_the_fee_of_buying_back_is_that_of_a_sale_and_so_is_that_of_a_coin_that_pays():
    [back] = charges_of_exit(exit_record(side=Side.BUY), MARCH)

    def is_sale(text):
        return charge_of_fill("a", a_fill(text), taker=None).is_sale

    assert back.is_sale
    assert [is_sale(f"{trade} @ 1 USD") for trade in ("buy 1 BTC", "sell 1 BTC")] == [False, True]
    assert is_sale("buy 10 ETH @ 0.1 BTC")


def test_an_exit_whose_fee_is_not_booked_has_the_estimate_of_its_alert():
    unbooked = exit_record(fee=None, fills=())
    alert = replace(EXIT, fee=None, fee_estimate=Decimal("0.89"))

    [charge] = charges_of_exit(replace(unbooked, alert=alert), MARCH)

    assert (charge.fee, charge.estimate) == (None, Decimal("0.89"))


def test_a_buy_of_nija_is_charged_once_beside_the_fee_that_it_was_confirmed_with():
    bought = a_buy(
        filled="0.1", cost="5000", fee=Decimal(13), fee_asset="USD", updated_at=NOW, venue_order_id="O-9"
    )

    [charge] = charges_of_entry(bought, MARCH)

    assert (charge.fee, charge.planned, charge.is_sale) == (Decimal(13), Decimal("12.5"), False)
    assert counted_orders(bought, ()) == {"O-9"}


def test_a_buy_whose_fee_is_not_booked_is_estimated_by_what_it_was_confirmed_with():
    [charge] = charges_of_entry(a_buy(filled="0.1", cost="5000", fee=None, updated_at=NOW), MARCH)

    assert (charge.fee, charge.estimate) == (None, Decimal("12.5"))


def test_a_buy_that_bought_nothing_or_in_another_month_is_not_charged():
    bought = a_buy(filled="0.1", cost="5000", updated_at=NOW)

    assert list(charges_of_entry(a_buy(), MARCH)) == []
    assert list(charges_of_entry(bought, month_of(2026, 2, UTC))) == []
    assert counted_orders(a_buy(), ()) == frozenset()


def test_an_order_found_filled_later_is_charged_by_itself():
    record = replace(exit_record(filled_quantity=Decimal(0), cost=None), late=(EXIT,))

    [charge] = charges_of_exit(record, MARCH)

    assert charge.fee == EXIT.fee
    assert counted_orders(record.intent, record.steps, record.late) == {EXIT.venue_order_id}


CHARGES = st.lists(
    st.builds(
        Charge,
        account_id=st.sampled_from(["a", "b"]),
        at=st.just(NOW),
        symbol=st.just("BTC/USD"),
        is_sale=st.booleans(),
        currency=st.sampled_from(["USD", "EUR"]),
        fee=st.none() | st.decimals(0, 100, places=4),
        estimate=st.none() | st.decimals(0, 100, places=4),
    ),
    max_size=12,
)


@given(CHARGES)
def test_the_sums_of_sales_and_purchases_come_to_the_whole(charges):
    whole = {one.currency: one for one in add_up_fees(charges)}
    parts = [
        part
        for is_sale in (True, False)
        for part in add_up_fees([one for one in charges if one.is_sale is is_sale])
    ]

    for currency, total in whole.items():
        mine = [part for part in parts if part.currency == currency]
        for figure in ("booked", "estimated", "trades", "unbooked", "unknown"):
            assert getattr(total, figure) == sum(getattr(part, figure) for part in mine)
        assert total.unknown <= total.unbooked <= total.trades
