"""Whatever ticker and book show one after the other: a loss that lasts is sold or reported, and nothing else is sold."""

import asyncio
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.market.mark import PriceUnknown
from engine.model.holdings import Direction
from tests.engine.market.prices import Looks, a_request

#: Around what sells, 99 for a long and 101 for a short, and so near to each other that they may agree.
BIDS = st.one_of(st.integers(9_880, 10_120), st.integers(9_000, 11_000))
SPREADS = st.one_of(st.integers(0, 30), st.integers(0, 400))
QUOTES = st.tuples(BIDS, SPREADS)
SEQUENCES = st.lists(st.tuples(QUOTES, QUOTES), max_size=8)
#: How far a quote is from what sells, and its spread.
DISTANCES = st.tuples(st.one_of(st.integers(0, 120), st.integers(0, 900)), SPREADS)
REQUESTS = st.sampled_from(
    [
        a_request("99"),
        a_request("101", direction=Direction.SHORT),
        a_request("99", threshold="-0.05"),
        a_request("101", threshold="-0.05", direction=Direction.SHORT),
    ]
)
ON_A_BUSY_MACHINE = settings(deadline=None)
#: As many as fit into half a minute, and the one at its end.
LASTING_LOOKS = 7


def sides(quote):
    bid, spread = quote
    return Decimal(bid) / 100, Decimal(bid + spread) / 100


async def look_at(looks, pairs):
    seen = []
    for ticker, book in pairs:
        looks.prices.show_ticker(*sides(ticker))
        looks.prices.show_book(*sides(book))
        seen.append(await looks.look())
    return seen


def lossy(request, distance):
    """Return a quote that sells by whichever of its figures."""
    depth, spread = distance
    return (
        (9_900 - depth - spread, spread) if request.direction is Direction.LONG else (10_100 + depth, spread)
    )


def unhurt(request, distance):
    """Return a quote that sells by none of its figures."""
    height, spread = distance
    return (
        (9_901 + height, spread)
        if request.direction is Direction.LONG
        else (10_099 - height - spread, spread)
    )


@ON_A_BUSY_MACHINE
@given(request=REQUESTS, before=SEQUENCES, frozen=QUOTES, loss=DISTANCES)
def test_a_loss_that_a_book_shows_for_half_a_minute_beside_a_ticker_that_stands_still_is_sold_or_reported(
    request, before, frozen, loss
):
    looks = Looks(request)
    lasting = [(frozen, lossy(request, loss))] * LASTING_LOOKS

    seen = asyncio.run(look_at(looks, [*before, *lasting]))[-LASTING_LOOKS:]

    is_sold = any(looks.sells(one) for look in seen for one in look)
    is_covered = all(isinstance(one, PriceUnknown) for look in seen[-4:] for one in look)
    assert is_sold or is_covered


@ON_A_BUSY_MACHINE
@given(request=REQUESTS, before=SEQUENCES, frozen=QUOTES, moved=QUOTES, loss=DISTANCES)
def test_a_loss_that_a_book_which_moves_shows_beside_a_ticker_that_stands_still_is_sold(
    request, before, frozen, moved, loss
):
    looks, steady = Looks(request), lossy(request, loss)
    moved = moved if moved != steady else lossy(request, (loss[0] + 1, loss[1]))
    lasting = [*[(frozen, moved)] * 2, *[(frozen, steady)] * LASTING_LOOKS]

    seen = asyncio.run(look_at(looks, [*before, *lasting]))

    assert any(looks.sells(one) for look in seen for one in look)


@ON_A_BUSY_MACHINE
@given(request=REQUESTS, pairs=st.lists(st.tuples(DISTANCES, DISTANCES), min_size=1, max_size=15))
def test_nothing_is_sold_while_neither_ticker_nor_book_shows_a_loss(request, pairs):
    looks = Looks(request)

    seen = asyncio.run(
        look_at(looks, [(unhurt(request, ticker), unhurt(request, book)) for ticker, book in pairs])
    )

    assert not any(looks.sells(one) for look in seen for one in look)


@ON_A_BUSY_MACHINE
@given(request=REQUESTS, agreed=DISTANCES, once=QUOTES, after=st.lists(DISTANCES, min_size=1, max_size=6))
def test_a_loss_that_a_book_shows_in_one_look_alone_is_not_sold(request, agreed, once, after):
    looks, ticker = Looks(request), unhurt(request, agreed)
    books = [ticker, ticker, ticker, once, *(unhurt(request, one) for one in after)]

    seen = asyncio.run(look_at(looks, [(ticker, book) for book in books]))

    assert not any(looks.sells(one) for look in seen for one in look)
