import pytest

from engine.brokers.paper.book import floor_to
from sandbox.catalogue import ALPACA, COINBASE, KRAKEN, VENUES, listings_of

ALL = listings_of(*VENUES)


def named(listing):
    return f"{listing.venue} {listing.symbol}"


@pytest.mark.parametrize(("venue", "count"), [(KRAKEN, 12), (COINBASE, 11), (ALPACA, 12)])
def test_each_symbol_is_listed_once(venue, count):
    assert len({listing.symbol for listing in listings_of(venue)}) == len(listings_of(venue)) == count


@pytest.mark.parametrize("listing", ALL, ids=named)
def test_minimums_fit_the_steps(listing):
    assert floor_to(listing.minimum_quantity, listing.lot) == listing.minimum_quantity


def test_all_orders_at_coinbase_are_worth_a_dollar_at_least():
    assert {listing.minimum_notional for listing in listings_of(COINBASE)} == {1}
