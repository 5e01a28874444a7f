"""What a guard with a target does at a price: hold, liquidate, or take its profit."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.accounts.cost_basis import CostBasis, FeeTotal
from engine.accounts.fees import TakerFee
from engine.guards.guard import GuardSource
from engine.guards.rule import is_at_target, is_breached
from engine.guards.stop import is_at_stop
from engine.guards.verdict import (
    SaleCosts,
    Verdict,
    at_break_even,
    break_even_price,
    judge,
    sale_costs,
    target_price_of,
)
from engine.model.holdings import Direction, PositionKind
from engine.model.money import exact
from engine.model.venues import Venue
from tests.builders import a_guard

#: One for 100 dollars, with a target of two percent.
GUARD = replace(a_guard("1", "100"), target=Decimal("0.02"))
OWN = TakerFee(ratio=Decimal("0.002"), is_own=True)
FREE = SaleCosts(paid=Decimal(100), fees=Decimal(0), taker=Decimal(0))

PRICES = st.decimals("0.01", "300", places=4)
RATIOS = st.decimals("0", "0.05", places=4)
GUARDS = st.builds(
    lambda guard, target: replace(guard, target=target),
    st.builds(
        a_guard,
        quantity=st.decimals("0.1", "30", places=3),
        cost=st.decimals("1", "300", places=3),
        threshold=st.decimals("-0.5", "-0.001", places=3),
        direction=st.sampled_from(Direction),
    ),
    st.none() | st.decimals("0.0001", "0.9", places=4),
)


def costs(fees="0", taker="0", paid="100"):
    return SaleCosts(paid=Decimal(paid), fees=Decimal(fees), taker=Decimal(taker))


def basis(*fees, explained="1", known=True):
    return CostBasis(
        asset="BTC",
        quantity=Decimal(explained),
        explained=Decimal(explained),
        cost=Decimal(100),
        currency="USD",
        fees=tuple(FeeTotal(asset=asset, amount=Decimal(amount)) for asset, amount in fees),
        fees_known=known,
        complete=True,
    )


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ("98.99", Verdict.LIQUIDATE),
        ("99", Verdict.LIQUIDATE),
        ("99.01", Verdict.HOLD),
        ("101.99", Verdict.HOLD),
        ("102", Verdict.TAKE_PROFIT),
        ("150", Verdict.TAKE_PROFIT),
    ],
)
def test_a_long_takes_its_profit_from_exactly_its_target_on(price, expected):
    assert judge(GUARD, Decimal(price), FREE) is expected


@pytest.mark.parametrize(
    ("price", "expected"),
    [("101", Verdict.LIQUIDATE), ("98.01", Verdict.HOLD), ("98", Verdict.TAKE_PROFIT)],
)
def test_a_short_takes_its_profit_below(price, expected):
    assert judge(replace(GUARD, direction=Direction.SHORT), Decimal(price), FREE) is expected


def test_without_a_target_no_gain_sells():
    assert judge(a_guard("1", "100"), Decimal(1000), FREE) is Verdict.HOLD


@pytest.mark.parametrize(
    ("price", "bought_for", "expected"),
    [
        # 102 - 100 - 1.02 to sell = 0.98 is left for what buying was charged.
        ("102", costs("0.97", "0.01"), Verdict.TAKE_PROFIT),
        ("102", costs("0.98", "0.01"), Verdict.HOLD),
        ("102", costs("1", "0.01"), Verdict.HOLD),
        ("102.1", costs("1", "0.01"), Verdict.TAKE_PROFIT),
    ],
)
def test_a_profit_that_fees_eat_up_is_not_taken(price, bought_for, expected):
    assert judge(GUARD, Decimal(price), bought_for) is expected


def test_a_gain_on_the_price_of_a_day_is_none_while_its_owner_paid_more():
    guarded = replace(GUARD, source=GuardSource.EXISTING_PRICE, paid=Decimal(110))
    paid = sale_costs(guarded, basis=None, taker=TakerFee(ratio=Decimal(0), is_own=True))

    assert judge(guarded, Decimal(105), paid) is Verdict.HOLD
    assert judge(guarded, Decimal(111), paid) is Verdict.TAKE_PROFIT


@pytest.mark.parametrize(
    ("known", "charged"),
    [
        (basis(("USD", "0.4")), "0.4"),
        # A quarter of what was bought is guarded.
        (basis(("USD", "0.4"), explained="4"), "0.1"),
        # A hundredth that was taken of the coins is worth a dollar of the hundred that they cost.
        (basis(("BTC", "0.01"), ("USD", "0.3")), "1.3"),
        (basis(), "0"),
    ],
)
def test_what_buying_was_charged_is_what_its_fills_say(known, charged):
    guarded = replace(GUARD, source=GuardSource.MANUAL)

    assert sale_costs(guarded, basis=known, taker=OWN).fees == Decimal(charged)


@pytest.mark.parametrize(
    "known",
    [None, basis(("USD", "0.4"), known=False), basis(("USD", "0.4"), explained="0.5"), basis(("KFEE", "40"))],
    ids=["no fills", "a fee not booked", "a part bought elsewhere", "paid in something else"],
)
def test_what_is_not_known_of_it_costs_what_the_account_pays_now(known):
    assert sale_costs(GUARD, basis=known, taker=OWN).fees == Decimal("0.2")


def test_a_profit_that_the_fees_in_coins_eat_is_none():
    """One ether for $100 at Alpaca, which took 0.25 % of it: at $100.30 a sale brings $99.80."""
    guard = replace(a_guard("0.9975", "99.75", venue=Venue.ALPACA), target=Decimal("0.003"))
    bought = replace(
        basis(("BTC", "0.0025")), quantity=guard.quantity, explained=guard.quantity, cost=guard.cost
    )
    paid = sale_costs(guard, basis=bought, taker=TakerFee(ratio=Decimal("0.0025"), is_own=True))

    assert judge(guard, Decimal("100.3"), paid) is Verdict.HOLD
    assert judge(guard, Decimal("100.51"), paid) is Verdict.TAKE_PROFIT


def test_what_older_coins_were_charged_makes_no_profit_of_a_buy():
    bought = replace(GUARD, source=GuardSource.BOUGHT)

    assert sale_costs(bought, basis=basis(("USD", "0.01"), explained="9"), taker=OWN).fees == Decimal("0.2")
    assert sale_costs(bought, basis=basis(("USD", "0.4")), taker=OWN).fees == Decimal("0.4")


def test_the_fills_of_a_coin_say_nothing_of_a_margin_position():
    margin = replace(GUARD, kind=PositionKind.MARGIN)

    assert sale_costs(margin, basis=basis(("USD", "0.01")), taker=OWN).fees == Decimal("0.2")


@pytest.mark.parametrize(
    ("venue", "taker", "expected"),
    [(Venue.ALPACA, "0", "0.0025"), (Venue.KRAKEN, "0.0026", "0.0040"), (Venue.KRAKEN, "0.01", "0.01")],
)
def test_a_taker_fee_of_the_table_counts_as_no_less_than_the_first_tier(venue, taker, expected):
    usual = TakerFee(ratio=Decimal(taker), is_own=False)

    assert sale_costs(a_guard("1", "100", venue=venue), basis=None, taker=usual).taker == Decimal(expected)


def test_break_even_is_what_it_cost_with_all_fees():
    # 100 paid, 0.6 for buying; selling at 102.55 is charged 1.9485 of it.
    price = break_even_price(GUARD, costs("0.6", "0.019"))

    assert price.quantize(Decimal("0.0001")) == Decimal("102.5484")
    assert at_break_even(GUARD, costs("0.6", "0.019")) == replace(GUARD, stop=price, target=None)


def test_a_stop_that_is_nearer_than_break_even_stays():
    nearer = replace(GUARD, trail=Decimal("0.02"), stop=Decimal(105))

    assert at_break_even(nearer, costs("0.6", "0.019")).stop == 105


@given(GUARDS, PRICES, st.decimals("0", "5", places=3), RATIOS)
def test_a_stop_at_break_even_never_sells_at_the_price_of_its_target(guard, price, fees, taker):
    bought_for = SaleCosts(paid=guard.cost, fees=fees, taker=taker)
    if judge(guard, price, bought_for) is Verdict.TAKE_PROFIT:
        assert not is_at_stop(at_break_even(guard, bought_for), price)


@given(GUARDS, PRICES, st.decimals("0", "5", places=3), RATIOS)
def test_liquidation_wins_and_a_profit_is_one_after_all_fees(guard, price, fees, taker):
    verdict = judge(guard, price, SaleCosts(paid=guard.cost, fees=fees, taker=taker))

    facts = {"mark": price, "quantity": guard.quantity, "cost": guard.cost, "direction": guard.direction}
    assert (verdict is Verdict.LIQUIDATE) is is_breached(**facts, threshold=guard.threshold)
    if verdict is Verdict.TAKE_PROFIT:
        with exact():
            value, fee = price * guard.quantity, price * guard.quantity * taker
            gain = value - guard.cost if guard.direction is Direction.LONG else guard.cost - value
        assert gain >= guard.target * guard.cost
        assert gain - fee - fees > 0


@given(GUARDS.filter(lambda guard: guard.target is not None), PRICES)
def test_the_price_of_a_target_decides_as_the_gain_does(guard, price):
    at = target_price_of(guard)

    is_there = price >= at if guard.direction is Direction.LONG else price <= at
    assert is_there is is_at_target(
        mark=price,
        quantity=guard.quantity,
        cost=guard.cost,
        target=guard.target,
        direction=guard.direction,
    )
