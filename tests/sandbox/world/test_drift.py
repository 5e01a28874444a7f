from decimal import Decimal

import pytest

from sandbox.market import Market
from sandbox.world import Drift


@pytest.fixture
def market():
    market = Market(now=lambda: 0.0)
    market.set_price("BTC", Decimal(64_000))
    return market


def test_a_drifting_price_never_leaves_the_neighbourhood_of_its_anchor(market):
    drift = Drift(market, ("BTC",), seed=1)

    for _ in range(500):
        drift.step()
        assert abs(market.price("BTC") / 64_000 - 1) <= Decimal("0.001")


def test_the_same_seed_drifts_the_same_way(market):
    walks = []
    for _ in range(2):
        drift = Drift(market, ("BTC",), seed=7)
        drift.put("BTC", Decimal(64_000))
        walks.append([drift.step() or market.price("BTC") for _ in range(20)])

    assert walks[0] == walks[1]
    assert len(set(walks[0])) > 10


def test_a_move_counts_from_the_anchor_and_stays(market):
    drift = Drift(market, ("BTC",), seed=1)
    drift.step()

    assert drift.move("BTC", Decimal("-0.02")) == Decimal("62720.00")
    drift.step()
    assert abs(market.price("BTC") / 62_720 - 1) <= Decimal("0.001")


def test_what_has_no_price_cannot_be_moved(market):
    with pytest.raises(LookupError):
        Drift(market, ("BTC",), seed=1).move("PEPE", Decimal("0.1"))
