from datetime import timedelta

import pytest

from engine.market.mark import LookReason, NeedsSecondLook, PriceProblem, PriceUnknown
from engine.market.second_look import confirm
from tests.builders import NOW, a_mark

NOT_CONFIRMED = PriceUnknown(problem=PriceProblem.NOT_CONFIRMED)
NO_BID = PriceUnknown(problem=PriceProblem.NO_BID)


def after(milliseconds):
    return NOW + timedelta(milliseconds=milliseconds)


def a_pending(price="90"):
    return NeedsSecondLook(
        reason=LookReason.JUMP, candidate=a_mark(price), first_at=NOW, latest_at=NOW, looks=1
    )


def look(pending, price, milliseconds, *, past=False):
    seen = price if isinstance(price, PriceUnknown) else a_mark(price)
    return confirm(pending, seen, is_past_threshold=past, now=after(milliseconds))


@pytest.mark.parametrize("price", ["89.1", "90", "90.9"])
def test_a_look_within_one_percent_is_accepted_with_its_own_price(price):
    assert look(a_pending(), price, 300) == a_mark(price)


def test_a_look_that_is_past_the_threshold_itself_is_accepted():
    assert look(a_pending("200"), "98", 300, past=True) == a_mark("98")


@pytest.mark.parametrize("milliseconds", [0, 299])
def test_a_look_before_300_ms_counts_for_nothing(milliseconds):
    assert look(a_pending(), "90", milliseconds, past=True) == a_pending()


@pytest.mark.parametrize("price", ["89.0999", "90.9001", "100"])
def test_a_look_that_disagrees_becomes_the_one_to_agree_with(price):
    pending = look(a_pending(), price, 400)

    assert pending == NeedsSecondLook(
        reason=LookReason.JUMP,
        candidate=a_mark(price),
        first_at=NOW,
        latest_at=after(400),
        looks=2,
    )
    assert look(pending, price, 700) == a_mark(price)


def test_the_third_look_waits_300_ms_after_the_second():
    pending = look(a_pending(), "100", 400)

    assert look(pending, "100", 699) == pending


def test_three_looks_that_disagree_are_no_price():
    pending = look(a_pending("90"), "100", 300)

    assert look(pending, "90", 600) == NOT_CONFIRMED


def test_a_failed_look_counts_but_leaves_the_candidate():
    pending = look(a_pending(), NO_BID, 300)

    assert (pending.candidate, pending.looks) == (a_mark("90"), 2)
    assert look(pending, "90.1", 600) == a_mark("90.1")
    assert look(pending, NO_BID, 600) == NOT_CONFIRMED


def test_a_failed_look_is_never_a_price():
    assert isinstance(look(a_pending(), NO_BID, 300, past=True), NeedsSecondLook)


def test_looks_end_after_two_seconds():
    assert look(a_pending(), "90", 2000) == a_mark("90")
    assert look(a_pending(), "90", 2001) == NOT_CONFIRMED


def test_a_clock_that_stepped_back_starts_over():
    assert look(a_pending(), "90", -1, past=True) == NOT_CONFIRMED
