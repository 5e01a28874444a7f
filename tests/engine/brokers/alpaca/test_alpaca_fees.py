"""Which booked charge belongs to which order: the venue names none."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from engine.brokers.alpaca.charges import Charge
from engine.brokers.alpaca.fees import find_fee, taker_of_tier
from engine.orders import Fill, Side, VenueOrderId

D = Decimal
DAY = date(2026, 11, 22)


def a_fill(quantity="0.1", price="50000", *, side=Side.SELL, order="o-1"):
    return Fill(
        trade_id="t",
        venue_order_id=VenueOrderId(order),
        symbol="BTC/USD",
        base="BTC",
        quote="USD",
        side=side,
        price=D(price),
        quantity=D(quantity),
        fee=None,
        fee_asset="USD" if side is Side.SELL else "BTC",
        at=datetime(2026, 11, 22, 23, 30, tzinfo=UTC),
    )


def charged(*amounts, asset="USD", day=DAY):
    return [Charge(amount=D(amount), asset=asset, day=day) for amount in amounts]


@pytest.mark.parametrize(
    ("fills", "charges", "fee"),
    [
        ([a_fill()], charged("12.5"), "12.5"),
        ([a_fill()], charged("99", "11", "3"), "11"),
        ([a_fill("0.06"), a_fill("0.04")], charged("7.5", "5"), "12.5"),
        ([a_fill("0.06"), a_fill("0.04")], charged("12.5"), "12.5"),
        ([a_fill("0.05"), a_fill("0.05")], charged("6.25", "6.25"), "12.5"),
        ([a_fill("0.0000015")], charged("0"), "0"),
        ([a_fill()], charged("12.50", day=date(2026, 11, 21)), "12.5"),
        ([a_fill(side=Side.BUY)], charged("0.00025", asset="BTC"), "0.00025"),
    ],
    ids=["one", "of the next tier", "a part each", "one for all", "twins", "rounded away", "zone", "coins"],
)
def test_a_charge_of_the_day_that_fits_the_schedule_is_the_orders(fills, charges, fee):
    assert find_fee(fills, charges, tier=1) == D(fee)


@pytest.mark.parametrize(
    ("fills", "charges"),
    [
        ([a_fill()], []),
        ([a_fill("0.06"), a_fill("0.04")], charged("7.5")),
        ([a_fill("0.05"), a_fill("0.05")], charged("6.25")),
        ([a_fill()], charged("40", "7.5")),
        ([a_fill()], charged("12.5", day=date(2026, 11, 10))),
        ([a_fill()], charged("12.5", asset="BTC")),
        ([], charged("12.5")),
    ],
    ids=["none yet", "half", "one of twins", "other rates", "another week", "another asset", "no fills"],
)
def test_what_is_not_booked_in_full_stays_unknown(fills, charges):
    assert find_fee(fills, charges, tier=None) is None


def another(quantity="0.1", *, order="o-2", **changes):
    return a_fill(quantity, order=order, **changes)


@pytest.mark.parametrize(
    ("others", "charges", "fee"),
    [
        ([another()], charged("12.5"), None),
        ([another()], charged("12.5", "12.5"), "12.5"),
        ([another()], charged("12.5", "12.45"), None),
        ([another("0.1001")], charged("12.5"), None),
        ([another("0.088")], charged("11"), None),
        ([another("0.088")], charged("12.5", "11"), "12.5"),
        ([another("0.2")], charged("12.5"), "12.5"),
        ([another("0.1"), another("0.3")], charged("12.5", "37.5"), None),
        ([another("0.1"), another("0.3")], charged("12.5", "12.5", "37.5"), "12.5"),
        ([another(), another(order="o-3")], charged("12.5", "12.5"), None),
        ([another(side=Side.BUY)], charged("12.5"), "12.5"),
    ],
    ids=[
        "one for two",
        "twins",
        "nearly twins",
        "nearly the same",
        "of the next tier",
        "each its own",
        "a rival that fits none",
        "a part of a rival",
        "parts of a rival, all booked",
        "two for three",
        "a rival charged in coins",
    ],
)
def test_a_charge_is_no_orders_that_may_be_anothers(others, charges, fee):
    found = find_fee([a_fill()], charges, tier=1, others=others)

    assert found == (fee and D(fee))


@pytest.mark.parametrize("charges", [charged("12.5"), charged("12.5", "12.5"), charged("11", "12.5")])
def test_no_charge_counts_for_two_orders(charges):
    one, two = [a_fill()], [another()]

    fees = [find_fee(one, charges, tier=1, others=two), find_fee(two, charges, tier=1, others=one)]

    known = [fee for fee in fees if fee is not None]
    assert sum(known) <= sum(charge.amount for charge in charges)
    assert len(known) in {0, len(charges)}


@pytest.mark.parametrize(
    ("tier", "taker"),
    [(None, "0.0025"), (1, "0.0025"), (2, "0.0022"), (8, "0.001"), (0, "0.0025"), (99, "0.001")],
)
def test_what_is_paid_depends_on_the_accounts_tier(tier, taker):
    assert taker_of_tier(tier) == D(taker)
