from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.guards.changes import Closed, Paused, Reduced, Unchanged
from engine.guards.comparison import (
    CONFIRMED_AFTER,
    Reading,
    compare_holding,
    first_seen,
    is_covered,
    quantity_there,
)
from engine.guards.guard import GuardState, Seen
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import Direction, PositionKind
from engine.model.instruments import AssetClass
from tests.builders import NOW, a_fill, a_guard, a_holding, a_margin_position, a_report, ago

OURS = frozenset({"OURS"})
#: One of the three that were there five minutes ago is guarded.
SEEN = Seen(quantity=Decimal(3), at=ago(300))


def a_reading(there, *fills, stock=False, entry=None, at=NOW, unreported=0):
    return Reading(
        there=Decimal(there),
        at=at,
        fills=fills,
        our_orders=OURS,
        unreported=Decimal(unreported),
        asset_class=AssetClass.STOCK if stock else AssetClass.CRYPTO,
        venue_entry=entry and Decimal(entry),
    )


def external(text, age=60):
    return a_fill(text, at=ago(age))


def ours(text, age=60):
    return a_fill(text, at=ago(age), order="OURS")


def after(reading, *, guard=None, seen=SEEN, unconfirmed=None):
    if isinstance(unconfirmed, str):
        unconfirmed = Seen(quantity=Decimal(unconfirmed), at=reading.at - CONFIRMED_AFTER)
    return compare_holding(guard or a_guard(), reading, seen=seen, unconfirmed=unconfirmed)


def test_where_nothing_happened_nothing_is_written_down():
    comparison = after(a_reading(3))

    assert comparison.change == Unchanged(guard=a_guard())
    assert (comparison.seen, comparison.unconfirmed) == (SEEN, None)


def test_the_first_sale_after_it_was_seen_takes_the_guarded_part_though_more_than_that_is_left():
    sale = external("sell 1 BTC @ 90 USD")

    comparison = after(a_reading(2, sale))

    assert isinstance(comparison.change, Closed)
    assert (comparison.change.reason, comparison.change.fills) == (GuardReason.EXTERNAL_SALE, (sale,))
    assert comparison.seen == Seen(quantity=Decimal(2), at=NOW)


def test_what_was_sold_and_bought_back_at_the_venue_is_not_guarded_any_more():
    fills = external("sell 0.4 BTC @ 90 USD", 60), external("buy 0.4 BTC @ 90 USD", 30)

    comparison = after(a_reading(3, *fills))

    assert comparison.change.guard.quantity == Decimal("0.6")
    assert after(
        a_reading(3, *fills), seen=comparison.seen, guard=comparison.change.guard
    ).change == Unchanged(guard=comparison.change.guard)


def test_a_change_that_no_fill_explains_is_believed_when_the_next_reading_shows_it_too():
    later = NOW + CONFIRMED_AFTER
    first = after(a_reading("2.5"))
    second = after(a_reading("2.5", at=later), unconfirmed=first.unconfirmed)

    assert first.change == Unchanged(guard=a_guard())
    assert (first.seen, first.unconfirmed) == (SEEN, Seen(quantity=Decimal("2.5"), at=NOW))
    assert (second.change.by, second.change.reason) == (Decimal("0.5"), GuardReason.MOVED_OUT)
    assert (second.seen, second.unconfirmed) == (Seen(quantity=Decimal("2.5"), at=later), None)


def test_the_same_answer_read_again_within_seconds_proves_nothing():
    first = after(a_reading("2.5"))
    soon = after(
        a_reading("2.5", at=NOW + CONFIRMED_AFTER - timedelta(seconds=1)), unconfirmed=first.unconfirmed
    )

    assert soon.change == Unchanged(guard=a_guard())
    assert (soon.seen, soon.unconfirmed) == (SEEN, first.unconfirmed)


def test_readings_that_differ_are_never_believed():
    assert after(a_reading("2.4"), unconfirmed="2.5").unconfirmed == Seen(quantity=Decimal("2.4"), at=NOW)
    assert after(a_reading(3), unconfirmed="2.5").unconfirmed is None


def test_an_own_sale_took_its_part_off_the_guard_itself():
    rest = a_guard("0.4", "40")

    comparison = after(a_reading("2.4", ours("sell 0.6 BTC @ 90 USD")), guard=rest)

    assert comparison.change == Unchanged(guard=rest)
    assert comparison.seen == Seen(quantity=Decimal("2.4"), at=NOW)


def test_a_sale_at_the_venue_beside_an_own_one_is_counted_by_itself():
    rest = a_guard("0.4", "40")
    fills = ours("sell 0.6 BTC @ 90 USD"), external("sell 0.1 BTC @ 90 USD")

    comparison = after(a_reading("2.3", *fills), guard=rest)

    assert (comparison.change.by, comparison.change.reason) == (Decimal("0.1"), GuardReason.EXTERNAL_SALE)


@pytest.mark.fault("V19")
def test_a_reading_that_still_shows_what_was_sold_is_unconfirmed():
    rest = a_guard("0.4", "40")
    sale = ours("sell 0.6 BTC @ 90 USD", 1)

    late = after(a_reading(3, sale), guard=rest)
    true = after(a_reading("2.4", sale), guard=rest, unconfirmed=late.unconfirmed)

    assert (late.seen, late.unconfirmed.quantity) == (SEEN, 3)
    assert true.change == Unchanged(guard=rest)


def test_a_guard_set_on_a_reading_from_before_our_last_sale_keeps_its_quantity():
    sale = ours("sell 0.6 BTC @ 90 USD", 330)

    comparison = after(a_reading("2.4", sale), unconfirmed="2.4")

    assert comparison.change == Unchanged(guard=a_guard())
    assert comparison.seen == Seen(quantity=Decimal("2.4"), at=NOW)


def test_a_sale_shown_late_is_counted_once_beside_one_since():
    late, since = ours("sell 0.6 BTC @ 90 USD", 330), ours("sell 0.1 BTC @ 90 USD", 60)

    comparison = after(a_reading("2.3", late, since), unconfirmed="2.3")

    assert comparison.change == Unchanged(guard=a_guard())


def test_a_sale_of_ours_explains_what_was_shown_late_though_it_was_known_by_then():
    late = ours("sell 0.6 BTC @ 90 USD", 330)
    reading = replace(a_reading("2.4", late), known=frozenset({late.trade_id}))

    assert after(reading, unconfirmed="2.4").change == Unchanged(guard=a_guard())


def test_a_sale_shown_late_that_does_not_explain_all_explains_nothing():
    comparison = after(a_reading("2.1", ours("sell 0.6 BTC @ 90 USD", 330)), unconfirmed="2.1")

    assert (comparison.change.by, comparison.change.reason) == (Decimal("0.9"), GuardReason.MOVED_OUT)


def test_what_is_gone_after_a_sale_at_the_venue_is_awaited_less_what_that_sold():
    comparison = after(a_reading(0, external("sell 0.5 BTC @ 90 USD")), unconfirmed="0")

    assert (comparison.change.reason, comparison.change.guard.quantity) == (
        GuardReason.VANISHED,
        Decimal("0.5"),
    )
    assert comparison.seen == Seen(quantity=Decimal("2.5"), at=NOW)


def test_shares_that_grew_a_little_without_a_trade_pause():
    assert isinstance(after(a_reading("3.1", stock=True), unconfirmed="3.1").change, Paused)


def test_an_average_that_changed_with_a_quantity_and_no_trade_is_named_first():
    split = after(a_reading(6, stock=True, entry="115"), guard=a_guard(venue_entry="230"), unconfirmed="6")

    assert split.change.reason is GuardReason.ENTRY_CHANGED


def test_what_was_seen_keeps_when_that_was_on_the_venues_clock():
    reading = replace(a_reading(2, external("sell 1 BTC @ 90 USD")), venue_at=ago(1))

    assert after(reading).seen.venue_at == ago(1)


def test_a_sale_at_the_venue_that_was_shown_late_still_counts():
    comparison = after(a_reading("2.4", external("sell 0.6 BTC @ 90 USD", 330)), unconfirmed="2.4")

    assert comparison.change.guard.quantity == Decimal("0.4")


@pytest.mark.parametrize("fill", [external, ours])
def test_a_balance_wrongly_shown_as_zero_is_not_explained_by_an_older_sale_of_as_much(fill):
    comparison = after(a_reading(0, fill("sell 3 BTC @ 90 USD", 330)))

    assert (comparison.change, comparison.unconfirmed.quantity) == (Unchanged(guard=a_guard()), 0)


def test_shares_that_doubled_soon_after_they_were_bought_were_split():
    bought = external("buy 3 BTC @ 90 USD", 330)

    first = after(a_reading(6, bought, stock=True))

    assert first.unconfirmed.quantity == 6
    assert isinstance(after(a_reading(6, bought, stock=True), unconfirmed="6").change, Paused)


def test_older_sales_do_not_count():
    assert after(a_reading(3, external("sell 1 BTC @ 90 USD", 400))).change == Unchanged(guard=a_guard())


def test_fills_of_another_kind_of_position_do_not_count():
    leveraged = a_fill("sell 1 BTC @ 90 USD", at=ago(60), margin=True)

    assert after(a_reading(3, leveraged)).seen == SEEN


@pytest.mark.parametrize("state", [GuardState.PAUSED, GuardState.CLOSING])
def test_what_is_paused_or_being_sold_is_left_alone(state):
    guard = a_guard(state=state)

    comparison = after(a_reading(2, external("sell 1 BTC @ 90 USD")), guard=guard, unconfirmed="2")

    assert (comparison.change, comparison.seen) == (Unchanged(guard=guard), SEEN)
    assert comparison.unconfirmed.quantity == 2


def test_a_reading_from_before_it_was_seen_says_nothing():
    comparison = after(a_reading(1, at=SEEN.at))

    assert (comparison.change, comparison.seen) == (Unchanged(guard=a_guard()), SEEN)


def test_a_trade_moves_the_venues_entry_but_a_split_pauses():
    guard = a_guard(venue_entry="230")

    traded = after(a_reading(4, external("buy 1 BTC @ 250 USD"), stock=True, entry="235"), guard=guard)
    split = after(a_reading(3, stock=True, entry="115"), guard=guard)

    assert traded.change == Unchanged(guard=a_guard(venue_entry="235"))
    assert isinstance(split.change, Paused)


@pytest.mark.parametrize(
    ("there", "fills", "kept"),
    [
        ("3", [], "1"),
        ("2.6", ["sell 0.4 BTC @ 90 USD"], "0.6"),
        ("3.5", ["buy 0.5 BTC @ 90 USD"], "1"),
    ],
)
def test_a_guard_that_nobody_looked_at_is_followed_from_when_it_was_set(there, fills, kept):
    guard = a_guard()
    reported = (a_fill(text, at=NOW + timedelta(seconds=5)) for text in fills)
    reading = a_reading(there, *reported, at=NOW + timedelta(seconds=60))

    comparison = after(reading, guard=guard, seen=None)

    assert comparison.change.guard.quantity == Decimal(kept)
    assert comparison.seen.quantity == Decimal(there)


def test_a_guard_that_nobody_looked_at_is_reduced_to_what_is_there_when_two_readings_agree():
    reading = a_reading("0.4", at=NOW + timedelta(seconds=60))

    first = after(reading, seen=None)
    second = after(
        replace(reading, at=reading.at + CONFIRMED_AFTER), seen=None, unconfirmed=first.unconfirmed
    )

    assert first.change == Unchanged(guard=a_guard())
    assert isinstance(second.change, Reduced)
    assert second.change.guard.quantity == Decimal("0.4")


def test_what_is_owned_and_each_side_of_what_is_borrowed_are_counted_apart():
    report = a_report(
        a_holding("BTC", "1", held="2", locked="4"),
        margin=[a_margin_position(quantity="8"), a_margin_position(quantity="16", direction=Direction.SHORT)],
    )

    assert quantity_there(report, a_guard()) == 7
    assert quantity_there(report, a_guard(kind=PositionKind.MARGIN)) == 8
    assert quantity_there(report, a_guard(kind=PositionKind.MARGIN, direction=Direction.SHORT)) == 16


def test_a_sale_of_ours_whose_fill_is_not_reported_yet_explains_what_is_gone():
    comparison = after(a_reading("2.4", unreported="-0.6"), unconfirmed="2.4")

    assert comparison.change == Unchanged(guard=a_guard())
    # Its fill is still to come, and belongs after this.
    assert (comparison.seen, comparison.unconfirmed) == (SEEN, None)


def test_of_what_is_gone_a_sale_of_ours_that_is_not_reported_yet_takes_nothing_off_the_guard_again():
    comparison = after(a_reading("2.1", unreported="-0.6"), unconfirmed="2.1")

    assert isinstance(comparison.change, Reduced)
    assert (comparison.change.reason, comparison.change.by) == (GuardReason.MOVED_OUT, Decimal("0.3"))


def test_what_was_sold_and_not_reported_was_there_when_the_guard_was_set():
    guard = a_guard(quantity="1")

    comparison = after(a_reading("1", unreported="-0.6"), guard=guard, seen=None)

    assert comparison.seen.quantity == Decimal("1.6")


def test_what_was_sold_and_bought_since_leads_back_to_what_was_there_when_the_guard_was_set():
    fills = (
        a_fill("sell 0.6 BTC @ 90 USD", at=NOW + timedelta(seconds=5), order="OURS"),
        a_fill("buy 0.1 BTC @ 90 USD", at=NOW + timedelta(seconds=5)),
    )

    reading = a_reading("2.5", *fills, at=NOW + timedelta(seconds=60))

    assert first_seen(a_guard(), reading) == Seen(quantity=Decimal(3), at=NOW)
    assert first_seen(a_guard("9", "900"), reading).quantity == 9
    assert first_seen(a_guard(), replace(reading, set_at=NOW + timedelta(seconds=9))) == Seen(
        quantity=Decimal("2.5"), at=NOW + timedelta(seconds=9)
    )


def test_a_quantity_that_a_trade_since_should_have_changed_is_unconfirmed_anew():
    bought = external("buy 1 BTC @ 90 USD", age=5)

    comparison = after(a_reading("2.9", bought), unconfirmed="2.9")

    assert comparison.change == Unchanged(guard=a_guard())
    assert comparison.unconfirmed == Seen(quantity=Decimal("2.9"), at=NOW)


def test_what_a_sale_of_another_coin_brought_and_is_not_reported_yet_is_no_split():
    comparison = after(a_reading("8", unreported="5"), unconfirmed="8")

    assert (comparison.change, comparison.unconfirmed) == (Unchanged(guard=a_guard()), None)


def test_a_short_that_was_bought_back_and_is_not_reported_yet_is_smaller_for_that():
    guard = a_guard(kind=PositionKind.MARGIN, direction=Direction.SHORT)

    assert after(a_reading("2.4", unreported="0.6"), guard=guard, unconfirmed="2.4").change == Unchanged(
        guard=guard
    )


@pytest.mark.parametrize(("kind", "unread"), [(PositionKind.SPOT, "BTC"), (PositionKind.MARGIN, "BTC/USD")])
def test_a_reading_covers_coins_by_their_asset_and_what_is_borrowed_by_its_pair(kind, unread):
    guard = a_guard(kind=kind)

    assert is_covered(replace(a_report(), unreadable=frozenset({"BTC", "BTC/USD"} - {unread})), guard)
    assert not is_covered(replace(a_report(), unreadable=frozenset({unread})), guard)
