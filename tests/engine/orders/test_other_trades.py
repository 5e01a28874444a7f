"""Trades of other orders explain how a balance moved after an attempt, and never the attempt's own sale."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.orders.balance_verdict import NO_MOVEMENT, BalanceState, SendBasis
from engine.orders.other_trades import explain_movement
from tests.builders import a_fill, an_exit_intent

D = Decimal
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
INTENT = an_exit_intent(quantity=D("0.1"))
BASIS = SendBasis(owned=D("0.3"), held=D(0), currency="USD", cash=D(20000), at=NOW)


def traded(words, *, after_s=5, fee="0", fee_asset="USD", trade_id="T1", **changes):
    fill = a_fill(words, at=NOW + timedelta(seconds=after_s), trade_id=trade_id)
    return replace(fill, fee=None if fee is None else D(fee), fee_asset=fee_asset, **changes)


def explain(owned, cash, *fills, intent=INTENT):
    now = BalanceState(owned=D(owned), cash=D(cash))
    return explain_movement(intent, BASIS, now, fills, others={"EARLIER"})


@pytest.mark.parametrize(
    ("owned", "cash", "fills"),
    [
        pytest.param("0.4", "15000", [traded("buy 0.1 BTC @ 50000 USD")], id="bought"),
        pytest.param("0.4", "14990", [traded("buy 0.1 BTC @ 50000 USD", fee="10")], id="with a fee"),
        pytest.param(
            "0.399",
            "15000",
            [traded("buy 0.1 BTC @ 50000 USD", fee="0.001", fee_asset="BTC")],
            id="with a fee in coins",
        ),
        pytest.param("0.3", "22000", [traded("sell 1 ETH @ 2000 USD")], id="another coin sold"),
        pytest.param("0.25", "20000", [traded("buy 1 ETH @ 0.05 BTC")], id="another coin bought with it"),
        pytest.param("0.4", "20000", [traded("buy 0.1 BTC @ 45000 EUR")], id="bought for another currency"),
        pytest.param(
            "0.3",
            "22000",
            [traded("sell 1 ETH @ 2000 USD"), traded("buy 0.1 BTC @ 1 USD", after_s=-30, trade_id="T0")],
            id="and one that the reading contains already",
        ),
        pytest.param("0.3", "22000", [traded("sell 1 ETH @ 2000 USD")] * 2, id="reported twice"),
        pytest.param(
            "0.2",
            "25000",
            [traded("sell 0.1 BTC @ 50000 USD", venue_order_id="EARLIER")],
            id="another sale of ours",
        ),
    ],
)
def test_trades_that_cannot_be_the_attempts_own_explain_what_moved(owned, cash, fills):
    known = explain(owned, cash, *fills)

    assert known is not NO_MOVEMENT
    assert (known.owned, known.cash) == (D(owned) - D("0.3"), D(cash) - D(20000))


def test_trades_that_explain_all_of_the_money_are_known_though_coins_came_in_as_well():
    sale = traded("sell 0.1 BTC @ 50000 USD", venue_order_id="EARLIER")

    known = explain("0.25", "25000", sale)

    assert (known.owned, known.cash) == (D("-0.1"), D(5000))


@pytest.mark.parametrize(
    ("owned", "cash", "fills"),
    [
        pytest.param("0.2", "25000", [traded("sell 0.1 BTC @ 50000 USD")], id="a sale may be our own"),
        pytest.param("0.2", "25000", [traded("sell 0.1 BTC @ 45000 EUR")], id="in any pair"),
        pytest.param("0.4", "15000", [], id="none is listed"),
        pytest.param("0.4", "15000", [traded("buy 0.05 BTC @ 50000 USD")], id="too little was bought"),
        pytest.param("0.4", "15000", [traded("buy 0.1 BTC @ 50000 USD", after_s=-61)], id="long before"),
        pytest.param("0.4", "15000", [traded("buy 0.1 BTC @ 50000 USD", fee=None)], id="unknown fee"),
        pytest.param("0.4", "15000", [traded("buy 0.1 BTC @ 50000 USD", margin=True)], id="on margin"),
        pytest.param("0.3", "20000", [traded("buy 0.1 BTC @ 50000 USD")], id="bought, and as much sold"),
    ],
)
def test_what_trades_do_not_explain_exactly_stays_unexplained(owned, cash, fills):
    assert explain(owned, cash, *fills) is NO_MOVEMENT


@pytest.mark.fault("V87")
@pytest.mark.parametrize("later", [{"EARLIER"}, set()])
def test_a_trade_of_an_order_that_left_after_a_reading_is_certainly_not_in_it(later):
    sale = traded("sell 0.1 BTC @ 50000 USD", venue_order_id="EARLIER")
    now = BalanceState(owned=D("0.2"), cash=D(25000))

    known = explain_movement(INTENT, BASIS, now, [sale], others={"EARLIER"}, later=later)

    assert (known.owned, known.is_certain) == (D("-0.1"), bool(later))


@pytest.mark.fault("V87")
def test_sales_that_left_after_a_reading_are_known_though_they_do_not_explain_all():
    ours = traded("sell 0.1 BTC @ 50000 USD", venue_order_id="EARLIER")
    owners = traded("sell 0.01 BTC @ 50000 USD", trade_id="T2", after_s=9)
    now = BalanceState(owned=D("0.22"), cash=D(25500))

    known = explain_movement(INTENT, BASIS, now, [ours, owners], others={"EARLIER"}, later={"EARLIER"})

    assert (known.owned, known.cash, known.is_certain) == (D("-0.1"), D(5000), True)


@pytest.mark.parametrize(
    ("left_after_s", "is_known"),
    [
        pytest.param(None, False, id="nobody knows when the attempt left"),
        pytest.param(14, False, id="it may have left by then"),
        pytest.param(30, True, id="it left long after that"),
    ],
)
def test_a_sale_of_before_the_attempt_left_is_anothers_though_its_order_is_not_known(left_after_s, is_known):
    sold = traded("sell 0.05 BTC @ 50000 USD", venue_order_id="OWNERS", after_s=5)
    left_at = None if left_after_s is None else NOW + timedelta(seconds=left_after_s)

    known = explain_movement(
        INTENT, BASIS, BalanceState(owned=D("0.25"), cash=D(22500)), [sold], others=(), left_at=left_at
    )

    assert (known is not NO_MOVEMENT) is is_known


def test_an_order_that_traded_before_the_attempt_left_is_anothers_in_all_its_trades():
    early = traded("sell 0.01 BTC @ 50000 USD", venue_order_id="OWNERS", after_s=5)
    late = traded("sell 0.04 BTC @ 50000 USD", venue_order_id="OWNERS", after_s=60, trade_id="T2")

    known = explain_movement(
        INTENT,
        BASIS,
        BalanceState(owned=D("0.25"), cash=D(22500)),
        [early, late],
        others=(),
        left_at=NOW + timedelta(seconds=30),
    )

    assert (known.owned, known.cash) == (D("-0.05"), D(2500))
