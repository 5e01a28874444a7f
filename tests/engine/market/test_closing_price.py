"""What the market shows for a whole position now."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.market.closing_price import ClosingPrice, closing_price
from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.holdings import Direction
from tests.builders import NOW, a_book, a_mark
from tests.engine.market.prices import SYMBOL, Looks, a_request

BOOK = a_book([("100", "1"), ("98", "1")], [("101", "1"), ("103", "1")])
#: Its better prices come last.
SENSELESS = a_book([("98", "1"), ("100", "1")], [("103", "1"), ("101", "1")])


def price_of(quantity, side, *, direction=Direction.LONG, book=BOOK, is_trusted=True):
    request = replace(a_request(direction=direction), quantity=Decimal(quantity))
    return closing_price(request, side=a_mark(side), book=book, is_trusted=is_trusted)


@pytest.mark.parametrize(("direction", "price"), [(Direction.LONG, "99"), (Direction.SHORT, "102")])
def test_more_than_the_top_takes_has_the_average_of_the_book(direction, price):
    assert price_of("2", "100", direction=direction) == ClosingPrice(price=Decimal(price), at=NOW)


def test_more_than_the_book_takes_has_the_price_of_the_quote_and_is_called_thin():
    assert price_of("3", "100") == ClosingPrice(price=Decimal(100), at=NOW, thin=True)


@pytest.mark.parametrize(
    ("direction", "side", "price"),
    [
        (Direction.LONG, "97", "97"),
        (Direction.LONG, "110", "99"),
        (Direction.SHORT, "110", "110"),
        (Direction.SHORT, "97", "102"),
    ],
)
def test_where_ticker_and_book_differ_the_worse_counts(direction, side, price):
    seen = price_of("2", side, direction=direction, is_trusted=False)

    assert seen == ClosingPrice(price=Decimal(price), at=NOW, contradicted=True)


@pytest.mark.parametrize("direction", Direction)
def test_a_senseless_book_leaves_a_trusted_quote_as_it_is_and_never_calls_it_thin(direction):
    seen = price_of("2", "100", direction=direction, book=SENSELESS)

    assert seen == ClosingPrice(price=Decimal(100), at=NOW)


@pytest.mark.parametrize("direction", Direction)
def test_a_senseless_book_beside_a_distrusted_ticker_leaves_no_price(direction):
    seen = price_of("2", "100", direction=direction, book=SENSELESS, is_trusted=False)

    assert seen == PriceUnknown(problem=PriceProblem.BAD_BOOK)


async def quote_of(looks):
    return (await looks.marks.fetch_quotes({SYMBOL})).of(SYMBOL)


async def test_what_the_top_covers_needs_no_book():
    looks = Looks()
    looks.prices.show("99.5")

    seen = await looks.marks.price_to_close(a_request(), await quote_of(looks))

    assert (seen.price, looks.prices.books_read) == (Decimal("99.5"), 0)


async def test_a_price_too_old_to_guard_by_is_too_old_to_close_by():
    looks = Looks()
    quote = await quote_of(looks)
    await looks.clock.sleep(16)

    assert (await looks.marks.price_to_close(a_request(), quote)).problem is PriceProblem.STALE


@pytest.mark.fault("C17")
@pytest.mark.parametrize("is_trusted", [True, False])
async def test_a_position_of_which_nothing_can_be_sold_has_the_price_of_the_quote(is_trusted):
    looks = Looks()
    looks.market.set_price_trust(SYMBOL, is_trusted=is_trusted)
    quote = replace(await quote_of(looks), bid_quantity=None)
    nothing = replace(a_request(), quantity=Decimal(0))

    assert (await looks.marks.price_to_close(nothing, quote)).price == quote.bid
