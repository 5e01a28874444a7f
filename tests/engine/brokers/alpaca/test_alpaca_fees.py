"""Which booked charge belongs to which order: the venue names none."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from engine.brokers.alpaca.charges import Charge
from engine.brokers.alpaca.fees import find_fee, readable_charges, taker_of_tier
from engine.brokers.alpaca.names import Catalog
from engine.model.orders import Fill, Side, VenueOrderId

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


@pytest.mark.parametrize(
    ("charges", "fee"),
    [
        (charged("6.25", "6.25"), "12.5"),
        (charged("2.5", "4", "6"), "12.5"),
        (charged("5", "6"), "11"),
        (charged("7.5"), "7.5"),
        (charged("6"), "6"),
        (charged("10"), "10"),
        (charged("5"), "5"),
        (charged("6.25"), None),
        (charged("4.2", "4.1"), None),
        (charged("7.5", "40"), None),
        (charged("6.25", "6.25", "40"), None),
        (charged("6.25", "6.25", day=date(2026, 11, 30)), None),
        (charged(*["1.25"] * 10), "12.5"),
        (charged(*["0.5"] * 25), None),
    ],
    ids=[
        "two halves",
        "three parts",
        "parts of the next tier",
        "maker",
        "maker of the next tier",
        "two tiers off",
        "the last tier",
        "one of two halves",
        "two of three thirds",
        "one that belongs to nothing",
        "halves and one that belongs to nothing",
        "another week",
        "ten parts",
        "more than can be tried",
    ],
)
def test_a_charge_in_parts_or_at_another_rate_is_the_orders_where_nothing_else_explains_it(charges, fee):
    assert find_fee([a_fill()], charges, tier=1) == (fee and D(fee))


@pytest.mark.parametrize(
    ("others", "charges", "fee"),
    [
        (["0.2"], charged("6.25", "6.25", "25"), "12.5"),
        (["0.2"], charged("7.5", "25"), "7.5"),
        (["0.06"], charged("7.5"), None),
        (["0.1"], charged("6.25", "6.25"), None),
        (["0.1"], charged("7.5"), None),
        (["0.05"], charged("6.25", "6.25"), None),
        (["0.05"], charged("6.25", "6.25", "6.25"), "12.5"),
        (["0.3"], charged("6.25", "6.25"), "12.5"),
    ],
    ids=[
        "halves beside another order",
        "another rate beside another order",
        "what another order explains",
        "halves of either",
        "another rate of either",
        "a half that is another order's",
        "a half for another order too",
        "another order not booked",
    ],
)
def test_a_charge_in_parts_takes_nothing_that_is_anothers(others, charges, fee):
    fills = [a_fill(quantity, order=f"o-{n}") for n, quantity in enumerate(others, 2)]

    assert find_fee([a_fill()], charges, tier=1, others=fills) == (fee and D(fee))


def like_each_other(count, *, first="0.05"):
    """Orders of one day that differ by less than a charge is rounded."""
    step = D("0.0000001")
    return [a_fill(str(D(first) + n * step), order=f"o-{n}") for n in range(2, count + 2)]


@pytest.mark.fault("V57")
@pytest.mark.parametrize(
    ("others", "charges"),
    [
        (like_each_other(400, first="0.02"), charged(*(str(D("2.5") + n * D("0.001")) for n in range(10)))),
        (like_each_other(400, first="0.02"), charged(*["2.5"] * 10)),
        (like_each_other(400, first="0.1"), charged(*(str(D("12.4") + n * D("0.0005")) for n in range(400)))),
        (like_each_other(1200, first="0.1"), charged(*["12.5"] * 1200)),
    ],
    ids=["splits of ten", "splits of ten equal ones", "hundreds of charges", "more than the stack is deep"],
)
def test_many_orders_that_resemble_each_other_never_hold_up_the_guards(others, charges):
    began = time.process_time()

    fee = find_fee([a_fill()], charges, tier=1, others=others)

    assert fee is None
    assert time.process_time() - began < 1


def test_orders_of_other_days_are_no_work_for_one_that_is_certain():
    others = [
        replace(fill, at=fill.at - timedelta(days=30 + n % 90))
        for n, fill in enumerate(like_each_other(3000))
    ]

    assert find_fee([a_fill()], charged("6.25", "6.25"), tier=1, others=others) == D("12.5")


@pytest.mark.parametrize(
    ("symbol", "asset"),
    [
        ("BTCUSD", "BTC"),
        ("BTC/USD", "BTC"),
        ("USD", "USD"),
        ("USDUSD", "USD"),
        ("USDC", "USDC"),
        ("USDCUSD", "USDC"),
        ("GONEUSD", "GONE"),
        ("GONE/USD", "GONE"),
    ],
)
def test_a_charge_is_taken_in_money_or_coins_and_never_in_shares(catalog, symbol, asset):
    row = {"net_amount": "0", "qty": "-12.5", "symbol": symbol, "date": "2026-11-22"}

    assert readable_charges([row], catalog) == charged("12.5", asset=asset)


@pytest.mark.parametrize(
    ("row", "day"),
    [
        ({"date": "2026-11-22"}, DAY),
        ({"date": "2026-11-22T00:00:00Z"}, DAY),
        ({"date": None, "created_at": "2026-11-22T23:10:00Z"}, DAY),
        ({"transaction_time": "2026-11-22T23:10:00Z"}, DAY),
        ({"date": "soon", "id": "20261122000000000::f-1"}, DAY),
        ({"id": "20261122000000000::f-1"}, DAY),
        ({"id": "20269922000000000::f-1"}, None),
        ({"id": "f-1"}, None),
        ({}, None),
    ],
)
def test_a_charge_is_of_the_day_its_row_names_in_any_way(row, day):
    read = readable_charges([{"net_amount": "-12.5", **row}], Catalog())

    assert [charge.day for charge in read] == ([day] if day else [])


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
