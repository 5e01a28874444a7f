import pytest

from engine.brokers.paper.book import floor_to
from sandbox.alpaca import alpaca_listings


def test_each_symbol_is_listed_once():
    symbols = [listing.symbol for listing in alpaca_listings()]

    assert len(symbols) == len(set(symbols)) == 12


@pytest.mark.parametrize("listing", alpaca_listings(), ids=lambda listing: listing.symbol)
def test_minimums_fit_the_steps(listing):
    assert floor_to(listing.minimum_quantity, listing.lot) == listing.minimum_quantity
