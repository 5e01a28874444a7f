"""One look at a price: the ticker's, the book's where it says more, or none."""

import asyncio
from decimal import Decimal

import pytest

from engine.market.mark import MarkBasis, PriceProblem, PriceUnknown
from engine.market.quote_reading import QuoteReading
from engine.model.errors import UnknownOutcomeError
from engine.model.venues import Venue
from tests.builders import a_book, a_mark, a_quote
from tests.engine.market.prices import SYMBOL, Looks, a_request, no_answer, top_of
from tests.engine.market.pushing import Stream

CONTRADICTED = PriceUnknown(problem=PriceProblem.CONTRADICTED)
NO_ANSWER = PriceUnknown(problem=PriceProblem.NO_ANSWER)
NO_QUOTE = PriceUnknown(problem=PriceProblem.NO_QUOTE)
NOT_CONFIRMED = PriceUnknown(problem=PriceProblem.NOT_CONFIRMED)


@pytest.fixture
def looks():
    """A guard that 99 sells, last seen at 100 by ticker and book."""
    looks = Looks()
    looks.last = a_mark("100")
    return looks


async def test_a_price_near_the_last_one_is_the_mark_without_any_book(looks):
    looks.prices.show("99.5")

    seen = await looks.judge()

    assert (seen.price, seen.basis) == (Decimal("99.5"), MarkBasis.BID)
    assert looks.prices.books_read == 0


async def test_nothing_is_seen_without_a_quote(looks):
    seen = await looks.marks.mark_of(looks.request, NO_QUOTE, last=None)

    assert seen == NO_QUOTE


async def test_a_breach_by_a_ticker_that_nobody_compared_is_sold_if_the_book_shows_it_too(looks):
    looks.prices.show("98.9")

    assert (await looks.judge()).price == Decimal("98.9")
    assert looks.prices.books_read == 1


async def test_a_breach_by_a_ticker_that_nobody_compared_is_no_price_if_the_book_denies_it(looks):
    looks.prices.show_ticker("98.9")

    assert await looks.judge() == CONTRADICTED


async def test_a_breach_by_a_ticker_that_agreed_a_moment_ago_waits_for_no_book(looks):
    await looks.compare()
    looks.prices.show_ticker("98.9")

    assert (await looks.judge()).price == Decimal("98.9")


async def test_a_book_that_cannot_be_read_denies_no_breach(looks):
    looks.prices.show_ticker("98.9")
    looks.prices.next_books = [no_answer()]

    assert (await looks.judge()).price == Decimal("98.9")


@pytest.mark.parametrize("bid", ["98.9", "50", "1"])
async def test_no_price_is_past_where_nothing_sells(bid):
    looks = Looks(a_request(trigger_price=None))
    looks.last = a_mark(bid)
    looks.prices.show_ticker(bid)

    assert (await looks.judge()).price == Decimal(bid)
    assert looks.prices.books_read == 0


async def test_a_thin_top_is_judged_by_the_book_walked(looks):
    looks.prices.ticker = a_quote("100", "100.1", bid_quantity="0.5")
    looks.prices.book = a_book([("100", "0.5"), ("99", "50")], [("100.1", "50")])

    seen = await looks.judge()

    assert (seen.price, seen.basis) == (Decimal("99.05"), MarkBasis.WALKED)


async def test_a_first_price_is_the_one_that_the_book_confirms_a_moment_later(looks):
    looks.last = None
    looks.prices.show_book("100.5")

    seen = await looks.judge()

    assert seen.price == Decimal("100.5")
    assert looks.clock.monotonic() == pytest.approx(0.3)


async def test_a_far_price_is_none_while_three_looks_do_not_agree(looks):
    looks.prices.show_ticker("80")
    looks.prices.next_books = [top_of("100"), top_of("103")]

    assert await looks.judge() == NOT_CONFIRMED
    assert (looks.prices.books_read, looks.clock.monotonic()) == (2, pytest.approx(0.6))


async def test_a_far_price_is_the_one_at_which_the_looks_come_to_agree(looks):
    looks.prices.show_ticker("80")
    looks.prices.next_books = [top_of("103"), top_of("103.5")]

    assert (await looks.judge()).price == Decimal("103.5")


async def test_a_second_look_that_is_past_the_threshold_itself_needs_no_third(looks):
    looks.prices.show_ticker("80")
    looks.prices.show_book("70")

    assert (await looks.judge()).price == Decimal(70)
    assert looks.prices.books_read == 1


async def test_a_second_look_that_brings_no_book_is_no_price(looks):
    looks.last = None
    looks.prices.next_books = [UnknownOutcomeError(Venue.KRAKEN, "dropped")]

    assert await looks.judge() == NO_ANSWER


async def test_an_instrument_whose_book_differs_has_no_price_that_either_shows(looks):
    looks.prices.show_book("103")
    await looks.compare()

    seen = await looks.judge()

    assert (seen.problem, looks.market.is_trusted("BTC/USD")) == (PriceProblem.CONTRADICTED, False)


async def test_no_book_stands_in_for_a_pushed_price_that_was_polled_though_others_were_not(looks):
    stream = Stream(looks.clock)
    looks.market.pushed.streams = (stream,)
    looks.market.pushed.want([SYMBOL])
    reader = asyncio.create_task(looks.market.pushed.run(stream))
    await stream.is_read.wait()
    stream.push("100", "100.1")
    stream.confirm()
    reading = QuoteReading(quotes={SYMBOL: a_quote("100", "100.1", at=looks.clock.now())}, failed=no_answer())

    held = await looks.marks.with_books([SYMBOL], reading, within_s=5)

    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    assert (held.quotes, looks.prices.books_read) == (reading.quotes, 0)
