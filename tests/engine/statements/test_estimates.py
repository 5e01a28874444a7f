from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.entries.routes_store import StoredRoute
from engine.statements.charges import charge_of_fill
from engine.statements.estimates import Compared, Estimate, compare, estimates_of
from tests.builders import NOW, a_fill, ago


def estimated(taker="0.004", *, account="a", base="BTC", before_s=60):
    return Estimate(account_id=account, base=base, at=ago(before_s), taker=Decimal(taker))


def charged(text="buy 1 BTC @ 100 USD", *, fee="0.5", fee_asset=None, at=NOW):
    return charge_of_fill("a", a_fill(text, fee=fee, fee_asset=fee_asset, at=at), taker=None)


def test_the_estimate_of_the_route_before_a_purchase_stands_beside_its_fee():
    [found] = compare([charged()], [estimated()])

    assert found == Compared(currency="USD", trades=1, estimated=Decimal("0.4"), charged=Decimal("0.5"))
    assert found.error == Decimal("0.1")


def test_the_last_of_several_routes_counts():
    [found] = compare([charged()], [estimated("0.9", before_s=90), estimated(before_s=30)])

    assert found.estimated == Decimal("0.4")


@pytest.mark.parametrize(
    ("charge", "estimate"),
    [
        (charged(), estimated(account="b")),
        (charged(), estimated(base="ETH")),
        (charged(), estimated(before_s=3601)),
        (charged(), estimated(before_s=-1)),
        (charged("sell 1 BTC @ 100 USD"), estimated()),
        # What is not known enters no comparison.
        (charged(fee=None), estimated()),
        (charged(fee="3", fee_asset="KFEE"), estimated()),
    ],
)
def test_another_trade_than_the_route_was_for_is_not_compared(charge, estimate):
    assert compare([charge], [estimate]) == ()


def test_what_a_buy_was_confirmed_with_counts_before_any_route():
    [found] = compare([replace(charged(), planned=Decimal("0.45"))], [estimated()])

    assert (found.estimated, found.error) == (Decimal("0.45"), Decimal("0.05"))


def test_a_fee_taken_in_the_coin_is_compared_by_what_it_was_worth():
    [found] = compare([charged(fee="0.004", fee_asset="BTC")], [estimated()])

    assert found.error == 0


def test_purchases_in_two_currencies_are_added_up_apart():
    euros = charged("buy 1 BTC @ 90 EUR", at=NOW + timedelta(minutes=1))

    assert [one.currency for one in compare([charged(), euros], [estimated()])] == ["EUR", "USD"]


def test_a_route_that_this_version_cannot_read_estimates_nothing():
    stored = StoredRoute(user_id=7, account_id="a", decided_at=NOW, request={}, decision={"account": "a"})

    assert estimates_of([stored]) == ()
