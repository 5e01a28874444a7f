from decimal import Decimal

import pytest

from engine.brokers.paper.book import floor_to
from sandbox.coinbase import coinbase_listings


def test_each_symbol_is_listed_once():
    symbols = [listing.symbol for listing in coinbase_listings()]

    assert len(symbols) == len(set(symbols)) == 11


@pytest.mark.parametrize("listing", coinbase_listings(), ids=lambda listing: listing.symbol)
def test_minimums_fit_the_steps(listing):
    assert floor_to(listing.minimum_quantity, listing.lot) == listing.minimum_quantity
    assert listing.minimum_notional == Decimal(1)
