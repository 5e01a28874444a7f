"""Polls that agree for long enough confirm a price whose order book cannot be read."""

from datetime import timedelta
from decimal import Decimal

import pytest

from engine.clock import Moment
from engine.market.mark import Mark, MarkBasis, PriceProblem, PriceUnknown
from engine.market.poll_confirmation import Poll, PollConfirmation, confirmed_by
from engine.model.holdings import Direction
from tests.builders import NOW, a_quote
from tests.engine.market.prices import Looks, SteppingClock, a_request, no_answer, top_of

NO_ANSWER = PriceUnknown(problem=PriceProblem.NO_ANSWER)


def polls(*bids, every_s=5, **changes):
    """Return polls of these bids, the ask ten cents above."""
    return [
        Poll(
            a_quote(
                bid, str(Decimal(bid) + Decimal("0.1")), at=NOW + timedelta(seconds=every_s * nth), **changes
            ),
            Moment(NOW + timedelta(seconds=every_s * nth), every_s * nth),
        )
        for nth, bid in enumerate(bids)
    ]


CONFIRMED = {
    "five polls in twenty seconds": (("90", "90.1", "90.2", "90", "90"), 5),
    "four polls in half a minute": (("90", "90.1", "90.2", "90"), 10),
    "a fall that goes on": (("98", "94", "90", "86", "82"), 5),
    "after a price that is not past": (("120", "98", "97", "96", "95", "94"), 5),
    "a price that is not past": (("120", "120.1", "120.2", "120.3", "120.4"), 5),
}
UNCONFIRMED = {
    "a lone price": (("90",), 5),
    "fifteen seconds": (("90", "90.1", "90.2", "90.3"), 5),
    "three polls": (("90", "90.1", "90.2"), 10),
    "a ticker that is frozen": (("90",) * 60, 5),
    "a ticker that is frozen since it jumped": (("120", *("90",) * 59), 5),
    "a ticker that moved once": (("90", *("90.1",) * 59), 5),
    "one poll that is not past in between": (("90", "90.1", "120", "90.2", "90.3", "90.4"), 5),
    "prices that are not past and differ": (("120", "125", "130", "135", "140"), 5),
    "a fall after prices that were not past": (("120", "120.1", "120.2", "120.3", "90"), 5),
}


@pytest.mark.parametrize(("bids", "every_s"), CONFIRMED.values(), ids=CONFIRMED)
def test_polls_that_agree_for_long_enough_while_the_ticker_moves_confirm_the_last(bids, every_s):
    latest = polls(*bids, every_s=every_s)[-1].quote

    assert confirmed_by(polls(*bids, every_s=every_s), a_request()) == Mark(
        price=Decimal(bids[-1]), basis=MarkBasis.BID, at=latest.at
    )


@pytest.mark.parametrize(("bids", "every_s"), UNCONFIRMED.values(), ids=UNCONFIRMED)
def test_few_polls_that_differ_or_a_frozen_ticker_confirm_nothing(bids, every_s):
    assert confirmed_by(polls(*bids, every_s=every_s), a_request()) is None


def test_no_poll_confirms_nothing():
    assert confirmed_by([], a_request()) is None


def test_a_quantity_that_changes_shows_that_the_ticker_lives():
    alive = [
        Poll(a_quote("90", "90.1", bid_quantity=str(50 + nth), at=poll.polled.at), poll.polled)
        for nth, poll in enumerate(polls(*("90",) * 5))
    ]

    assert confirmed_by(alive, a_request()).price == 90


def test_a_thin_top_that_is_past_is_a_breach_because_all_behind_it_is_worse():
    thin = polls("90", "90.1", "90.2", "90", "90", bid_quantity="0.5")

    assert confirmed_by(thin, a_request()).price == 90
    assert confirmed_by(thin, a_request("80")) is None


def test_a_short_position_is_past_by_the_ask():
    rising = polls("110", "110.1", "110.2", "110.3", "110.4")

    assert confirmed_by(rising, a_request(direction=Direction.SHORT)).price == Decimal("110.5")


@pytest.fixture
def looks():
    """A guard that 99 sells after a start, its book away."""
    looks = Looks()
    looks.prices.next_books = [no_answer()] * 100
    return looks


async def prices_seen(looks, *bids, every_s=5):
    for bid in bids:
        looks.prices.show_ticker(bid)
        seen = await looks.judge()
        await looks.clock.sleep(every_s - looks.clock.monotonic() % every_s)
    return seen


async def test_the_first_price_is_believed_once_polls_agree_for_twenty_seconds(looks):
    assert await prices_seen(looks, "90", "90.1", "90.2", "90.1") == NO_ANSWER

    assert (await prices_seen(looks, "90")).price == 90


async def test_polls_count_from_when_the_book_was_read_last(looks):
    looks.prices.show_book("120")
    looks.prices.next_books[3:] = [looks.prices.book, looks.prices.book, *looks.prices.next_books]

    assert isinstance(
        await prices_seen(looks, "90", "90.1", "90.2", "90.1", "90", "90.1", "90.2"), PriceUnknown
    )


async def test_polls_count_from_when_a_comparison_with_the_book_showed_another_price(looks):
    await prices_seen(looks, "90", "90.1", "90.2", "90.1")
    # Its second book, without which nothing is known of the difference, is away again.
    looks.prices.next_books.insert(0, top_of("120"))
    await looks.compare()

    assert await prices_seen(looks, "90") == NO_ANSWER


async def test_polls_begin_anew_after_half_a_minute_without_one(looks):
    await prices_seen(looks, "90", "90.1", "90.2", "90.1")
    await looks.clock.sleep(30)

    assert await prices_seen(looks, "90") == NO_ANSWER


async def test_many_guards_that_are_judged_by_one_answer_are_one_poll():
    clock = SteppingClock()
    kept = PollConfirmation(clock)
    for bid in ("90", "90.1", "90.2"):
        for _ in range(5):
            kept.note(a_quote(bid, "90.3", at=clock.now()))
            await clock.sleep(0.1)
        await clock.sleep(9.5)

    assert kept.mark(a_request()) is None
    kept.note(a_quote("90.2", "90.3", at=clock.now()))
    assert kept.mark(a_request()).price == Decimal("90.2")


async def test_an_answer_that_is_judged_again_later_is_no_further_poll():
    clock = SteppingClock()
    kept = PollConfirmation(clock)
    for bid in ("90", "90.1", "90.2"):
        quote = a_quote(bid, "90.3", at=clock.now())
        kept.note(quote)
        await clock.sleep(5)
        kept.note(quote)
        await clock.sleep(5)

    assert kept.mark(a_request()) is None
