from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.brokers.coinbase.top_of_book import TopOfBook

PRICES = st.integers(80, 120)
CHANGES = st.lists(st.tuples(st.sampled_from(["bid", "offer"]), PRICES, st.integers(0, 3)), max_size=200)


def a_book(*levels):
    book = TopOfBook()
    for side, price, quantity in levels:
        book.set(side, Decimal(price), Decimal(quantity))
    return book


def best_of(levels):
    """What a plain search finds."""
    bids, offers = ({p: q for p, q in levels[side].items() if q} for side in ("bid", "offer"))
    bid, ask = max(bids, default=None), min(offers, default=None)
    return bid, ask, bids.get(bid), offers.get(ask)


def test_an_empty_book_has_no_prices():
    assert a_book().sides() == (None, None, None, None)


def test_the_best_prices_are_the_highest_bid_and_the_lowest_offer():
    book = a_book(("bid", "9", "1"), ("bid", "10", "2"), ("offer", "12", "3"), ("offer", "11", "4"))

    assert book.sides() == (Decimal(10), Decimal(11), Decimal(2), Decimal(4))


def test_one_price_is_one_level_however_it_is_written():
    assert a_book(("bid", "10.0", "1"), ("bid", "10", "0")).sides() == (None, None, None, None)


def test_a_price_keeps_all_its_digits():
    price = "0.1234567890123456789012345678901234"

    assert str(a_book(("bid", price, "1")).sides()[0]) == price


@given(CHANGES)
def test_after_any_changes_the_best_is_what_a_plain_search_finds(changes):
    book, plain = TopOfBook(), {"bid": {}, "offer": {}}
    for side, price, quantity in changes:
        book.set(side, Decimal(price), Decimal(quantity))
        plain[side][price] = quantity

        assert book.sides() == best_of(plain)


def test_what_comes_and_goes_for_long_is_found_all_the_same():
    book = a_book(("bid", "1", "1"))
    for turn in range(10_000):
        book.set("bid", Decimal(50 + turn % 7), Decimal(turn % 2))

    assert book.sides()[0] == 56
