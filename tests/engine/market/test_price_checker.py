"""Comparing tickers with books over a while: what was compared when, and what it showed."""

import pytest

from engine.model.instruments import AssetClass
from engine.model.venues import Venue
from tests.builders import a_quote, ago, an_instrument
from tests.engine.market.prices import SYMBOL, Looks, no_answer, top_of


@pytest.fixture
def looks():
    return Looks()


def check(looks):
    return looks.checks.get(SYMBOL)


async def test_one_book_shows_that_both_agree(looks):
    await looks.compare()

    assert looks.checks.is_lately_agreed(SYMBOL)
    assert looks.prices.books_read == 1


async def test_an_agreement_is_of_lately_for_as_long_as_a_price_may_be_old(looks):
    await looks.compare()
    await looks.clock.sleep(15)
    at_last = looks.checks.is_lately_agreed(SYMBOL)
    await looks.clock.sleep(0.1)

    assert (at_last, looks.checks.is_lately_agreed(SYMBOL)) == (True, False)


async def test_nothing_is_compared_again_before_half_the_longest_age(looks):
    for _ in range(4):
        await looks.compare()
        await looks.clock.sleep(5)

    assert looks.prices.books_read == 2


@pytest.mark.parametrize(
    "ticker",
    [
        a_quote("NaN", "100"),
        a_quote("0", "100"),
        a_quote(None, "100"),
        a_quote("100", None),
        a_quote("100.5", "100"),
    ],
    ids=str,
)
async def test_a_ticker_that_is_garbage_agrees_with_no_book(looks, ticker):
    looks.prices.ticker = ticker

    await looks.compare()

    assert (check(looks).agreed_s, check(looks).differs) == (None, False)


async def test_a_ticker_that_is_too_old_agrees_with_no_book(looks):
    quotes = {SYMBOL: a_quote(at=ago(16))}

    await looks.checks.run(quotes, wanted={SYMBOL: [looks.request]})

    assert check(looks).agreed_s is None


async def test_a_ticker_that_is_garbage_does_not_end_a_difference(looks):
    looks.prices.show_book("103")
    await looks.compare()
    looks.prices.ticker = a_quote("NaN", "100")

    await looks.compare()

    assert looks.checks.differing() == {SYMBOL}


async def test_a_book_that_differs_once_and_not_again_a_moment_later_agrees(looks):
    looks.prices.next_books = [top_of("90")]

    await looks.compare()

    assert (check(looks).differs, looks.prices.books_read) == (False, 2)


@pytest.mark.parametrize("books", [[no_answer()], [top_of("90"), no_answer()]], ids=["first", "second"])
async def test_a_book_that_cannot_be_read_shows_nothing(looks, books):
    await looks.compare()
    before = check(looks)
    await looks.clock.sleep(10)
    looks.prices.next_books = books

    failures = await looks.compare()

    assert failures == []
    assert (check(looks).agreed_s, check(looks).differs) == (before.agreed_s, False)
    assert check(looks).tried_s == 10


async def test_a_book_whose_reading_fails_at_a_defect_is_compared_next_time(looks):
    looks.prices.next_books = [ZeroDivisionError()]

    await looks.compare()
    failed = check(looks).agreed_s
    await looks.compare()

    assert (failed, check(looks).agreed_s is not None) == (None, True)


async def test_what_differs_is_distrusted_until_it_agrees_again(looks):
    looks.prices.show_book("103")
    await looks.compare()
    distrusted = not looks.market.is_trusted(SYMBOL)
    looks.prices.show("103")
    await looks.compare()

    assert (distrusted, looks.market.is_trusted(SYMBOL)) == (True, True)


async def test_what_nobody_guards_any_more_is_forgotten_and_trusted(looks):
    looks.prices.show_book("103")
    await looks.compare()

    await looks.checks.run({}, wanted={})

    assert (looks.checks.differing(), looks.market.is_trusted(SYMBOL)) == (frozenset(), True)


async def test_a_stock_has_no_second_source(looks):
    stock = an_instrument("AAPL/USD", venue=Venue.ALPACA, asset_class=AssetClass.STOCK)
    looks.market._instruments = {SYMBOL: an_instrument(SYMBOL), "AAPL/USD": stock}

    assert await looks.checks.has_book(SYMBOL)
    assert not await looks.checks.has_book("AAPL/USD")
    assert not await looks.checks.has_book("NOT/LISTED")
