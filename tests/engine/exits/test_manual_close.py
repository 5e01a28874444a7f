from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import Moment
from engine.exits.exit_quantity import Dust
from engine.exits.manual_close import (
    MANUAL_CLOSE_VALID,
    NO_MORE_BUYERS,
    NOT_SHOWN,
    is_too_late,
    is_worse,
    rest_after_manual_close,
    restore_guard,
)
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import Direction
from engine.orders.intents import ManualClose
from tests.handlers.exit_values import intent, trigger
from tests.handlers.values import guard

AT = datetime(2026, 3, 4, tzinfo=UTC)
NOTHING_BEFORE = ManualClose(guarded=Decimal(0), guarded_cost=Decimal(0), entry_known=True)
A_TENTH_BEFORE = ManualClose(guarded=Decimal("0.1"), guarded_cost=Decimal(5000), entry_known=True)
CLOSING = replace(guard("0.4", "20000"), state=GuardState.CLOSING)


@pytest.mark.parametrize(
    ("later", "too_late"), [(MANUAL_CLOSE_VALID, False), (MANUAL_CLOSE_VALID * 1.01, True)]
)
def test_a_wish_is_good_for_a_minute(later, too_late):
    wanted = intent(trigger=trigger(at=AT, manual=NOTHING_BEFORE))

    now = Moment(AT + later, 0.0)
    assert is_too_late(wanted, now, driven_since=now) is too_late


def test_a_clock_that_is_set_back_makes_the_minute_no_longer():
    wanted = intent(trigger=trigger(at=AT, manual=NOTHING_BEFORE))
    later = Moment(AT, MANUAL_CLOSE_VALID.total_seconds() * 1.01)

    assert is_too_late(wanted, later, driven_since=Moment(AT, 0.0))


def test_the_minute_lasts_to_its_end_on_the_steady_clock():
    wanted = intent(trigger=trigger(at=AT, manual=NOTHING_BEFORE))
    at_its_end = Moment(AT, MANUAL_CLOSE_VALID.total_seconds())

    assert not is_too_late(wanted, at_its_end, driven_since=Moment(AT, 0.0))


def test_what_a_guard_began_is_never_too_late():
    now = Moment(AT + timedelta(days=1), 0.0)
    assert not is_too_late(intent(trigger=trigger(at=AT)), now, driven_since=now)


@pytest.mark.parametrize(
    ("direction", "price", "worse"),
    [
        (Direction.LONG, "100", False),
        (Direction.LONG, "99", False),
        (Direction.LONG, "98.99", True),
        (Direction.LONG, "150", False),
        (Direction.SHORT, "100", False),
        (Direction.SHORT, "101", False),
        (Direction.SHORT, "101.01", True),
        (Direction.SHORT, "50", False),
    ],
)
def test_a_price_is_worse_by_more_than_a_percent_of_what_was_shown(direction, price, worse):
    assert is_worse(Decimal(price), Decimal(100), direction) is worse


def test_what_was_not_guarded_before_is_not_guarded_after():
    kept = restore_guard(CLOSING, NOTHING_BEFORE, GuardReason.TOO_LATE)

    assert (kept.state, kept.reason, kept.detail) == (GuardState.CLOSED, GuardReason.TOO_LATE, "")


def test_what_ends_with_a_manual_close_says_why_in_detail():
    assert restore_guard(CLOSING, NOTHING_BEFORE, None, "a detail").detail == "a detail"


@pytest.mark.parametrize(("left", "kept", "cost"), [("0.3", "0.1", 5000), ("0.04", "0.04", 2000)])
def test_what_was_guarded_before_stays_guarded_at_its_cost(left, kept, cost):
    after = restore_guard(CLOSING.with_quantity(Decimal(left)), A_TENTH_BEFORE, None)

    assert (after.quantity, after.cost, after.state) == (Decimal(kept), Decimal(cost), GuardState.ARMED)


@pytest.mark.parametrize(
    ("paid", "left", "kept"), [("4000", "0.3", "4000"), ("4000", "0.04", "1600"), (None, "0.3", None)]
)
def test_what_its_owner_paid_stays_known_in_the_part_that_is_kept(paid, left, kept):
    before = replace(A_TENTH_BEFORE, paid=paid and Decimal(paid))

    after = restore_guard(CLOSING.with_quantity(Decimal(left)), before, None)

    assert after.paid == (kept and Decimal(kept))


def test_a_paused_guard_stays_paused():
    after = restore_guard(
        CLOSING, replace(A_TENTH_BEFORE, paused=GuardReason.OTHER, paused_detail="a split"), None
    )

    assert (after.state, after.reason, after.detail) == (GuardState.PAUSED, GuardReason.OTHER, "a split")


def test_a_whole_sale_leaves_nothing_to_report():
    sold = CLOSING.with_quantity(Decimal(0))

    after = rest_after_manual_close(sold, None, A_TENTH_BEFORE, filled=Decimal("0.4"), sent=Decimal("0.4"))
    assert after == (sold, None)


@pytest.mark.parametrize(
    ("most", "sent", "why"),
    [
        (None, "0.3", NO_MORE_BUYERS),
        ("0.4", "0.3", NO_MORE_BUYERS),
        ("0.3", "0.31", NO_MORE_BUYERS),
        ("0.3", "0.3", NOT_SHOWN),
    ],
)
def test_what_is_left_is_named_as_more_than_was_shown_only_where_all_that_was_shown_is_sold(most, sent, why):
    manual = replace(A_TENTH_BEFORE, most=most and Decimal(most))
    left = CLOSING.with_quantity(Decimal("0.1"))

    _, dust = rest_after_manual_close(left, None, manual, filled=Decimal("0.3"), sent=Decimal(sent))

    assert dust == Dust(Decimal("0.1"), why)


def test_what_was_not_guarded_and_not_sold_is_closed_as_sold_and_says_what_was_in_its_way():
    left = CLOSING.with_quantity(Decimal("0.1"))

    rest, _ = rest_after_manual_close(left, None, NOTHING_BEFORE, filled=Decimal("0.3"), sent=Decimal("0.4"))

    assert (rest.state, rest.reason, rest.detail) == (GuardState.CLOSED, GuardReason.SOLD, NO_MORE_BUYERS)


@pytest.mark.parametrize(
    ("filled", "left", "kept", "cost", "dust"),
    [
        ("0.1", "0.3", "0.3", 15000, None),
        ("0.06", "0.34", "0.34", 17000, Dust(Decimal("0.04"), NO_MORE_BUYERS)),
    ],
)
def test_what_is_left_of_a_part_stays_guarded_and_only_what_was_wanted_of_it_is_named(
    filled, left, kept, cost, dust
):
    manual = ManualClose(
        guarded=Decimal("0.4"),
        guarded_cost=Decimal(20000),
        entry_known=True,
        most=Decimal("0.1"),
        is_part=True,
    )
    rest = CLOSING.with_quantity(Decimal(left))

    guard, unsold = rest_after_manual_close(rest, None, manual, filled=Decimal(filled), sent=Decimal("0.1"))

    assert (guard.quantity, guard.cost, guard.state) == (Decimal(kept), Decimal(cost), GuardState.ARMED)
    assert unsold == dust


@given(
    guarded=st.integers(1, 10**6),
    cost=st.integers(1, 10**9),
    wanted=st.integers(1, 10**6),
    filled=st.integers(1, 10**6),
)
def test_after_a_part_the_guard_has_exactly_what_was_not_sold_of_it_at_the_same_entry(
    guarded, cost, wanted, filled
):
    wanted, filled = min(wanted, guarded), min(filled, wanted, guarded)
    manual = ManualClose(
        guarded=Decimal(guarded),
        guarded_cost=Decimal(cost),
        entry_known=True,
        most=Decimal(wanted),
        is_part=True,
    )
    before = replace(CLOSING, quantity=Decimal(guarded), cost=Decimal(cost))

    after, dust = rest_after_manual_close(
        before.reduced_by(Decimal(filled)), None, manual, filled=Decimal(filled), sent=Decimal(wanted)
    )

    assert after.quantity == guarded - filled
    assert (after.state is GuardState.CLOSED) == (filled == guarded)
    if after.quantity:
        assert after.entry.quantize(Decimal("1e-9")) == before.entry.quantize(Decimal("1e-9"))
        assert (dust.quantity if dust else 0) == wanted - filled
