from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.brokers.coinbase.top_of_book import TopOfBook

PRICES = st.integers(1, 30)
CHANGES = st.lists(st.tuples(st.sampled_from(["bid", "offer"]), PRICES, st.integers(0, 3)), max_size=200)


def test_an_empty_book_has_no_prices():
    assert TopOfBook().sides() == (None, None, None, None)


def test_the_best_prices_are_the_highest_bid_and_the_lowest_offer():
    book = TopOfBook()
    for side, price, quantity in (
        ("bid", "9", "1"),
        ("bid", "10", "2"),
        ("offer", "12", "3"),
        ("offer", "11", "4"),
    ):
        book.set(side, Decimal(price), Decimal(quantity))

    assert book.sides() == (Decimal(10), Decimal(11), Decimal(2), Decimal(4))


def test_one_price_is_one_level_however_it_is_written():
    book = TopOfBook()
    book.set("bid", Decimal("10.0"), Decimal(1))
    book.set("bid", Decimal(10), Decimal(0))

    assert book.sides() == (None, None, None, None)


@given(CHANGES)
def test_after_any_changes_the_best_is_what_a_plain_search_finds(changes):
    book, plain = TopOfBook(), {"bid": {}, "offer": {}}
    for side, price, quantity in changes:
        book.set(side, Decimal(price), Decimal(quantity))
        plain[side][price] = quantity
        bids, offers = ({p: q for p, q in plain[each].items() if q} for each in ("bid", "offer"))
        bid, ask = max(bids, default=None), min(offers, default=None)
        assert book.sides() == (bid, ask, bids.get(bid), offers.get(ask))
