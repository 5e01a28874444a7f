"""A lost answer is settled by asking until the venue's silence is proof."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.execution.settle import LookAt, Resend, next_settling_step
from engine.venues import Venue

SENT = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)


def seconds(*values):
    return tuple(SENT + timedelta(seconds=value) for value in values)


@pytest.mark.parametrize("venue", list(Venue))
def test_the_first_look_is_at_once(venue):
    step = next_settling_step(venue, sent_at=SENT, absent_at=())

    assert step == LookAt(SENT)


@pytest.mark.parametrize(
    ("venue", "absent", "expected"),
    [
        pytest.param(Venue.KRAKEN, seconds(0.1), LookAt(seconds(1)[0]), id="kraken soon again"),
        pytest.param(Venue.KRAKEN, seconds(0.1, 1), LookAt(seconds(6)[0]), id="then after the deadline"),
        pytest.param(Venue.KRAKEN, seconds(0.1, 5.9), LookAt(seconds(6)[0]), id="before deadline and slack"),
        pytest.param(Venue.KRAKEN, seconds(0.1, 6), Resend.NEW_ATTEMPT, id="absent after its deadline"),
        pytest.param(Venue.KRAKEN, seconds(3600), Resend.NEW_ATTEMPT, id="one look long after is enough"),
        pytest.param(Venue.ALPACA, seconds(0.1), LookAt(seconds(1)[0]), id="alpaca may still be writing"),
        pytest.param(Venue.ALPACA, seconds(0.1, 1), Resend.SAME_ID, id="alpaca refuses a second use"),
        pytest.param(Venue.COINBASE, seconds(2), LookAt(seconds(10)[0]), id="once is not enough"),
        pytest.param(Venue.COINBASE, seconds(2, 9.9), LookAt(seconds(10)[0]), id="not yet ten seconds"),
        pytest.param(Venue.COINBASE, seconds(12), LookAt(seconds(13)[0]), id="one late look is one look"),
        pytest.param(Venue.COINBASE, seconds(2, 10), Resend.SAME_ID, id="absent twice"),
    ],
)
def test_absence_counts_only_when_the_order_can_no_longer_appear(venue, absent, expected):
    step = next_settling_step(venue, sent_at=SENT, absent_at=absent)

    assert step == expected
