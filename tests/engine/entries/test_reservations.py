from dataclasses import replace
from decimal import Decimal

import pytest

from engine.entries.reservations import Reservation, reserve, reserved_of
from engine.model.orders import Side
from engine.orders.intents import IntentKind, Trigger
from engine.orders.states import IntentState
from tests.builders import NOW, an_exit_intent, number

BUFFER = Decimal("0.02")
USD = ("USD",)


def a_trigger(price):
    return Trigger(
        price=number(price),
        basis="ask",
        ratio=number("0"),
        threshold=number("-0.01"),
        quantity=number("1"),
        cost=number(price),
        at=NOW,
    )


def a_buy(quantity="0.5", price="100", *, state=IntentState.SENT, **changes):
    return an_exit_intent(
        kind=IntentKind.ENTRY,
        guard_id=None,
        side=Side.BUY,
        quantity=number(quantity),
        trigger=None if price is None else a_trigger(price),
        state=state,
        **changes,
    )


@pytest.mark.parametrize("state", [state for state in IntentState if not state.is_final])
def test_a_buy_under_way_reserves_its_planned_cost_and_the_buffer(state):
    assert reserve([a_buy(state=state)], buffer=BUFFER) == (
        Reservation(account_id="kraken-1", asset="BTC", currency="USD", amount=number("51.00")),
    )


@pytest.mark.parametrize("state", [IntentState.REFUSED, IntentState.SUPERSEDED, IntentState.ABANDONED])
def test_a_buy_that_came_to_nothing_reserves_nothing(state):
    assert reserve([a_buy(state=state)], buffer=BUFFER) == ()


def test_a_filled_one_that_the_cash_does_not_show_reserves_what_it_has_cost():
    filled = a_buy(state=IntentState.FILLED, filled_quantity=number("0.5"), cost=number("49.8"))

    paid = replace(filled, fee=number("0.2"), fee_asset="USD")
    in_coins = replace(filled, fee=number("0.001"), fee_asset="BTC")

    assert reserved_of(reserve([paid], buffer=BUFFER), "kraken-1", USD) == number("50.0")
    assert reserved_of(reserve([in_coins], buffer=BUFFER), "kraken-1", USD) == number("49.8")


def test_sales_reserve_nothing():
    assert reserve([an_exit_intent()], buffer=BUFFER) == ()


def test_reservations_add_up_for_their_account_and_currency_alone():
    buys = [
        a_buy(),
        a_buy("1", "30"),
        a_buy("1", "1000", account_id="alpaca-1"),
        a_buy("1", "1000", symbol="BTC/EUR"),
    ]

    assert reserved_of(reserve(buys, buffer=BUFFER), "kraken-1", USD) == number("81.6")
    assert reserved_of(reserve(buys, buffer=BUFFER), "coinbase-1", USD) == 0


@pytest.mark.parametrize(
    "unknown", [a_buy(price=None), a_buy(state=IntentState.FILLED, filled_quantity=number("0.5"))]
)
def test_a_buy_of_unknown_cost_leaves_unknown_what_is_free(unknown):
    reservations = reserve([a_buy(), unknown], buffer=BUFFER)

    assert reserved_of(reservations, "kraken-1", USD) is None
    assert reserved_of(reservations, "kraken-1", ("EUR",)) == 0
