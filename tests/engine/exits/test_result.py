from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.messages import AgainstGuard
from engine.exits.result import Results, Traded, realised_pnl, results_of
from engine.model.money import exact
from tests.builders import number

NOTHING = (Decimal(0), Decimal(0))
#: Two coins sold for 180 dollars, of which the venue took 1.80.
SOLD = Traded(
    quantity=Decimal(2),
    value=Decimal(180),
    is_sale=True,
    currency="USD",
    fee=Decimal("1.80"),
    fee_asset="USD",
    rate=Decimal(1),
)
amounts = st.decimals(min_value="0.000001", max_value=10**9, places=6)


def results(traded=SOLD, *, paid="200", of_quantity="2", guarded=NOTHING):
    return results_of(traded, paid=number(paid), of_quantity=number(of_quantity), guarded=guarded)


@pytest.mark.parametrize(
    ("changes", "paid", "realised"),
    [
        pytest.param({}, "200", "-21.80", id="a loss"),
        pytest.param({}, "150", "28.20", id="a gain"),
        pytest.param({"is_sale": False}, "200", "18.20", id="bought back for less than it was sold for"),
        pytest.param({"quantity": Decimal(1), "value": Decimal(90)}, "200", "-11.80", id="half of it sold"),
        pytest.param({"rate": Decimal("1.1")}, "200", "-3.98", id="sold for other money"),
        pytest.param({"fee": None}, "200", "-20", id="fee not booked"),
        pytest.param({"fee_asset": "KFEE"}, "200", "-20", id="fee in another asset"),
        pytest.param({"fee_asset": None}, "200", "-21.80", id="fee in nothing else that is named"),
        pytest.param({}, None, None, id="cost unknown"),
        pytest.param({"value": None}, "200", None, id="value unknown"),
        pytest.param({"rate": None}, "200", None, id="rate unknown"),
    ],
)
def test_what_was_brought_is_held_against_what_that_much_cost(changes, paid, realised):
    assert results(replace(SOLD, **changes), paid=paid).realised == number(realised)


@pytest.mark.parametrize(
    ("changes", "is_before_fee"),
    [({}, False), ({"fee": None}, True), ({"fee_asset": "KFEE"}, True), ({"fee_asset": None}, False)],
)
def test_a_result_without_its_fee_says_so(changes, is_before_fee):
    assert results(replace(SOLD, **changes)).before_fee is is_before_fee


@pytest.mark.parametrize(
    ("paid", "of_quantity", "entry"), [("300", "3", "100"), (None, "3", None), ("0", "0", None)]
)
def test_the_entry_is_the_average_of_what_was_paid(paid, of_quantity, entry):
    assert results(paid=paid, of_quantity=of_quantity).entry == number(entry)


@pytest.mark.parametrize(
    ("guarded", "expected"),
    [
        (("2", "190"), AgainstGuard(price=Decimal(95), quantity=Decimal(2), result=Decimal("-11.80"))),
        (("1", "95"), AgainstGuard(price=Decimal(95), quantity=Decimal(1), result=Decimal("-5.90"))),
        (("4", "380"), AgainstGuard(price=Decimal(95), quantity=Decimal(2), result=Decimal("-11.80"))),
        (("0", "0"), None),
    ],
    ids=["all of it", "a part", "more than was sold", "nothing"],
)
def test_the_guarded_part_is_held_against_what_its_guard_counts_from(guarded, expected):
    assert results(guarded=tuple(map(Decimal, guarded))).against_guard == expected


def test_without_a_fee_the_guarded_part_has_none_either():
    unbooked = replace(SOLD, fee=None)

    assert results(unbooked, guarded=(Decimal(1), Decimal(95))).against_guard.result == -5


@pytest.mark.parametrize("changes", [{"value": None}, {"rate": None}])
def test_what_nobody_knows_the_worth_of_has_no_result_against_its_guard(changes):
    assert results(replace(SOLD, **changes), guarded=(Decimal(2), Decimal(190))).against_guard is None


def test_nothing_traded_is_compared_with_no_guard():
    assert (
        results(replace(SOLD, quantity=Decimal(0)), guarded=(Decimal(2), Decimal(190))).against_guard is None
    )


def test_where_nothing_is_worked_out_nothing_is_known():
    assert Results() == Results(realised=None, entry=None, against_guard=None, before_fee=False)


@given(first=amounts, second=amounts, price=amounts, fee=amounts, unit_cost=amounts)
def test_the_results_of_two_fills_are_the_result_of_both(first, second, price, fee, unit_cost):
    def traded(quantity, fee):
        return Traded(
            quantity=quantity,
            value=quantity * price,
            is_sale=True,
            currency="USD",
            fee=fee,
            fee_asset="USD",
            rate=Decimal(1),
        )

    with exact():
        whole = first + second
        cost = whole * unit_cost
        parts = [realised_pnl(traded(q, fee), cost=cost, of_quantity=whole) for q in (first, second)]
        assert sum(parts) == realised_pnl(traded(whole, fee * 2), cost=cost, of_quantity=whole)


@given(value=amounts, fee=amounts, cost=amounts)
def test_a_sale_wins_what_buying_back_loses_and_the_fee_lessens_both(value, fee, cost):
    sale = replace(SOLD, value=value, fee=fee)
    back = replace(sale, is_sale=False)

    with exact():
        both = [realised_pnl(one, cost=cost, of_quantity=Decimal(2)) for one in (sale, back)]
        assert sum(both) == -2 * fee


@given(value=amounts, fee=amounts, cost=amounts)
def test_a_guard_of_all_that_counts_from_what_was_paid_has_the_realised_result(value, fee, cost):
    found = results(replace(SOLD, value=value, fee=fee), paid=cost, guarded=(Decimal(2), cost))

    assert found.against_guard.result == found.realised
