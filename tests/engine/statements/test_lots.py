"""Every purchase is used up once, the oldest first, and its parts cost what it did."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.money import ZERO, exact
from engine.model.movements import change_of, is_purchase
from engine.model.venues import Venue
from engine.statements.export import ExportedFill
from engine.statements.lots import Lots, match_lots
from tests.builders import a_fill, ago, some_fills


def exported(fills, account="a"):
    return [ExportedFill(account_id=account, venue=Venue.KRAKEN, fill=fill) for fill in fills]


def matched(*fills):
    fills = some_fills(*fills) if isinstance(fills[0], str) else fills
    return list(match_lots(exported(fills)).values())


def used(matching):
    return [(f"{one.quantity.normalize():f}", f"{one.cost.normalize():f}") for one in matching.uses]


def test_the_oldest_purchases_are_used_up_first():
    [first, second] = matched(
        "buy 1 BTC @ 100 USD",
        "buy 2 BTC @ 200 USD",
        "sell 1.5 BTC @ 300 USD",
        "buy 1 BTC @ 900 USD",
        "sell 2 BTC @ 300 USD",
    )

    assert used(first) == [("1", "100"), ("0.5", "100")]
    assert used(second) == [("1.5", "300"), ("0.5", "450")]
    # 450 - 200, and 600 - 750
    assert (first.gain, second.gain) == (250, -150)


def test_fees_are_in_the_cost_and_off_the_proceeds():
    [sale] = matched(
        a_fill("buy 1 BTC @ 100 USD", at=ago(60), fee="1"), a_fill("sell 1 BTC @ 150 USD", fee="2")
    )

    assert (used(sale), sale.gain) == ([("1", "101")], 47)


def test_a_fee_taken_in_the_coin_makes_the_lot_smaller_and_the_disposal_larger():
    [sale] = matched(
        a_fill("buy 1 BTC @ 100 USD", at=ago(60), fee="0.1", fee_asset="BTC"),
        a_fill("sell 0.8 BTC @ 150 USD", fee="0.1", fee_asset="BTC"),
    )

    assert (sale.quantity, used(sale), sale.gain) == (Decimal("0.9"), [("0.9", "100")], 20)


def test_more_than_was_bought_is_unmatched_and_has_no_gain():
    [sale] = matched("buy 1 BTC @ 100 USD", "sell 3 BTC @ 150 USD")

    assert (used(sale), sale.unmatched, sale.gain) == ([("1", "100")], 2, None)


def test_a_coin_that_pays_for_another_is_disposed_of_and_the_other_bought():
    spent, sold = matched("buy 1 BTC @ 100 USD", "buy 10 ETH @ 0.1 BTC", "sell 10 ETH @ 12 USD")

    assert (spent.asset, used(spent), spent.gain) == ("BTC", [("1", "100")], None)
    assert (sold.asset, used(sold), sold.gain) == ("ETH", [("10", "1")], None)


@pytest.mark.parametrize(
    "sale",
    [
        a_fill("sell 1 BTC @ 150 USD", fee=None),
        a_fill("sell 1 BTC @ 150 USD", fee="1", fee_asset="KFEE"),
        a_fill("sell 1 BTC @ 150 EUR"),
    ],
)
def test_a_gain_that_lacks_a_figure_is_unknown(sale):
    [matching] = matched(a_fill("buy 1 BTC @ 100 USD", at=ago(60)), sale)

    assert (matching.gain, matching.unmatched) == (None, 0)


def test_accounts_have_lots_of_their_own():
    bought = exported(some_fills("buy 1 BTC @ 100 USD"))
    sold = exported([a_fill("sell 1 BTC @ 150 USD")], account="b")

    [matching] = match_lots((*bought, *sold)).values()

    assert matching.unmatched == 1


def test_a_coin_that_only_pays_fees_uses_its_lots_up():
    fills = (
        a_fill("buy 5 FEE @ 1 USD", at=ago(90)),
        a_fill("buy 1 BTC @ 100 USD", at=ago(60), fee="2", fee_asset="FEE"),
        a_fill("sell 4 FEE @ 1 USD"),
    )

    [sale] = matched(*fills)

    assert (used(sale), sale.unmatched) == ([("3", "3")], 1)


TRADES = st.lists(
    st.tuples(
        st.sampled_from(["buy", "sell"]),
        st.decimals("0.001", 9, places=3),
        st.integers(1, 50),
        st.sampled_from(["0", "0.0007"]),
        st.sampled_from(["BTC", "USD"]),
    ),
    max_size=14,
)


def traded(trades):
    return [
        a_fill(
            f"{side} {quantity} BTC @ {price} USD",
            at=ago(60 * (len(trades) - number)),
            trade_id=str(number),
            fee=fee,
            fee_asset=asset,
        )
        for number, (side, quantity, price, fee, asset) in enumerate(trades)
    ]


@given(TRADES)
def test_no_lot_is_ever_negative_and_parts_come_to_the_whole(trades):
    fills, lots, matchings = traded(trades), Lots(asset="BTC"), []
    with exact():
        for fill in fills:
            matchings += filter(None, [lots.take(fill)])
            assert lots.quantity >= ZERO
            assert lots.cost >= ZERO
        purchases = [fill for fill in fills if is_purchase("BTC", fill)]
        bought = sum((change_of("BTC", fill) for fill in purchases), ZERO)
        paid = sum((-change_of("USD", fill) for fill in purchases), ZERO)
        uses = [use for one in matchings for use in one.uses]
        assert sum((use.quantity for use in uses), lots.quantity) == bought
        assert sum((use.cost for use in uses), lots.cost) == paid


@given(TRADES)
def test_every_disposal_is_matched_once_and_lots_are_used_in_their_order(trades):
    fills = traded(trades)

    found = match_lots(exported(fills))

    assert {trade_id for _, trade_id in found} == {fill.trade_id for fill in fills if fill.side == "sell"}
    order = [use.bought_at for one in found.values() for use in one.uses]
    assert order == sorted(order)
    for one in found.values():
        assert one.unmatched >= ZERO
        assert all(use.quantity > ZERO and use.bought_at <= one.fill.at for use in one.uses)
