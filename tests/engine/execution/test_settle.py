"""A lost answer is settled by asking until the venue's silence is proof."""

from datetime import timedelta

import pytest

from engine.execution.settle import LookAfter, Resend, next_settling_step
from engine.venues import Venue


def seconds(*values):
    return tuple(timedelta(seconds=value) for value in values)


def look_after(age_s):
    return LookAfter(timedelta(seconds=age_s))


@pytest.mark.parametrize("venue", list(Venue))
def test_the_first_look_is_at_once(venue):
    assert next_settling_step(venue, ()) == look_after(0)


@pytest.mark.parametrize(
    ("venue", "absent", "expected"),
    [
        pytest.param(Venue.KRAKEN, seconds(0.1), look_after(6), id="kraken after the deadline"),
        pytest.param(Venue.KRAKEN, seconds(0.1, 5.9), look_after(6), id="before deadline and slack"),
        pytest.param(Venue.KRAKEN, seconds(0.1, 6), Resend.NEW_ATTEMPT, id="absent after its deadline"),
        pytest.param(Venue.KRAKEN, seconds(3600), Resend.NEW_ATTEMPT, id="one look long after is enough"),
        pytest.param(Venue.ALPACA, seconds(0.1), look_after(1), id="alpaca may still be writing"),
        pytest.param(Venue.ALPACA, seconds(0.1, 1), Resend.SAME_ID, id="alpaca refuses a second use"),
        pytest.param(Venue.COINBASE, seconds(2), look_after(10), id="once is not enough"),
        pytest.param(Venue.COINBASE, seconds(2, 9.9), look_after(10), id="not yet ten seconds"),
        pytest.param(Venue.COINBASE, seconds(12), look_after(13), id="one late look is one look"),
        pytest.param(Venue.COINBASE, seconds(2, 10), Resend.SAME_ID, id="absent twice"),
    ],
)
def test_absence_counts_only_when_the_order_can_no_longer_appear(venue, absent, expected):
    assert next_settling_step(venue, absent) == expected
