from decimal import Decimal

from engine.model.holdings import Holding
from tests.builders import a_holding, a_report


def test_everything_owned_of_an_asset_is_free_held_and_locked():
    assert a_holding(free="1", held="0.2", locked="0.03").total == Decimal("1.23")


def test_a_report_finds_a_holding_by_its_asset():
    ether = a_holding("ETH", "5")

    assert a_report(a_holding("BTC"), ether).holding("ETH") == ether


def test_a_report_without_the_asset_holds_none_of_it():
    assert a_report(a_holding("BTC")).holding("ETH") == Holding(asset="ETH", free=Decimal(0))
