from dataclasses import replace
from decimal import Decimal

import pytest

from engine.entries.reservations import Reservation, reserve, reserve_damaged, reserved_of
from engine.model.orders import Side
from engine.orders.intents import IntentKind, Trigger
from engine.orders.states import IntentState
from engine.storage.readable import UnreadableRow
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


def a_damaged_row(**values):
    usual = {"account_id": "kraken-1", "asset": "BTC", "symbol": "BTC/USD", "kind": "entry"}
    return UnreadableRow(table="intents", key=("intent-1",), why="state: no", values=usual | values)


@pytest.mark.parametrize(
    ("values", "asset", "currency"),
    [
        pytest.param({}, "BTC", "USD", id="a buy"),
        pytest.param({"kind": None}, "BTC", "USD", id="it may be a buy"),
        pytest.param({"account_id": None}, "BTC", "USD", id="it may be of this account"),
        pytest.param({"symbol": None}, "BTC", None, id="in some currency"),
        pytest.param({"asset": 5}, "", "USD", id="of something"),
    ],
)
def test_a_row_that_cannot_be_read_and_may_be_a_buy_keeps_an_unknown_amount_from_others(
    values, asset, currency
):
    assert reserve_damaged([a_damaged_row(**values)], "kraken-1") == (
        Reservation(account_id="kraken-1", asset=asset, currency=currency, amount=None, is_damaged=True),
    )


@pytest.mark.parametrize("values", [{"kind": "exit"}, {"account_id": "kraken-2"}])
def test_a_row_of_a_sale_or_of_another_account_keeps_nothing_back(values):
    assert reserve_damaged([a_damaged_row(**values)], "kraken-1") == ()


def test_what_is_reserved_in_an_unknown_currency_makes_all_of_them_unknown():
    damaged = reserve_damaged([a_damaged_row(symbol=None)], "kraken-1")

    assert reserved_of(damaged, "kraken-1", USD) is None
    assert reserved_of(damaged, "kraken-2", USD) == 0
