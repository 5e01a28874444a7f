from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.guards.changes import (
    Closed,
    Paused,
    Reduced,
    Unchanged,
    changed_without_trade,
    is_about,
    is_explained,
    reconcile,
    resume,
)
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import Direction, PositionKind
from engine.model.instruments import AssetClass
from tests.builders import a_fill, a_guard, ago


def left(change):
    return str(change.guard.quantity.normalize()), str(change.guard.cost.normalize()), change.guard.state


def compare(guard, before, seen, *fills, asset_class=AssetClass.CRYPTO, venue_entry=None):
    return reconcile(
        guard,
        before=Decimal(before),
        seen=Decimal(seen),
        fills=fills,
        asset_class=asset_class,
        venue_entry=None if venue_entry is None else Decimal(venue_entry),
    )


SALE = a_fill("sell 1 BTC @ 20 USD", at=ago(5))
PURCHASE = a_fill("buy 3 BTC @ 20 USD", at=ago(4))


@pytest.mark.parametrize(
    ("before", "seen", "fills"),
    [
        ("4", "4", []),
        ("10", "10", []),
        ("10", "13", [PURCHASE]),
        ("10", "10.5", []),
        ("10", "14.99999999", []),
    ],
    ids=["the same", "more than guarded", "bought at the venue", "a reward", "a deposit"],
)
def test_what_does_not_touch_the_guarded_part_changes_nothing(before, seen, fills):
    assert compare(a_guard("4", "100"), before, seen, *fills) == Unchanged(guard=a_guard("4", "100"))


REDUCTIONS = {
    "sold at the venue": ("10", "9", [SALE], "3", GuardReason.EXTERNAL_SALE),
    "sold and bought at the venue": ("10", "12", [SALE, PURCHASE], "3", GuardReason.EXTERNAL_SALE),
    "moved out": ("10", "8.5", [], "2.5", GuardReason.MOVED_OUT),
    "sold and moved out": ("10", "8", [SALE], "2", GuardReason.EXTERNAL_SALE),
    "bought and moved out": ("10", "11", [PURCHASE], "2", GuardReason.MOVED_OUT),
    "less there than guarded": ("3", "3", [], "3", GuardReason.MOVED_OUT),
    "sold but more is there": ("10", "10", [SALE], "3", GuardReason.EXTERNAL_SALE),
    "a crumb is left": ("4", "0.00000001", [], "1E-8", GuardReason.MOVED_OUT),
}


@pytest.mark.parametrize(
    ("before", "seen", "fills", "guarded", "reason"), REDUCTIONS.values(), ids=REDUCTIONS
)
def test_sales_at_the_venue_and_withdrawals_reduce_the_guarded_part_first(
    before, seen, fills, guarded, reason
):
    change = compare(a_guard("4", "100"), before, seen, *fills)

    assert change == Reduced(guard=change.guard, by=4 - Decimal(guarded), reason=reason)
    assert left(change) == (guarded, str((Decimal(guarded) * 25).normalize()), GuardState.ARMED)


def test_a_position_closed_elsewhere_is_reported_with_the_fills_found():
    fill = a_fill("sell 10 BTC @ 20 USD")

    change = compare(a_guard("4", "100"), "10", "0", fill)

    assert change == Closed(
        guard=change.guard, by=Decimal(4), reason=GuardReason.EXTERNAL_SALE, fills=(fill,)
    )


@pytest.mark.parametrize("asset_class", AssetClass)
@pytest.mark.parametrize("kind", PositionKind)
def test_a_guard_of_a_position_that_is_gone_without_a_fill_waits_for_it(asset_class, kind):
    change = compare(a_guard("4", "100", kind=kind), "4", "0", asset_class=asset_class)

    assert change == Paused(guard=change.guard, reason=GuardReason.VANISHED)
    assert left(change) == ("4", "1E+2", GuardState.PAUSED)


def test_what_was_sold_at_the_venue_before_the_rest_was_gone_is_off_the_guard():
    change = compare(a_guard("4", "100"), "10", "0", SALE)

    assert change == Paused(guard=change.guard, reason=GuardReason.VANISHED)
    assert left(change) == ("3", "75", GuardState.PAUSED)


@pytest.mark.parametrize(
    ("seen", "by"),
    [
        ("12.97", "0"),
        ("12.9699995", "0"),
        ("12.96999949", "0"),
        ("12.9699994", "0.0000006"),
        ("12.96", "0.01"),
    ],
)
def test_what_a_purchase_paid_in_coins_and_rounding_takes_are_no_loss_of_what_is_guarded(seen, by):
    bought = a_fill("buy 3 BTC @ 20 USD", fee="0.6")

    change = compare(a_guard("4", "100"), "10", seen, bought)

    assert getattr(change, "by", 0) == Decimal(by)


@pytest.mark.parametrize(("seen", "by"), [("9", "1"), ("8.995", "1.005"), ("8.99", "1.01"), ("8.9", "1.1")])
def test_a_fee_named_in_coins_may_have_been_taken_from_what_they_bought(seen, by):
    paid_with = a_fill("buy 10 ETH @ 0.1 BTC", fee="0.01")

    assert compare(a_guard("4", "100"), "10", seen, paid_with).by == Decimal(by)


def test_a_guard_whose_part_was_all_sold_is_closed_though_nothing_else_is_there():
    change = compare(a_guard("4", "100"), "10", "0", a_fill("sell 4 BTC @ 20 USD"))

    assert isinstance(change, Closed)


def test_a_fiftieth_of_a_guard_that_is_gone_is_waited_for():
    change = compare(a_guard("4", "100"), "4", "0", a_fill("sell 3.92 BTC @ 20 USD"))

    assert change == Paused(guard=change.guard, reason=GuardReason.VANISHED)


def test_a_guard_that_is_closed_says_why():
    assert compare(a_guard("4", "100"), "10", "6", a_fill("sell 4 BTC @ 20 USD")).guard.reason is (
        GuardReason.EXTERNAL_SALE
    )


def test_a_rest_that_fees_and_rounding_explain_is_not_waited_for():
    fill = a_fill("sell 3.99 BTC @ 20 USD")

    change = compare(a_guard("4", "100"), "4", "0", fill)

    assert change == Closed(
        guard=change.guard, by=Decimal(4), reason=GuardReason.EXTERNAL_SALE, fills=(fill,)
    )


@pytest.mark.parametrize(
    ("before", "seen", "facts"),
    [
        ("10", "15", {}),
        ("10", "100", {}),
        ("10", "10.1", {"asset_class": AssetClass.STOCK}),
        ("10", "1", {"asset_class": AssetClass.STOCK}),
    ],
    ids=["half as much again", "tenfold", "a stock grew", "a reverse split"],
)
def test_a_quantity_that_changed_without_a_fill_pauses_the_guard(before, seen, facts):
    change = compare(a_guard("4", "100"), before, seen, **facts)

    assert change == Paused(guard=change.guard, reason=GuardReason.QUANTITY_CHANGED)
    assert left(change) == ("4", "1E+2", GuardState.PAUSED)
    assert change.guard.reason == GuardReason.QUANTITY_CHANGED


@pytest.mark.parametrize("seen", ["9", "11"])
def test_a_margin_position_that_changed_without_a_fill_pauses_its_guard(seen):
    assert isinstance(compare(a_guard("4", "100", kind=PositionKind.MARGIN), "10", seen), Paused)


def test_a_pause_takes_what_was_sold_at_the_venue_into_account():
    change = compare(a_guard("4", "100"), "10", "90", SALE)

    assert isinstance(change, Paused)
    assert left(change) == ("3", "75", GuardState.PAUSED)


def test_a_guard_whose_part_was_all_sold_at_the_venue_is_closed_whatever_else_changed():
    change = compare(a_guard("1", "25"), "10", "90", SALE)

    assert isinstance(change, Closed)


def test_the_venues_entry_tells_a_deposit_from_a_split():
    guard = a_guard("4", "100", venue_entry="25")

    deposit = compare(guard, "10", "20", venue_entry="25.0")
    split = compare(guard, "10", "20", venue_entry="12.5")

    assert deposit == Unchanged(guard=guard)
    assert split == Paused(guard=split.guard, reason=GuardReason.ENTRY_CHANGED)
    assert left(split) == ("4", "1E+2", GuardState.PAUSED)


def test_an_entry_that_changed_pauses_even_at_the_same_quantity():
    assert isinstance(compare(a_guard("4", "100", venue_entry="25"), "4", "4", venue_entry="5"), Paused)


@pytest.mark.parametrize(("known", "seen"), [(None, "5"), ("25", None)])
def test_an_entry_that_is_not_known_twice_says_nothing(known, seen):
    guard = a_guard("4", "100", venue_entry=known)

    assert compare(guard, "10", "10", venue_entry=seen) == Unchanged(guard=guard)


@pytest.mark.parametrize(("known", "seen"), [(None, None), (None, "5"), ("25", None)])
def test_without_two_entries_a_doubled_quantity_pauses(known, seen):
    assert isinstance(compare(a_guard("4", "100", venue_entry=known), "10", "20", venue_entry=seen), Paused)


def test_an_entry_that_changed_with_a_fill_is_expected():
    guard = a_guard("4", "100", venue_entry="25")

    assert compare(guard, "10", "13", PURCHASE, venue_entry="24") == Unchanged(guard=guard)


@pytest.mark.parametrize("state", [GuardState.CLOSING, GuardState.PAUSED, GuardState.CLOSED])
@pytest.mark.parametrize(("before", "seen"), [("4", "1"), ("4", "40"), ("4", "0")])
def test_only_an_armed_guard_changes(state, before, seen):
    guard = a_guard("4", "100", state=state)

    assert compare(guard, before, seen, SALE) == Unchanged(guard=guard)


def test_a_short_margin_position_shrinks_by_buying_back():
    short = a_guard("4", "100", direction=Direction.SHORT, kind=PositionKind.MARGIN)

    change = compare(short, "4", "1", a_fill("buy 3 BTC @ 20 USD", margin=True))

    assert change == Reduced(guard=change.guard, by=Decimal(3), reason=GuardReason.EXTERNAL_SALE)


@pytest.mark.parametrize(
    ("fill", "kind", "is_its"),
    [
        (a_fill("sell 1 BTC @ 20 USD"), PositionKind.SPOT, True),
        (a_fill("buy 1 ETH @ 0.05 BTC"), PositionKind.SPOT, True),
        (a_fill("buy 1 ETH @ 20 USD"), PositionKind.SPOT, False),
        (a_fill("sell 1 BTC @ 20 USD", margin=True), PositionKind.SPOT, False),
        (a_fill("sell 1 BTC @ 20 USD", margin=True), PositionKind.MARGIN, True),
        (a_fill("sell 1 BTC @ 20 EUR", margin=True), PositionKind.MARGIN, False),
        (a_fill("sell 1 BTC @ 20 USD"), PositionKind.MARGIN, False),
    ],
)
def test_a_fill_is_about_a_guard_when_it_moved_the_same_kind_of_position(fill, kind, is_its):
    assert is_about(a_guard(kind=kind), fill) is is_its


@pytest.mark.parametrize(
    ("entry", "there", "quantity", "cost"),
    [
        pytest.param("50", "9", "4", "200", id="as it was"),
        pytest.param("50", "3", "3", "150", id="as much as is there"),
        pytest.param("25", "9", "8", "200", id="two for one"),
        pytest.param("25", "6", "6", "150", id="two for one of which some went"),
        pytest.param("100", "9", "2", "200", id="one for two"),
        pytest.param("40", "5", "5", "200", id="five for four of a position that is guarded whole"),
        pytest.param("40", "5.025", "5", "200", id="worth the same but for half a percent"),
        pytest.param("40", "5.026", "4", "200", id="worth more than half a percent more"),
        pytest.param("40", "9", "4", "200", id="an average moved by more units"),
        pytest.param("49", "9", "4", "200", id="an entry that moved a little"),
        pytest.param("0", "9", "4", "200", id="an entry of nothing"),
        pytest.param(None, "9", "4", "200", id="an entry nobody reports"),
    ],
)
def test_a_paused_guard_goes_on_at_its_cost(entry, there, quantity, cost):
    paused = a_guard("4", "200", state=GuardState.PAUSED, venue_entry="50")

    kept = resume(paused, there=Decimal(there), venue_entry=entry and Decimal(entry))

    assert (kept.state, kept.reason) == (GuardState.ARMED, None)
    assert (kept.quantity, kept.cost) == (Decimal(quantity), Decimal(cost))
    assert kept.venue_entry == (entry and Decimal(entry))


def test_a_split_takes_a_trailing_stop_to_its_new_price():
    paused = replace(
        a_guard("4", "200", state=GuardState.PAUSED, venue_entry="50"),
        trail=Decimal("0.02"),
        stop=Decimal(60),
    )

    assert resume(paused, there=Decimal(9), venue_entry=Decimal(25)).stop == Decimal(30)
    assert resume(paused, there=Decimal(9), venue_entry=Decimal(50)).stop == Decimal(60)


@pytest.mark.parametrize("there", ["0", "-1"])
def test_a_paused_guard_of_what_is_gone_is_closed(there):
    paused = a_guard("4", "200", state=GuardState.PAUSED)

    assert resume(paused, there=Decimal(there), venue_entry=None).state is GuardState.CLOSED


QUANTITIES = st.decimals("0.00000001", "1000", places=8).filter(bool)


@given(
    guarded=QUANTITIES,
    more=st.decimals("0", "1000", places=8),
    seen=st.decimals("0", "3000", places=8),
    sold=st.lists(QUANTITIES, max_size=3),
)
def test_no_more_stays_guarded_than_is_there(guarded, more, seen, sold):
    fills = [a_fill(f"sell {part} BTC @ 1 USD", at=ago(age)) for age, part in enumerate(sold)]

    change = compare(a_guard(guarded, "100"), guarded + more, seen, *fills)

    assert change.guard.quantity <= guarded
    if not isinstance(change, Paused):
        assert change.guard.quantity <= seen
        assert change.guard.quantity + getattr(change, "by", 0) == guarded


BOUGHT_AT_25 = a_guard("4", "100", venue_entry="25")


def is_untraded(seen="10", entry="25", *, asset_class=AssetClass.STOCK, before="10", **facts):
    return changed_without_trade(
        BOUGHT_AT_25,
        before=before and Decimal(before),
        seen=seen and Decimal(seen),
        venue_entry=entry and Decimal(entry),
        price=Decimal(20),
        asset_class=asset_class,
        **facts,
    )


@pytest.mark.parametrize(
    ("seen", "entry", "expected"),
    [
        pytest.param("10", "25", False, id="as it was"),
        pytest.param("10", "25.025", False, id="an average that was rounded"),
        pytest.param("20", "12.5", True, id="two for one"),
        pytest.param("5", "50", True, id="one for two"),
        pytest.param("11", "22.72727273", True, id="a dividend in stock"),
        pytest.param("10", "20", True, id="a spin-off"),
        pytest.param("12", "24.17", False, id="two bought at the price"),
        pytest.param("12", "22.51", False, id="two bought for just more than half the price"),
        pytest.param("12", "22.5", True, id="two that came for half the price"),
        pytest.param("8", "25.01", False, id="two sold"),
        pytest.param("8", "28.12", False, id="two that went for just more than half of what they cost"),
        pytest.param("8", "28.125", True, id="two that went for half of what they cost"),
        pytest.param("8", "31.25", True, id="two that went for nothing"),
        pytest.param("8", None, False, id="an average nobody reports"),
    ],
)
def test_units_of_a_stock_that_came_or_went_at_no_price_were_not_traded(seen, entry, expected):
    assert is_untraded(seen, entry) is expected


@pytest.mark.parametrize(
    ("seen", "entry", "expected"), [("11", "25", True), ("11", "25.01", False), ("9", "25", False)]
)
def test_units_that_came_at_the_average_were_bought_unless_nothing_was_traded(seen, entry, expected):
    assert not is_untraded(seen, entry)
    assert is_untraded(seen, entry, is_untraded=True) is expected


@pytest.mark.parametrize(
    ("entry", "expected"), [("37.5", True), ("37.49", False), ("16.66", True), ("16.67", False), ("0", False)]
)
@pytest.mark.parametrize(
    "facts",
    [{"asset_class": AssetClass.CRYPTO}, {"before": None}, {"seen": None}],
    ids=["coins", "not seen before", "not seen now"],
)
def test_where_only_averages_can_be_compared_half_as_much_again_is_a_split(entry, expected, facts):
    assert is_untraded(entry=entry, **facts) is expected


@pytest.mark.parametrize(
    ("fill", "seen", "expected"),
    [
        (a_fill("buy 3 BTC @ 20 USD", fee="0.6"), "13", True),
        (a_fill("buy 3 BTC @ 20 USD", fee="0.6"), "12.97", True),
        (a_fill("buy 3 BTC @ 20 USD", fee="0.6"), "12.9699", False),
        (a_fill("buy 3 BTC @ 20 USD", fee="0.6"), "13.0001", False),
        (a_fill("sell 1 BTC @ 20 USD", fee="0.2"), "9", True),
        (a_fill("sell 1 BTC @ 20 USD", fee="0.2"), "8.99", True),
        (a_fill("sell 1 BTC @ 20 USD", fee="0.2"), "8.9899", False),
        (a_fill("buy 10 ETH @ 0.1 BTC", fee="0.01"), "8.99", True),
        (a_fill("buy 10 ETH @ 0.1 BTC", fee="0.01"), "9", True),
        (a_fill("buy 10 ETH @ 0.1 BTC", fee="0.01"), "9.0001", False),
        (a_fill("buy 10 ETH @ 0.1 BTC", fee="0.01"), "8.9899", False),
    ],
    ids=lambda value: f"{value.symbol} {value.side}" if hasattr(value, "symbol") else None,
)
def test_fills_explain_a_quantity_but_for_fees_that_were_taken_from_another_asset_than_named(
    fill, seen, expected
):
    assert is_explained(a_guard(), before=Decimal(10), seen=Decimal(seen), fills=[fill]) is expected
