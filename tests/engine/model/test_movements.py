from dataclasses import replace
from decimal import Decimal

import pytest

from engine.model.movements import change_of, chronological, concerns, is_purchase, paid_in
from tests.builders import NOW, a_fill, ago

BUY, SELL = "buy 2 ETH @ 0.05 BTC", "sell 2 ETH @ 0.05 BTC"


@pytest.mark.parametrize(
    ("fill", "asset", "change"),
    [
        (a_fill(BUY), "ETH", "2"),
        (a_fill(BUY), "BTC", "-0.1"),
        (a_fill(SELL), "ETH", "-2"),
        (a_fill(SELL), "BTC", "0.1"),
        (a_fill(BUY), "USD", "0"),
        (a_fill(BUY, fee="0.01", fee_asset="ETH"), "ETH", "1.99"),
        (a_fill(SELL, fee="0.01", fee_asset="ETH"), "ETH", "-2.01"),
        (a_fill(BUY, fee="0.01", fee_asset="BTC"), "BTC", "-0.11"),
        (a_fill(SELL, fee="0.01", fee_asset="BTC"), "BTC", "0.09"),
        (a_fill(BUY, fee="0.01", fee_asset="BTC"), "ETH", "2"),
        (a_fill(BUY, fee="3", fee_asset="BNB"), "BNB", "-3"),
        (a_fill(BUY, fee="-0.01", fee_asset="ETH"), "ETH", "2.01"),
        (a_fill(BUY, fee=None, fee_asset="ETH"), "ETH", "2"),
    ],
)
def test_a_fill_changes_its_base_its_quote_and_what_its_fee_is_paid_in(fill, asset, change):
    assert change_of(asset, fill) == Decimal(change)


def test_a_change_is_not_rounded():
    fill = a_fill(
        "buy 10000000000000.000000000000000001 SHIB @ 0.0000000001 BTC", fee="1e-18", fee_asset="SHIB"
    )

    assert change_of("SHIB", fill) == Decimal(10000000000000)
    assert change_of("BTC", fill) == Decimal("-1000.0000000000000000000000000001")


@pytest.mark.parametrize(
    ("asset", "margin", "matters"),
    [
        ("ETH", False, True),
        ("BTC", False, True),
        ("BNB", False, True),
        ("USD", False, False),
        ("ETH", True, False),
    ],
)
def test_only_unleveraged_fills_of_an_asset_concern_it(asset, margin, matters):
    assert concerns(asset, a_fill(BUY, fee="1", fee_asset="BNB", margin=margin)) is matters


def test_a_derivative_that_an_earlier_version_stored_as_a_pair_concerns_no_coin():
    fill = replace(a_fill(BUY), symbol="ETH/PERP/INTX", quote="PERP/INTX")

    assert not concerns("ETH", fill)


@pytest.mark.parametrize(
    ("fill", "asset", "purchase"),
    [
        (a_fill(BUY), "ETH", True),
        (a_fill(BUY), "BTC", False),
        (a_fill(SELL), "ETH", False),
        (a_fill(SELL), "BTC", True),
        (a_fill(BUY, fee="-1", fee_asset="BNB"), "BNB", False),
        (a_fill(SELL, fee="-1", fee_asset="BNB"), "BNB", False),
        (a_fill(BUY, fee="2", fee_asset="ETH"), "ETH", False),
        (a_fill(SELL, fee="-5", fee_asset="ETH"), "ETH", False),
    ],
    ids=[
        "buying",
        "paying",
        "selling",
        "being paid",
        "a rebate on a buy",
        "a rebate on a sale",
        "all of it for the fee",
        "a rebate larger than the sale",
    ],
)
def test_a_purchase_brings_an_asset_against_payment(fill, asset, purchase):
    assert is_purchase(asset, fill) is purchase


def test_a_purchase_is_paid_in_the_other_asset():
    assert paid_in("ETH", a_fill(BUY)) == "BTC"
    assert paid_in("BTC", a_fill(SELL)) == "ETH"


def test_fills_are_ordered_by_time_then_purchases_then_id():
    early_sale = a_fill(SELL, at=ago(1), trade_id="z")
    sale, other_sale = a_fill(SELL, trade_id="a"), a_fill(SELL, trade_id="b")
    purchase = a_fill(BUY, trade_id="c", at=NOW)

    ordered = sorted([other_sale, purchase, sale, early_sale], key=chronological("ETH"))

    assert ordered == [early_sale, purchase, sale, other_sale]
