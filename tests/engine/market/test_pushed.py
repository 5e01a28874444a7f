"""What an answer may show of what was pushed since its request."""

from decimal import Decimal

from engine.clock import Moment
from engine.market.pushed import KEPT, Pushed, PushedLately
from tests.builders import NOW, a_quote


def lately(*pushed):
    kept = PushedLately()
    for at_s, bid in pushed:
        quote = a_quote(bid, bid)
        kept.take(Pushed(quote, quote.sides, Moment(NOW, at_s), is_whole_market=True))
    return kept


def bids_since(kept, at_s):
    return {one.quote.bid for one in kept.since(Moment(NOW, at_s))}


def test_it_is_the_last_one_before_the_request_and_all_that_came_after():
    kept = lately((0, 1), (1, 2), (2, 3), (3, 4))

    assert bids_since(kept, 1.5) == {2, 3, 4}


def test_of_one_moment_the_first_and_the_last_are_kept():
    kept = lately((0, 1), (0.01, 2), (0.02, 3), (0.05, 4), (0.5, 5))

    assert bids_since(kept, -1) == {1, 4, 5}


def test_a_busy_minute_keeps_no_more_than_so_many_and_reaches_back_as_far_as_a_request_takes():
    kept = lately(*((number / 100, Decimal(number + 1)) for number in range(6000)))

    found = kept.since(Moment(NOW, -1))

    assert len(found) == KEPT
    assert found[-1].received.steady_s <= 50
