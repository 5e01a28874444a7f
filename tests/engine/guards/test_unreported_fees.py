"""What a venue's fees take of a position without telling so belongs to the trades, and to nothing else."""

from decimal import ROUND_DOWN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.guards.changes import Paused, is_explained, reconcile
from engine.guards.unreported_fees import UnreportedFees, unreported_fees
from engine.model.holdings import PositionKind
from engine.model.instruments import AssetClass
from engine.model.money import exact
from engine.model.venues import Venue
from tests.builders import a_fill, a_guard, ago

RATIO = Decimal("0.004")
BEFORE = Decimal(10)


def cut(amount, step="0.00001"):
    return amount.quantize(Decimal(step), ROUND_DOWN)


def a_trade(side, quantity, price, age):
    fee = cut(quantity * price * RATIO)
    return a_fill(f"{side} {quantity} BTC @ {price} USD", at=ago(age), fee=str(fee))


def quantities(most):
    return st.decimals("0.00001", most, places=8)


PRICES = st.decimals("0.00001", "200000", places=5)
#: Quantity and price, and whether its fee is taken from the coins.
PURCHASES = st.lists(st.tuples(quantities(1000), PRICES, st.booleans()), max_size=6)


def bought(purchases):
    trades = [a_trade("buy", quantity, price, age) for age, (quantity, price, _) in enumerate(purchases, 1)]
    with exact():
        came = sum((quantity for quantity, _, _ in purchases), Decimal(0))
        in_coins = sum(
            (cut(quantity * RATIO, "1E-10") for quantity, _, is_in in purchases if is_in), Decimal(0)
        )
    return trades, came, in_coins


def compare(guard, seen, fills, *, before=BEFORE):
    return reconcile(guard, before=before, seen=seen, fills=fills, asset_class=AssetClass.CRYPTO)


@given(purchases=PURCHASES)
def test_purchases_leave_a_guard_as_it_was_whatever_their_fees_were_taken_from(purchases):
    guard = a_guard("10", "100")
    trades, came, in_coins = bought(purchases)
    seen = BEFORE + came - in_coins

    assert is_explained(guard, before=BEFORE, seen=seen, fills=trades)
    assert compare(guard, seen, trades).guard == guard


@given(purchases=PURCHASES, withdrawn=st.decimals("0.1", "9", places=4))
def test_what_is_withdrawn_beside_purchases_reduces_the_guard_but_for_fees_that_may_have_been_taken(
    purchases, withdrawn
):
    guard = a_guard("10", "100")
    trades, came, in_coins = bought(purchases)
    seen = BEFORE + came - in_coins - withdrawn

    change = compare(guard, seen, trades)

    fees = unreported_fees(guard, trades)
    left_open = fees.of_purchases - in_coins + fees.rounding
    assert -fees.rounding <= change.guard.quantity - (10 - withdrawn) <= max(left_open, 0)
    assert change.guard.quantity <= seen


@given(purchases=PURCHASES, sold=quantities(9), is_in_coins=st.booleans())
def test_a_sale_beside_purchases_reduces_the_guard_by_what_was_sold(purchases, sold, is_in_coins):
    guard = a_guard("10", "100")
    trades, came, in_coins = bought(purchases)
    sale_fee = cut(sold * RATIO, "1E-10") if is_in_coins else Decimal(0)
    seen = BEFORE + came - in_coins - sold - sale_fee
    trades.append(a_trade("sell", sold, Decimal(50000), 10))

    change = compare(guard, seen, trades)

    assert is_explained(guard, before=BEFORE, seen=seen, fills=trades)
    rounding = unreported_fees(guard, trades).rounding
    assert 10 - sold - sale_fee - rounding <= change.guard.quantity <= 10 - sold


@given(purchases=PURCHASES, missing=st.decimals("0.001", "9.9", places=4))
@pytest.mark.parametrize("venue", [Venue.COINBASE, Venue.ALPACA])
def test_where_a_fee_is_named_in_what_it_was_taken_from_every_missing_coin_was_moved(
    venue, purchases, missing
):
    guard = a_guard("10", "100", venue=venue)
    trades, came, _ = bought(purchases)

    change = compare(guard, BEFORE + came - missing, trades)

    assert change.guard.quantity == 10 - missing
    assert not isinstance(change, Paused)


@pytest.mark.parametrize(
    ("guard", "fill", "fees"),
    [
        pytest.param(
            a_guard(),
            a_fill("buy 5 BTC @ 50000 USD", fee="0"),
            UnreportedFees(rounding=Decimal("0.0000000102")),
            id="a fee too small to be named",
        ),
        pytest.param(
            a_guard(),
            a_fill("buy 5 BTC @ 50000 USD", fee="0.02", fee_asset="BTC"),
            UnreportedFees(),
            id="named in the base asset",
        ),
        pytest.param(
            a_guard(),
            a_fill("buy 5 ETH @ 0.05 BTC", fee="0.001"),
            UnreportedFees(taken_elsewhere=Decimal("0.001")),
            id="guarded coins that were paid with",
        ),
        pytest.param(
            a_guard(),
            a_fill("buy 5 BTC @ 50000 USD", fee="1000", margin=True),
            UnreportedFees(),
            id="leveraged",
        ),
        pytest.param(
            a_guard(kind=PositionKind.MARGIN),
            a_fill("buy 5 BTC @ 50000 USD", fee="1000", margin=True),
            UnreportedFees(),
            id="a leveraged position",
        ),
        pytest.param(
            a_guard(venue=Venue.ALPACA),
            a_fill("buy 4 BTC @ 50000 USD", fee=None, fee_asset="BTC"),
            UnreportedFees(of_purchases=Decimal("0.01"), rounding=Decimal("0.00000001")),
            id="booked later",
        ),
        pytest.param(
            a_guard(),
            a_fill("sell 5 BTC @ 50000 USD", fee="1000"),
            UnreportedFees(of_sales=Decimal("0.02"), rounding=Decimal("0.0000000102")),
            id="of a sale",
        ),
    ],
)
def test_what_fees_leave_open(guard, fill, fees):
    assert unreported_fees(guard, [fill]) == fees


def test_guarded_coins_that_were_paid_with_are_off_the_guard_without_a_fee_that_was_taken_elsewhere():
    guard = a_guard("1", "100")
    purchase = a_fill("buy 5 ETH @ 0.05 BTC", fee="0.001")

    in_base = compare(guard, Decimal("0.75"), [purchase], before=Decimal(1))
    in_quote = compare(guard, Decimal("0.749"), [purchase], before=Decimal(1))

    assert (in_base.guard.quantity, in_quote.guard.quantity) == (Decimal("0.75"), Decimal("0.749"))
