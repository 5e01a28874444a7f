"""A balance shows whether an attempt that no list shows may have sold its coins or hold them."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.money import exact
from engine.orders.balance_verdict import (
    FILLED_SHARE,
    BalanceState,
    BalanceVerdict,
    Movement,
    holds,
    is_about_all,
    is_explained,
    is_more_gone,
    judge_balance,
)

D = Decimal
U, T, H, N = BalanceVerdict.UNTOUCHED, BalanceVerdict.TAKEN, BalanceVerdict.HELD, BalanceVerdict.UNEXPLAINED
UNPAID, PART = BalanceVerdict.UNPAID, BalanceVerdict.HELD_IN_PART


def position(owned, held="0", cash="1000"):
    return BalanceState(
        owned=None if owned is None else D(owned),
        held=D(held),
        cash=None if cash is None else D(cash),
    )


@pytest.mark.fault("V76")
@pytest.mark.parametrize(
    ("before", "now", "listed", "expected"),
    [
        pytest.param(position("0.3"), position("0.3"), "0", U, id="all of it is there"),
        pytest.param(position("0.3"), position("0.4"), "0", UNPAID, id="more came in, and no money"),
        pytest.param(position("0.3"), position("0.25"), "0", UNPAID, id="less than what was sent is gone"),
        pytest.param(position("0.3"), position("0.2", cash="6000"), "0", T, id="as much as was sent is sold"),
        pytest.param(position("0.3"), position("0.2001", cash="6000"), "0", T, id="about as much is sold"),
        pytest.param(position("0.3"), position("0.202", cash="6000"), "0", T, id="just about as much"),
        pytest.param(position("0.3"), position("0.2021", cash="6000"), "0", N, id="clearly less"),
        pytest.param(
            position("0.3"), position("0.2", cash=None), "0", T, id="gone, and the money is not reported"
        ),
        pytest.param(position("0.3"), position("0.2"), "0", UNPAID, id="as much is gone for no money"),
        pytest.param(position("0.3"), position("0", cash="6000"), "0", T, id="nothing is there"),
        pytest.param(position("0.3"), position("0"), "0", UNPAID, id="all went for no money"),
        pytest.param(position("0.3"), position("-0.1", cash="6000"), "0", T, id="less than nothing is there"),
        pytest.param(position("0.3"), position("0.3", cash="6000"), "0", N, id="a sale hidden by a deposit"),
        pytest.param(position("0.3"), position("0.3", cash="990"), "0", N, id="sold and bought back"),
        pytest.param(position("0.3"), position("0.3", cash=None), "0", N, id="the money is not reported"),
        pytest.param(position("0.3", cash=None), position("0.3"), "0", N, id="the money was not reported"),
        pytest.param(position(None), position("0.2"), "0", N, id="nothing to compare it with"),
        pytest.param(position(None), position("0", cash="6000"), "0", T, id="nothing is there, whatever was"),
        pytest.param(position("0.3"), position(None), "0", BalanceVerdict.UNREADABLE, id="not reported"),
        pytest.param(position("0.3"), position("0.3", "0.1"), "0", H, id="held by what no list shows"),
        pytest.param(position("0.3"), position("0.3", "0.098"), "0", H, id="just about all held so"),
        pytest.param(position("0.3"), position("0.3", "0.0979"), "0", PART, id="clearly less held so"),
        pytest.param(position("0.3"), position("0.3", "0.0021"), "0", PART, id="clearly some held so"),
        pytest.param(position("0.3"), position("0.3", "0.002"), "0", U, id="crumbs held so"),
        pytest.param(
            position("0.3"), position("0.3", "0.05"), "0", PART, id="some held by what no list shows"
        ),
        pytest.param(
            position("0.3"),
            position("0.35", "0.05", cash="3500"),
            "0",
            PART,
            id="half sold, and coins came in",
        ),
        pytest.param(
            position("0.3", "0.05"), position("0.3", "0.05"), "0", N, id="some held before, and no more now"
        ),
        pytest.param(position("0.3"), position("0.3", "0.1"), "0.1", U, id="held by a listed order"),
        pytest.param(
            position("0.3", "0.1"), position("0.3", "0.1"), "0", H, id="held before by another order"
        ),
        pytest.param(position("0.3", "0.25"), position("0.3", "0.1"), "0", H, id="held after more was freed"),
        pytest.param(position("0.3"), position("0.25", "0.05"), "0", H, id="half sold, half held"),
        pytest.param(position("0.3", "0.2"), position("0.3"), "0", U, id="a hold that ended"),
        pytest.param(position("0.3"), position("0.3", "0.1"), "0.2", U, id="lists older than the balance"),
        pytest.param(position(None), position("0.3", "0.1"), "0", H, id="held by nobody, whatever was"),
    ],
)
def test_coins_are_untouched_only_when_nothing_moved_and_listed_orders_explain_what_is_held(
    before, now, listed, expected
):
    assert judge_balance(before=before, now=now, listed=D(listed), sent=D("0.1")) is expected


@pytest.mark.parametrize(
    ("now", "known", "expected"),
    [
        pytest.param(position("0.4", cash="500"), ("0.1", "-500"), U, id="bought by its owner"),
        pytest.param(position("0.3", cash="5500"), ("0.1", "-500"), T, id="bought by its owner, and sold"),
        pytest.param(position("0.3", cash="3000"), ("0", "2000"), U, id="another coin was sold"),
        pytest.param(position("0.35", cash="3000"), ("0", "2000"), UNPAID, id="and coins came in"),
        pytest.param(position("0.15", cash="8500"), ("-0.15", "7500"), U, id="sold by an earlier exit"),
        pytest.param(
            position("0.2", cash="6000"), ("-0.1", "5000"), T, id="sold earlier, or by this attempt"
        ),
        pytest.param(
            position("0.25", cash="8500"), ("-0.15", "7500"), UNPAID, id="and coins came in after it"
        ),
    ],
)
def test_what_listed_trades_of_other_orders_changed_is_taken_into_account(now, known, expected):
    owned, cash = known
    movement = Movement(owned=D(owned), cash=D(cash), is_certain=False)

    weighed = judge_balance(before=position("0.3"), now=now, listed=D(0), sent=D("0.1"), known=movement)

    assert weighed is expected


def test_coins_that_went_while_another_coin_brought_the_money_were_not_sold():
    known = Movement(cash=D(5000), is_certain=False)

    weighed = judge_balance(
        before=position("0.3"), now=position("0.2", cash="6000"), listed=D(0), sent=D("0.1"), known=known
    )

    assert weighed is UNPAID


@pytest.mark.fault("V87")
def test_a_sale_of_ours_that_came_after_the_reading_is_not_taken_for_that_of_the_attempt():
    known = Movement(owned=D("-0.1"), cash=D(5000), is_certain=True)

    weighed = judge_balance(
        before=position("0.3"), now=position("0.2", cash="6000"), listed=D(0), sent=D("0.1"), known=known
    )

    assert weighed is U


SENT, PRICE, FEE = D("0.1"), D(50000), D("0.0026")
#: How much of what was sent is sold, and how much of it is held.
FATES = [(SENT, D(0)), (D(0), SENT), (D("0.04"), D("0.06")), (D("0.04"), D(0))]
AMOUNTS = [D(0), D("0.06"), D("0.1"), D("0.25")]


@pytest.mark.parametrize(("sold", "held"), FATES)
@pytest.mark.parametrize("is_buy_known", [True, False])
@pytest.mark.parametrize("price", [PRICE, D(45000)])
def test_an_order_that_sold_or_holds_is_never_untouched_whatever_its_owner_does(
    sold, held, is_buy_known, price
):
    for deposited, bought, ended, rested in product(AMOUNTS, repeat=4):
        before = BalanceState(owned=D(1), held=ended, cash=D(20000))
        paid = bought * price * (1 + FEE)
        now = BalanceState(
            owned=D(1) - sold + deposited + bought,
            held=held + rested,
            cash=D(20000) + sold * PRICE * (1 - FEE) - paid,
        )
        known = Movement(owned=bought, cash=-paid) if is_buy_known else Movement()

        weighed = judge_balance(before=before, now=now, listed=rested, sent=SENT, known=known)

        assert weighed in {T, H, N, PART}, (deposited, bought, ended, rested)


quantities = st.decimals("0", "2", places=8)


@given(
    sold=st.decimals("0.001", "0.1", places=5),
    is_held=st.booleans(),
    deposited=quantities,
    holds=st.tuples(quantities, quantities),
    known=st.tuples(quantities, st.decimals("0.01", "100000", places=2)),
)
def test_no_deposit_purchase_or_hold_makes_an_order_that_sold_or_holds_look_untouched(
    sold, is_held, deposited, holds, known
):
    (held_before, rested), (bought, price) = holds, known
    is_sold = 0 if is_held else 1
    now = BalanceState(
        owned=3 - is_sold * sold + deposited + bought,
        held=rested + (SENT if is_held else 0),
        cash=100 + is_sold * sold * price * (1 - FEE) - bought * price,
    )

    weighed = judge_balance(
        before=BalanceState(owned=D(3), held=held_before, cash=D(100)),
        now=now,
        listed=rested,
        sent=SENT,
        known=Movement(owned=bought, cash=-bought * price),
    )

    assert weighed in {T, H, N, PART}


@given(known_buy=quantities, rested=quantities, before_held=quantities)
def test_coins_that_nobody_touched_are_reported_as_such_whatever_known_trades_and_orders_changed(
    known_buy, rested, before_held
):
    weighed = judge_balance(
        before=BalanceState(owned=D(3), held=before_held, cash=D(100)),
        now=BalanceState(owned=3 + known_buy, held=rested, cash=100 - known_buy * PRICE),
        listed=rested,
        sent=SENT,
        known=Movement(owned=known_buy, cash=-known_buy * PRICE),
    )

    assert weighed is U


@given(st.integers(min_value=1, max_value=10**45))
def test_just_about_all_is_told_to_the_last_digit(digits):
    quantity, tick = D(digits).scaleb(-16), D(1).scaleb(-20)
    with exact():
        share = quantity * FILLED_SHARE
        below = share - tick

    assert (is_about_all(share, of=quantity), is_about_all(below, of=quantity)) == (True, False)


@pytest.mark.parametrize(
    ("held", "listed", "is_held"),
    [
        ("0.1", "0", True),
        ("0.1", "0.1", False),
        ("0.3", "0.2", True),
        ("0.09", "0", False),
        ("0.098", "0", True),
        ("0.09799", "0", False),
        ("0", "0", False),
    ],
)
def test_what_no_list_explains_may_hold_what_was_sent(held, listed, is_held):
    assert holds(D("0.1"), now=position("0.3", held), listed=D(listed)) is is_held


def test_nothing_holds_nothing():
    assert not holds(D(0), now=position("0.3"), listed=D(0))


@pytest.mark.parametrize(
    ("before", "now", "filled", "is_more"),
    [
        ("0.3", "0.2", "0.1", False),
        ("0.3", "0.2", "0", True),
        ("0.3", "0.25", "0.04", True),
        ("0.3", "0.198", "0.1", False),
        ("0.3", "0.19799", "0.1", True),
        ("0.3", "0.3", "0", False),
        (None, "0.2", "0", False),
        ("0.3", None, "0", False),
    ],
)
def test_more_is_gone_where_clearly_more_went_than_is_reported_as_sold(before, now, filled, is_more):
    assert is_more_gone(position(before), position(now), filled=D(filled), sent=D("0.1")) is is_more


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        pytest.param(
            position("0.3"), position("0.2", cash="6000"), T, id="as much as was sent, and money came"
        ),
        pytest.param(position("0.3"), position("0.2"), U, id="as much as was sent, and no money"),
        pytest.param(position("0.3"), position("0.2", cash=None), T, id="the money is not reported"),
        pytest.param(position("0.3", cash=None), position("0.2"), T, id="the money was not reported"),
        pytest.param(position("0.3"), position("0.25", cash="6000"), N, id="half of it, and money came"),
        pytest.param(position("0.3"), position("0.202", cash="6000"), T, id="just about as much"),
        pytest.param(position("0.3"), position("0.198", cash="6000"), T, id="just about no more"),
        pytest.param(position(None), position("0.2", cash="6000"), N, id="nothing to compare it with"),
    ],
)
def test_a_sale_that_may_be_part_of_the_earlier_reading_explains_nothing(before, now, expected):
    known = Movement(owned=D("-0.1"), is_certain=False)

    assert judge_balance(before=before, now=now, listed=D(0), sent=D("0.1"), known=known) is expected


@pytest.mark.parametrize(
    ("before", "now", "known", "expected"),
    [
        pytest.param(position("0.3"), position("0.3"), Movement(), True, id="nothing changed"),
        pytest.param(position("0.3"), position("0.4", cash="900"), Movement(), False, id="a purchase"),
        pytest.param(position("0.3"), position("0.4"), Movement(), False, id="coins came in"),
        pytest.param(
            position("0.3"),
            position("0.4", cash="900"),
            Movement(owned=D("0.1"), cash=D(-100)),
            True,
            id="known",
        ),
        pytest.param(
            position("0.3"),
            position("0.4001", cash="901"),
            Movement(owned=D("0.1"), cash=D(-100), owned_rounding=D("0.0001"), cash_rounding=D(1)),
            True,
            id="known and rounded",
        ),
        pytest.param(
            position("0.3"),
            position("0.40011", cash="901"),
            Movement(owned=D("0.1"), cash=D(-100), owned_rounding=D("0.0001"), cash_rounding=D(1)),
            False,
            id="more than was rounded",
        ),
        pytest.param(position(None), position("0.3"), Movement(), False, id="nothing to compare it with"),
        pytest.param(position("0.3"), position(None), Movement(), False, id="not reported"),
        pytest.param(position(None), position(None), Movement(), False, id="neither"),
        pytest.param(position("0.3"), position("0.3", cash=None), Movement(), False, id="no money reported"),
    ],
)
def test_a_balance_is_explained_by_known_trades_and_nothing_else(before, now, known, expected):
    assert is_explained(before, now, known) is expected
