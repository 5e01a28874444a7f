from dataclasses import replace
from decimal import Decimal

import pytest

from engine.model.money import ZERO
from engine.statements.export import with_booked_fees
from engine.statements.periods import Span
from tests.builders import NOW, a_fill, ago
from tests.engine.entries.buys import a_buy
from tests.handlers.statement_values import exported, fills_export

FILLS = fills_export()


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        (None, ["T1", "T2", "T3"]),
        ("BTC", ["T1", "T2"]),
        ("eth/usd", ["T3"]),
        ("USD", ["T1", "T2", "T3"]),
        ("SOL", []),
    ],
)
def test_fills_are_chosen_by_asset_or_pair(symbol, expected):
    assert [one.fill.trade_id for one in FILLS.chosen(symbol=symbol, span=None)] == expected


def test_fills_are_chosen_by_span():
    inside = exported("buy 1 BTC @ 1 USD", at=NOW)
    export = fills_export(exported("buy 1 BTC @ 1 USD", at=ago(61)), inside)

    assert export.chosen(symbol="BTC", span=Span(since=ago(60), until=ago(-60))) == (inside,)


def an_order(fee="3", filled="3"):
    return a_buy(filled=filled, fee=fee and Decimal(fee), fee_asset="USD", venue_order_id="O-1")


def unbooked(*quantities, **changes):
    return tuple(
        a_fill(f"buy {quantity} BTC @ 1 USD", fee=None, trade_id=str(n), **changes)
        for n, quantity in enumerate(quantities)
    )


def test_a_fee_booked_with_the_order_is_shared_by_its_fills():
    assert [fill.fee for fill in with_booked_fees(unbooked("1", "2"), [an_order()])] == [1, 2]


@pytest.mark.parametrize(
    ("fills", "order"),
    [
        (unbooked("1", "2"), an_order(fee=None)),
        (unbooked("1", "2", order="O-2"), an_order()),
        # Of a part of the order nothing is known, or its fee is its own already.
        (unbooked("1"), an_order()),
        ((*unbooked("1"), replace(unbooked("2")[0], trade_id="9", fee=ZERO)), an_order()),
    ],
)
def test_a_fee_that_is_not_certainly_a_fills_stays_unknown(fills, order):
    assert with_booked_fees(fills, [order]) == tuple(fills)
