from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.accounts.disposals import disposals
from engine.model.venues import Venue
from engine.statements.periods import month_of
from engine.statements.sales import Sale, WhyUnknown, add_up, join_orders, sale_of_disposal, sales_of_exit
from tests.builders import NOW, a_fill, ago
from tests.handlers.alert_examples import EXIT
from tests.handlers.exit_values import exit_record, manual, trigger
from tests.handlers.values import NOW as TRIGGERED_LATER

MARCH = month_of(2026, 3, UTC)


def sold_by_owner(*fills, venue=Venue.KRAKEN, usd_rate=None, asset="BTC"):
    *_, last = disposals(asset, fills, held=None, at_beginning=True, usd_rates={})
    return sale_of_disposal(last, "a", venue, usd_rate)


def bought(text="buy 1 BTC @ 100 USD"):
    return a_fill(text, at=ago(60))


def test_a_sale_of_the_owner_is_counted_against_the_average_price_after_its_fee():
    sale = sold_by_owner(
        a_fill("buy 1 BTC @ 200 USD", at=ago(90)), bought(), a_fill("sell 0.5 BTC @ 180 USD", fee="1")
    )

    # 90 - 1 - 75
    assert (sale.realised, sale.currency, sale.before_fee) == (Decimal(14), "USD", False)
    assert (sale.is_owners, sale.why_unknown) == (True, None)


@pytest.mark.parametrize(
    ("fills", "usd_rate", "expected"),
    [
        ([a_fill("sell 1 BTC @ 90 USD", fee=None)], None, (Decimal(-10), "USD", None, True)),
        ([a_fill("sell 1 BTC @ 90 USD", fee="1", fee_asset="KFEE")], None, (Decimal(-10), "USD", None, True)),
        ([a_fill("sell 1 BTC @ 90 EUR", fee="1")], None, (None, "USD", WhyUnknown.NO_RATE, True)),
        ([a_fill("sell 2 BTC @ 90 USD")], None, (None, "USD", WhyUnknown.NO_ENTRY, False)),
        # Ten of another coin for it, while it was worth 130 dollars.
        ([a_fill("buy 10 ETH @ 0.1 BTC")], "130", (Decimal(30), "USD", None, False)),
        ([a_fill("buy 10 ETH @ 0.1 BTC")], None, (None, "USD", WhyUnknown.NO_RATE, False)),
    ],
)
def test_what_cannot_be_worked_out_is_named_and_never_zero(fills, usd_rate, expected):
    sale = sold_by_owner(bought(), *fills, usd_rate=usd_rate and Decimal(usd_rate))

    realised, currency, why, before_fee = expected
    assert (sale.realised, sale.currency, sale.why_unknown) == (realised, currency, why)
    if realised is not None:
        assert sale.before_fee is before_fee


def test_coins_that_a_venue_converts_at_par_are_dollars_there_and_nowhere_else():
    fills = (bought(), a_fill("sell 1 BTC @ 90 USDC"))

    assert sold_by_owner(*fills, venue=Venue.COINBASE).realised == Decimal(-10)
    assert sold_by_owner(*fills, venue=Venue.KRAKEN).why_unknown is WhyUnknown.NO_RATE


def test_an_exit_brings_what_its_record_says_at_the_time_of_its_fill():
    record = exit_record()
    [sale] = sales_of_exit(record, MARCH)

    assert sale.realised == record.results.realised
    assert (sale.at, sale.currency, sale.is_owners) == (record.filled_at, "USD", False)
    assert list(sales_of_exit(record, month_of(2026, 2, UTC))) == []


def test_an_exit_that_sold_nothing_is_no_sale_and_one_without_an_entry_has_no_result():
    unfilled = exit_record(filled_quantity=Decimal(0), cost=None)
    without_entry = exit_record(trigger=trigger(basis="asked", manual=manual()))

    assert list(sales_of_exit(unfilled, MARCH)) == []
    [sale] = sales_of_exit(without_entry, MARCH)
    assert (sale.realised, sale.why_unknown) == (None, WhyUnknown.NO_ENTRY)


def test_an_order_found_filled_later_is_a_sale_by_itself():
    late = replace(EXIT, realised=Decimal(-5), filled_at=TRIGGERED_LATER)
    record = replace(exit_record(filled_quantity=Decimal(0), cost=None), late=(late,))

    [sale] = sales_of_exit(record, MARCH)
    assert (sale.realised, sale.at) == (Decimal(-5), TRIGGERED_LATER)
    [counted_from_a_day] = sales_of_exit(replace(record, late=(replace(late, since_guarded=True),)), MARCH)
    assert (counted_from_a_day.realised, counted_from_a_day.why_unknown) == (None, WhyUnknown.NO_ENTRY)


def a_sale(realised, **changes):
    values = {"account_id": "a", "at": NOW, "currency": "USD", "is_owners": True}
    known = realised if realised is None else Decimal(realised)
    return Sale(**{**values, "realised": known, **changes})


def test_the_fills_of_one_order_are_one_sale():
    first, second = a_sale(3, at=ago(60)), a_sale(-1, before_fee=True)

    joined = join_orders([("O-1", first), ("O-2", a_sale(9)), ("O-1", second)])

    assert joined == (a_sale(2, before_fee=True), a_sale(9))


def test_an_order_of_which_one_fill_has_no_result_has_none():
    lacking = a_sale(None, why_unknown=WhyUnknown.NO_ENTRY)

    assert join_orders([("O-1", lacking), ("O-1", a_sale(5))]) == (
        a_sale(None, why_unknown=WhyUnknown.NO_ENTRY),
    )


SALES = st.lists(
    st.builds(
        Sale,
        account_id=st.sampled_from(["a", "b"]),
        at=st.just(NOW + timedelta(hours=1)),
        currency=st.sampled_from(["USD", "EUR"]),
        realised=st.none() | st.decimals(-1000, 1000, places=4),
        why_unknown=st.just(WhyUnknown.NO_ENTRY),
        is_owners=st.booleans(),
    ),
    max_size=12,
)


@given(SALES)
def test_the_sums_of_parts_come_to_the_whole(sales):
    whole = {one.currency: one for one in add_up(sales)}
    parts = [
        part for account in ("a", "b") for part in add_up([one for one in sales if one.account_id == account])
    ]

    for currency, result in whole.items():
        mine = [part for part in parts if part.currency == currency]
        known = [part.realised for part in mine if part.realised is not None]
        assert result.realised == (sum(known) if known else None)
        assert result.sales == sum(part.sales for part in mine)
        assert result.owners == sum(part.owners for part in mine)
        lacking = sum(number for part in mine for _, number in part.unknown)
        assert sum(number for _, number in result.unknown) == lacking
