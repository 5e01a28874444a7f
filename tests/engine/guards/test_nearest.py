"""A cold start takes up first what may have to be sold soonest."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from engine.guards.guard_mark import GuardMark
from engine.guards.guard_marks import GuardMarks
from engine.guards.nearest import accounts_nearest_first, nearest_first
from engine.model.venues import Account, Venue
from tests.builders import a_guard, a_mark

OLD, NEW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def ids(guards):
    return [guard.guard_id for guard in guards]


def results(**by_id):
    return {guard_id: Decimal(result) for guard_id, result in by_id.items()}


def test_the_guard_that_may_lose_least_comes_first_whatever_its_threshold_is():
    far = a_guard(guard_id="far", threshold=Decimal("-0.2"))
    near = a_guard(guard_id="near", threshold=Decimal("-0.01"))
    past = a_guard(guard_id="past", threshold=Decimal("-0.05"))

    ordered = nearest_first([far, near, past], results(far="-0.1", near="0.03", past="-0.06"))

    assert ids(ordered) == ["past", "near", "far"]


def test_guards_nobody_has_seen_follow_the_oldest_first():
    new, old, seen = (
        replace(a_guard(guard_id=name), created_at=at)
        for name, at in (("new", NEW), ("old", OLD), ("seen", NEW))
    )

    assert ids(nearest_first([new, old, seen], results(seen="0.5"))) == ["seen", "old", "new"]


def test_an_account_comes_where_its_first_guard_comes_and_without_guards_last():
    accounts = [Account(account_id=name, user_id=1, venue=Venue.KRAKEN) for name in ("none", "late", "first")]
    guards = [replace(a_guard(), account_id=name) for name in ("first", "late", "first")]

    ordered = accounts_nearest_first(accounts, guards)

    assert [account.account_id for account in ordered] == ["first", "late", "none"]


def test_the_order_of_guards_matters_until_each_was_seen():
    far, near, marks = a_guard(guard_id="far"), a_guard(guard_id="near"), GuardMarks()
    marks.note_results(results(far="0.5", near="0"))

    marks.put("near", GuardMark(current=a_mark("98")))
    before = ids(marks.in_order([far, near]))
    marks.put("far", GuardMark(current=a_mark("98")))

    assert (before, ids(marks.in_order([far, near]))) == (["near", "far"], ["far", "near"])
