"""Past sales at the average cost that today's quantity would have had then."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.accounts.cost_basis import History
from engine.accounts.disposals import disposals
from engine.model.money import ZERO, exact
from engine.model.movements import change_of
from tests.builders import a_fill, ago, some_fills


def held_after(asset, fills):
    with exact():
        return sum((change_of(asset, fill) for fill in fills), ZERO)


def given_away(*fills, asset="BTC", held=None, at_beginning=True, usd_rates=None):
    fills = some_fills(*fills) if fills and isinstance(fills[0], str) else list(fills)
    held = held_after(asset, fills) if held is None else Decimal(held)
    return list(disposals(asset, fills, held=held, at_beginning=at_beginning, usd_rates=usd_rates or {}))


def costs(*fills, **known):
    return [
        None if one.cost is None else (f"{one.cost.normalize():f}", one.currency)
        for one in given_away(*fills, **known)
    ]


TABLE = {
    "a sale of all": (["buy 1 BTC @ 100 USD", "sell 1 BTC @ 120 USD"], [("100", "USD")]),
    "a sale of a part": (["buy 2 BTC @ 100 USD", "sell 0.5 BTC @ 120 USD"], [("50", "USD")]),
    "two buys are averaged": (
        ["buy 1 BTC @ 100 USD", "buy 1 BTC @ 200 USD", "sell 1 BTC @ 500 USD"],
        [("150", "USD")],
    ),
    "a later buy changes nothing of an earlier sale": (
        ["buy 1 BTC @ 100 USD", "sell 0.5 BTC @ 500 USD", "buy 1 BTC @ 900 USD", "sell 1.5 BTC @ 9 USD"],
        [("50", "USD"), ("950", "USD")],
    ),
    "sold out and begun anew": (
        ["buy 1 BTC @ 100 USD", "sell 1 BTC @ 1 USD", "buy 1 BTC @ 300 USD", "sell 1 BTC @ 1 USD"],
        [("100", "USD"), ("300", "USD")],
    ),
    "more than was bought": (["buy 1 BTC @ 100 USD", "sell 2 BTC @ 120 USD"], [None]),
    "a coin that pays for another": (["buy 2 BTC @ 100 USD", "buy 10 ETH @ 0.1 BTC"], [("100", "USD")]),
    "bought with another coin": (["sell 10 ETH @ 0.1 BTC", "sell 1 BTC @ 100 USD"], [None]),
}


@pytest.mark.parametrize(("fills", "expected"), TABLE.values(), ids=TABLE)
def test_what_is_given_away_costs_the_average_of_then(fills, expected):
    assert costs(*fills) == expected


def test_purchases_in_two_currencies_are_averaged_in_dollars_at_their_rates():
    fills = [
        a_fill("buy 1 BTC @ 100 EUR", at=ago(30), trade_id="euros"),
        a_fill("buy 1 BTC @ 90 USD", at=ago(20)),
        a_fill("sell 1 BTC @ 300 USD", at=ago(10)),
    ]

    # (110 + 90) / 2
    assert costs(*fills, usd_rates={"euros": Decimal("1.1")}) == [("100", "USD")]
    # What was paid in euros is not explained, so only 90 dollars of one coin are.
    assert costs(*fills) == [("90", "USD")]


def test_a_sale_before_the_oldest_known_zero_is_unknown_where_older_fills_were_not_read():
    fills = some_fills("buy 1 BTC @ 100 USD", "sell 1 BTC @ 120 USD")
    later = some_fills("buy 1 BTC @ 100 USD", "sell 1 BTC @ 120 USD", "buy 1 BTC @ 50 USD")

    [unknown] = given_away(*fills, held=3, at_beginning=False)
    [known] = given_away(*fills, held=0, at_beginning=False)
    [between] = given_away(*later, held=1, at_beginning=False)

    assert (unknown.cost, unknown.is_history_known) == (None, False)
    assert (known.cost, known.is_history_known) == (Decimal(100), True)
    assert between.cost == Decimal(100)


def test_without_todays_quantity_only_the_whole_history_explains():
    fills = some_fills("buy 1 BTC @ 100 USD", "sell 1 BTC @ 120 USD")

    def cost(*, at_beginning):
        [one] = disposals("BTC", fills, held=None, at_beginning=at_beginning, usd_rates={})
        return one.cost

    assert (cost(at_beginning=True), cost(at_beginning=False)) == (Decimal(100), None)


def test_a_withdrawn_coin_does_not_lower_the_average_of_what_was_bought_after_it():
    fills = some_fills("buy 1 BTC @ 100 USD", "buy 1 BTC @ 300 USD", "sell 1 BTC @ 1 USD")

    # One was withdrawn between the purchases: nothing was left before the second.
    assert costs(*fills, held=0) == [("300", "USD")]


def test_leveraged_trades_and_other_coins_are_none():
    leveraged = a_fill("sell 1 BTC @ 100 USD", margin=True)

    assert given_away(leveraged, a_fill("sell 1 ETH @ 100 USD"), held=0) == []


TRADES = st.lists(
    st.tuples(
        st.sampled_from(["buy", "sell"]), st.integers(1, 9), st.integers(1, 50), st.sampled_from(["0", "0.1"])
    ),
    max_size=14,
)


def possible(trades, deposited):
    """Return the trades as fills, without sales of more than there is."""
    fills, held = [], Decimal(deposited)
    for number, (side, quantity, price, fee) in enumerate(trades):
        fill = a_fill(
            f"{side} {quantity} BTC @ {price} USD",
            at=ago(60 * (len(trades) - number)),
            fee=fee,
            fee_asset="BTC" if side == "buy" else "USD",
        )
        if held + change_of("BTC", fill) >= 0:
            held += change_of("BTC", fill)
            fills.append(fill)
    return fills


@given(TRADES, st.integers(0, 3))
def test_each_disposal_costs_what_the_basis_of_that_moment_says(trades, deposited):
    fills = possible(trades, deposited)
    held = deposited + held_after("BTC", fills)
    found = {one.fill.trade_id: one for one in given_away(*fills, held=held)}

    assert set(found) == {fill.trade_id for fill in fills if fill.side == "sell"}
    for place, fill in enumerate(fills):
        if fill.trade_id in found:
            before = deposited + held_after("BTC", fills[:place])
            basis = History(asset="BTC", quantity=before).with_page(fills[:place], is_last=True).basis()
            assert found[fill.trade_id].cost == basis.paid_for(fill.quantity, currency="USD")
