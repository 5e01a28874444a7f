"""A balance tells whether an attempt that no list shows may have sold its coins or hold them."""

from decimal import Decimal

import pytest

from engine.orders.coins import Coins, Position, weigh_coins

D = Decimal
U, T, H, N = Coins.UNTOUCHED, Coins.TAKEN, Coins.HELD, Coins.UNTOLD


def position(owned, held="0"):
    return Position(owned=None if owned is None else D(owned), held=D(held))


@pytest.mark.parametrize(
    ("before", "now", "listed", "expected"),
    [
        pytest.param(position("0.3"), position("0.3"), "0", U, id="all of it is there"),
        pytest.param(position("0.3"), position("0.4"), "0", U, id="more came in"),
        pytest.param(position("0.3"), position("0.25"), "0", U, id="less than what was sent is gone"),
        pytest.param(position("0.3"), position("0.2"), "0", T, id="as much as was sent is gone"),
        pytest.param(position("0.3"), position("0.2001"), "0", T, id="about as much is gone"),
        pytest.param(position("0.3"), position("0"), "0", T, id="nothing is there"),
        pytest.param(position(None), position("0.2"), "0", U, id="nothing to compare it with"),
        pytest.param(position(None), position("0"), "0", T, id="nothing is there, whatever was"),
        pytest.param(position("0.3"), position(None), "0", N, id="not told"),
        pytest.param(position("0.3"), position("0.3", "0.1"), "0", H, id="held by what no list shows"),
        pytest.param(position("0.3"), position("0.3", "0.1"), "0.1", U, id="held by a listed order"),
        pytest.param(position("0.3", "0.1"), position("0.3", "0.1"), "0", U, id="held before already"),
        pytest.param(position("0.3"), position("0.25", "0.05"), "0", H, id="half sold, half held"),
        pytest.param(position("0.3", "0.2"), position("0.3"), "0", U, id="a hold that ended"),
        pytest.param(position("0.3"), position("0.3", "0.1"), "0.2", U, id="lists older than the balance"),
        pytest.param(position(None), position("0.3", "0.1"), "0", H, id="after a restart, held by nobody"),
    ],
)
def test_coins_are_taken_when_about_what_was_sent_is_gone_or_held_by_no_listed_order(
    before, now, listed, expected
):
    assert weigh_coins(before=before, now=now, listed=D(listed), sent=D("0.1")) is expected
