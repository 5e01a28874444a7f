"""Books that stand in for a ticker are read as often as their venue can spare the requests."""

import pytest

from engine.market.book_tops import BookTops
from engine.market.feed import VenueMarket
from engine.market.price_checker import PriceChecker
from tests.builders import a_book, a_quote, an_instrument
from tests.engine.market.prices import MAX_AGE_S, SYMBOL, Prices, SteppingClock, a_request, no_answer

MANY = [f"C{number:02}/USD" for number in range(14)]


class ManyBooks(Prices):
    async def fetch_book(self, symbol):
        self.asked.append(symbol)
        await super().fetch_book(symbol)
        return a_book(symbol=symbol, at=self.clock.now())


@pytest.fixture
def prices():
    prices = ManyBooks(SteppingClock())
    prices.asked = []
    return prices


@pytest.fixture
def market(prices):
    return VenueMarket(data=prices, clock=prices.clock)


@pytest.fixture
def tops(prices, market):
    return BookTops(market=market, clock=prices.clock, max_age_s=MAX_AGE_S)


async def test_those_whose_turn_it_is_not_are_shown_as_they_were(prices, tops):
    first = await tops.read(MANY, within_s=5)
    await prices.clock.sleep(5)

    second = await tops.read(MANY, within_s=5)

    assert list(first) == MANY[:12]
    assert set(second) == set(MANY)
    assert prices.asked[12:] == [*MANY[12:], *MANY[:2]]


async def test_what_books_are_read_for_comparisons_is_not_spared_for_these_as_well(prices, market, tops):
    market._instruments = {symbol: an_instrument(symbol) for symbol in MANY}
    checks = PriceChecker(market=market, clock=prices.clock, max_age_s=MAX_AGE_S, on_denial=[].append)
    quotes = {symbol: a_quote(symbol=symbol) for symbol in MANY}
    await checks.run(quotes, wanted=dict.fromkeys(MANY, (a_request(),)))
    compared = len(prices.asked)

    await tops.read(MANY, within_s=5)

    assert (compared, len(prices.asked)) == (4, 12)


async def test_what_was_read_too_long_ago_is_not_shown(prices, tops):
    await tops.read(MANY, within_s=5)
    await prices.clock.sleep(MAX_AGE_S + 1)
    prices.next_books = [no_answer()] * 14

    assert await tops.read(MANY, within_s=5) == {}


async def test_a_book_that_cannot_be_read_any_more_is_none(prices, tops):
    await tops.read([SYMBOL], within_s=5)
    prices.next_books = [no_answer()]

    assert await tops.read([SYMBOL], within_s=5) == {}
