"""What a reading means for a guard whose position was gone."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.guards.changes import Closed, Paused, Resumed, Unchanged
from engine.guards.comparison import CONFIRMED_AFTER, Comparison, Reading
from engine.guards.guard import GuardState, Seen
from engine.guards.vanished import GOES_ON_WITHIN, compare_vanished, is_vanished
from engine.model.guard_reasons import GuardReason
from engine.model.instruments import AssetClass
from tests.builders import NOW, a_fill, a_guard, ago

D = Decimal
VENUE_AT = ago(2)
#: One of the three that should be there is guarded.
SEEN = Seen(quantity=D(3), at=ago(300))
GONE = replace(a_guard(), state=GuardState.PAUSED, reason=GuardReason.VANISHED)
ASKED = replace(GONE, reason=GuardReason.RETURNED_OTHERWISE)


def a_reading(there, *fills, unreported=0):
    return Reading(
        there=D(there),
        at=NOW,
        venue_at=VENUE_AT,
        fills=fills,
        our_orders=frozenset({"OURS"}),
        unreported=D(unreported),
        asset_class=AssetClass.CRYPTO,
        venue_entry=None,
    )


def sold(quantity, age=60):
    return a_fill(f"sell {quantity} BTC @ 90 USD", at=ago(age))


def bought(quantity, age=60):
    return a_fill(f"buy {quantity} BTC @ 90 USD", at=ago(age))


def closed(reason, *fills):
    return Closed(guard=GONE.with_quantity(D(0)).closed(reason), by=GONE.quantity, reason=reason, fills=fills)


def paused(reason):
    return Paused(guard=GONE.in_state(GuardState.PAUSED, reason), reason=reason)


def after(there):
    return Seen(quantity=D(there), at=NOW, venue_at=VENUE_AT)


ARMED = GONE.in_state(GuardState.ARMED)


@pytest.mark.parametrize(
    ("reading", "change", "seen"),
    [
        pytest.param(a_reading(0), Unchanged(guard=GONE), SEEN, id="still gone"),
        pytest.param(a_reading(3), Resumed(guard=ARMED), after(3), id="as it was"),
        pytest.param(
            a_reading(4, bought(1)), Resumed(guard=ARMED), after(4), id="as it was, and more was bought"
        ),
        pytest.param(
            a_reading("2.5", sold("0.5")),
            Resumed(guard=ARMED.reduced_by(D("0.5"))),
            after("2.5"),
            id="a part of it was sold",
        ),
        pytest.param(
            a_reading(2, sold(1)),
            closed(GuardReason.EXTERNAL_SALE, sold(1)),
            after(2),
            id="the guarded part was sold",
        ),
        pytest.param(
            a_reading(0, sold(3)), closed(GuardReason.EXTERNAL_SALE, sold(3)), SEEN, id="sold after all"
        ),
        pytest.param(
            a_reading(0, sold(1)),
            closed(GuardReason.EXTERNAL_SALE, sold(1)),
            SEEN,
            id="the guarded part was sold, the rest is gone",
        ),
        pytest.param(
            a_reading(0, sold("0.5")), Unchanged(guard=GONE), SEEN, id="a part was sold, the rest is gone"
        ),
        pytest.param(
            a_reading(0, unreported=-3),
            closed(GuardReason.MOVED_OUT),
            SEEN,
            id="our own sales explain it",
        ),
        pytest.param(a_reading(5), paused(GuardReason.RETURNED_OTHERWISE), SEEN, id="more than before"),
        pytest.param(a_reading(1), paused(GuardReason.RETURNED_OTHERWISE), SEEN, id="less than before"),
        pytest.param(
            a_reading(2, bought(2)), closed(GuardReason.MOVED_OUT), after(2), id="only what was bought since"
        ),
    ],
)
def test_what_a_reading_means_for_what_was_gone(reading, change, seen):
    unconfirmed = Seen(quantity=reading.there, at=NOW - CONFIRMED_AFTER)

    comparison = compare_vanished(GONE, reading, seen=SEEN, unconfirmed=unconfirmed)

    assert (comparison.change, comparison.seen) == (change, seen)


def test_what_was_never_seen_should_be_there_as_it_was_guarded():
    later = replace(a_reading(1), at=NOW + timedelta(minutes=5))

    assert compare_vanished(GONE, later, seen=None, unconfirmed=None).change == Resumed(guard=ARMED)


def test_a_reading_of_before_changes_nothing():
    seen, unconfirmed = Seen(quantity=D(3), at=NOW), Seen(quantity=D(1), at=ago(60))

    comparison = compare_vanished(GONE, a_reading(3), seen=seen, unconfirmed=unconfirmed)

    assert comparison == Comparison(change=Unchanged(guard=GONE), seen=seen, unconfirmed=unconfirmed)


@pytest.mark.parametrize("there", ["1", "5"])
def test_another_quantity_is_believed_when_a_later_reading_shows_it_too(there):
    first = compare_vanished(GONE, a_reading(there), seen=SEEN, unconfirmed=None)

    waiting = Seen(quantity=D(there), at=NOW)
    assert first == Comparison(change=Unchanged(guard=GONE), seen=SEEN, unconfirmed=waiting)


def test_what_should_be_there_is_remembered_while_it_is_asked_about():
    unconfirmed = Seen(quantity=D(1), at=NOW - CONFIRMED_AFTER)

    asked = compare_vanished(GONE, a_reading(1), seen=SEEN, unconfirmed=unconfirmed)
    again = compare_vanished(ASKED, a_reading(1), seen=SEEN, unconfirmed=unconfirmed)
    back = compare_vanished(ASKED, a_reading(3), seen=SEEN, unconfirmed=None)

    assert asked.seen == SEEN
    assert again.change == Unchanged(guard=ASKED)
    assert isinstance(back.change, Resumed)


@pytest.mark.parametrize(
    ("age", "change"),
    [
        (GOES_ON_WITHIN - timedelta(seconds=1), Resumed(guard=ARMED)),
        (GOES_ON_WITHIN, paused(GuardReason.RETURNED_LATE)),
        (timedelta(hours=-1), Unchanged(guard=GONE)),
    ],
)
def test_what_is_back_goes_on_by_itself_for_a_day(age, change):
    seen = Seen(quantity=D(3), at=NOW - age)

    comparison = compare_vanished(GONE, a_reading(3), seen=seen, unconfirmed=None)

    assert comparison.change == change
    assert comparison.seen == (after(3) if isinstance(change, Resumed) else seen)


@pytest.mark.parametrize(
    ("fills", "reported", "entry"),
    [((bought(1),), None, 80), ((bought(1),), 95, 95), ((), 40, 80), ((), None, 80)],
    ids=[
        "a trade, and no average reported",
        "a trade moves it",
        "another average without one",
        "not reported",
    ],
)
def test_what_is_back_keeps_its_average_unless_a_trade_moved_it(fills, reported, entry):
    guard = replace(GONE, venue_entry=D(80))
    there = 3 + sum(fill.quantity for fill in fills)
    reading = replace(a_reading(there, *fills), venue_entry=reported and D(reported))

    comparison = compare_vanished(guard, reading, seen=SEEN, unconfirmed=None)

    assert isinstance(comparison.change, Resumed)
    assert comparison.change.guard.venue_entry == D(entry)


def test_only_a_paused_guard_waits():
    assert is_vanished(GONE)
    assert is_vanished(ASKED)
    assert not is_vanished(a_guard())
    assert not is_vanished(replace(GONE, reason=GuardReason.QUANTITY_CHANGED))
