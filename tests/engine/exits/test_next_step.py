from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.exits.next_step import depends_on_trades, next_step
from engine.exits.position_reading import PositionReading
from engine.exits.quantity_check import QuantityCheck
from engine.exits.steps import (
    Abandon,
    AwaitRelease,
    AwaitRest,
    EndSoldExternally,
    FollowOwnOrder,
    FreeFirst,
    PauseForSplit,
    PresumeFilled,
    ReadAgain,
    ReadOvertaken,
    SellNow,
    View,
)
from engine.model.errors import TryLaterError
from engine.model.failing_reasons import UnknownHold
from engine.model.instruments import AssetClass
from engine.model.venues import Venue
from engine.orders.intents import ManualClose
from tests.builders import NOW, a_guard, an_exit_order, an_instrument

ONE = Decimal(1)
#: A short reading of two, ten and twenty seconds old when it is a hundred.
JUST_UNCONFIRMED = QuantityCheck(short=(Decimal(2), 90.0), short_since=90.0)
LONG_UNCONFIRMED = QuantityCheck(short=(Decimal(2), 80.0), short_since=80.0)


def shown(most):
    """Return a manual close of what was shown; None is all of it."""
    return ManualClose(guarded=ONE, guarded_cost=Decimal(100), entry_known=True, most=most)


MANUAL = shown(None)
HOLD = UnknownHold(quantity=Decimal(2))


def an_available(owned="3", *, free=None, held="0", **changes):
    owned = Decimal(owned)
    free = owned - Decimal(held) if free is None else Decimal(free)
    return PositionReading(free=free, owned=owned, held=Decimal(held), at=NOW, **changes)


def a_view(available=None, *, guard=None, expected="3", **changes):
    """One of three is guarded, and nothing is amiss."""
    view = View(
        guard=guard or a_guard(),
        available=available or an_available(),
        expected=expected and Decimal(expected),
        quantity_check=QuantityCheck(),
        instrument=an_instrument(lot="0.01", minimum_quantity="0.1"),
        price=Decimal(100),
        manual=None,
        now_s=100.0,
    )
    return replace(view, **changes)


def sold(view):
    step = next_step(view)
    return step.quantity if isinstance(step, SellNow) else step


UNKNOWN = PositionReading(free=None, owned=None, at=None, is_fresh=False)


@pytest.mark.parametrize(
    ("available", "quantity"),
    [
        pytest.param(an_available(), ONE, id="all there"),
        pytest.param(UNKNOWN, ONE, id="not reported"),
        pytest.param(
            an_available("3", free="0.456"), Decimal("0.45"), id="the rest is staked: floored to the lot"
        ),
        pytest.param(an_available("3", held="2"), ONE, id="held, and enough is free"),
        pytest.param(
            replace(an_available("3", free="0.5"), held=None),
            Decimal("0.5"),
            id="no word of what is held",
        ),
        pytest.param(an_available("3", free="0.01", is_fresh=False), ONE, id="crumbs some time ago"),
    ],
)
def test_what_is_guarded_and_there_is_sold(available, quantity):
    assert sold(a_view(available)) == quantity


@pytest.mark.parametrize(
    ("most", "quantity", "is_all"),
    [(None, "1", True), ("0.4", "0.4", False), ("1", "1", True), ("5", "1", True)],
)
def test_no_more_is_sold_than_the_book_carries_at_a_sane_price(most, quantity, is_all):
    step = next_step(a_view(most=most and Decimal(most)))

    assert (step.quantity, step.is_all) == (Decimal(quantity), is_all)


def test_no_more_is_sold_or_freed_by_a_manual_close_than_was_shown():
    half = shown(Decimal("0.505"))

    step = next_step(a_view(manual=half))
    freeing = next_step(a_view(an_available(held="2.8"), manual=half))

    assert (step.quantity, step.is_all, step.exit_quantity.guard.quantity) == (Decimal("0.50"), True, ONE)
    assert (type(freeing), freeing.wanted) == (FreeFirst, Decimal("0.505"))
    assert sold(a_view(an_available(held="2.4"), manual=half)) == Decimal("0.50")


def test_without_a_listing_nothing_is_floored_and_nothing_is_dust():
    assert sold(a_view(an_available("0.0004"), expected=None, instrument=None)) == Decimal("0.0004")


def test_a_zero_is_not_believed_once_no_order_holds_anything():
    empty = an_available("0")

    assert isinstance(next_step(a_view(empty)), FreeFirst)
    assert sold(a_view(empty, may_free=False)) == ONE


def test_what_orders_hold_is_freed_first_and_what_was_released_is_sold():
    held = an_available("3", held="2.5")

    assert isinstance(next_step(a_view(held)), FreeFirst)
    assert sold(a_view(replace(held, free=ONE), may_free=False)) == ONE
    assert sold(a_view(held, may_free=False)) == Decimal("0.5")


def test_only_what_is_left_of_the_guard_is_freed():
    view = a_view(an_available("2.5", held="2"), quantity_check=LONG_UNCONFIRMED)

    assert sold(view) == Decimal("0.5")


def test_what_went_at_the_venue_comes_off_the_guarded_part_when_it_is_certain():
    view = a_view(an_available("2.5"), quantity_check=QuantityCheck(short=(Decimal("2.5"), 80.0)))

    step = next_step(view)

    assert (step.quantity, step.exit_quantity.gone, step.exit_quantity.is_unconfirmed) == (
        Decimal("0.5"),
        Decimal("0.5"),
        False,
    )
    assert step.exit_quantity.seen.quantity == Decimal("2.5")


def test_what_was_seen_to_be_gone_says_when_and_after_which_step_of_ours():
    view = a_view(an_available("2.5", step=7), quantity_check=QuantityCheck(short=(Decimal("2.5"), 80.0)))

    seen = next_step(view).exit_quantity.seen

    assert (seen.at, seen.step) == (NOW, 7)


def test_while_that_is_unconfirmed_what_is_there_in_any_case_goes_and_the_rest_stays_guarded():
    step = next_step(a_view(an_available("2.5"), quantity_check=QuantityCheck(short=(Decimal("2.5"), 99.0))))

    assert (step.quantity, step.exit_quantity.is_unconfirmed, step.exit_quantity.seen) == (
        Decimal("0.5"),
        True,
        None,
    )


def test_a_reading_without_an_answer_confirms_nothing_so_nothing_goes():
    silent = QuantityCheck(short=(Decimal(2), 80.0), short_since=80.0, is_silent=True)

    assert next_step(a_view(UNKNOWN, quantity_check=silent)) == ReadAgain(is_contradictory=True)


@pytest.mark.parametrize("manual", [None, MANUAL])
def test_while_all_of_it_is_unconfirmed_nothing_goes(manual):
    view = a_view(an_available("2"), quantity_check=JUST_UNCONFIRMED, manual=manual)

    assert next_step(view) == ReadAgain(is_contradictory=False)
    assert next_step(
        replace(view, now_s=120.0, quantity_check=replace(JUST_UNCONFIRMED, short=(ONE, 119.0)))
    ) == ReadAgain(is_contradictory=True)


def test_what_its_owner_requested_is_not_sold_in_parts_that_are_unconfirmed():
    view = a_view(
        an_available("2.5"), quantity_check=QuantityCheck(short=(Decimal("2.5"), 99.0)), manual=MANUAL
    )

    assert isinstance(next_step(view), ReadAgain)


def test_when_all_of_it_went_at_the_venue_the_exit_yields():
    assert next_step(a_view(an_available("2"), quantity_check=LONG_UNCONFIRMED)) == EndSoldExternally()


def test_a_split_is_asked_about_before_anything_is_sold():
    guard = a_guard(venue_entry=Decimal(100))

    assert next_step(a_view(an_available(venue_entry=Decimal(50)), guard=guard)) == PauseForSplit(Decimal(3))


@pytest.mark.parametrize(
    ("owned", "entry", "is_untraded", "step"),
    [
        ("6", "100", False, SellNow),
        ("6", "100", True, PauseForSplit),
        ("3", "100", True, SellNow),
        ("6", "99.95", True, SellNow),
        ("6", "50", False, PauseForSplit),
        ("6", "50", True, PauseForSplit),
    ],
    ids=[
        "more, and no trades read",
        "more, and no trade",
        "as many",
        "bought lower",
        "a split, no trades read",
        "a split, no trade",
    ],
)
def test_more_shares_at_the_same_average_were_split_only_where_no_trade_brought_them(
    owned, entry, is_untraded, step
):
    view = a_view(
        an_available(owned, venue_entry=Decimal(entry)),
        guard=a_guard(venue_entry=Decimal(100)),
        instrument=an_instrument(lot="0.01", minimum_quantity="0.1", asset_class=AssetClass.STOCK),
        is_untraded=is_untraded,
    )

    assert isinstance(next_step(view), step)
    assert depends_on_trades(replace(view, is_untraded=False)) == (owned == "6" and entry == "100")


def test_crumbs_that_are_free_are_no_reason_to_give_up_the_rest():
    assert next_step(a_view(an_available("3", free="0.05"))) == AwaitRest(Decimal("0.05"))


def test_a_hold_that_no_order_explains_is_named_with_what_is_sold_or_awaited():
    selling = next_step(a_view(an_available("3", free="0.5", unknown_hold=HOLD)))
    waiting = next_step(a_view(an_available("3", free="0.05", unknown_hold=HOLD)))

    assert (selling.quantity, selling.unknown_hold) == (Decimal("0.5"), HOLD)
    assert waiting == AwaitRest(Decimal("0.05"), HOLD)


def test_coins_that_came_for_nothing_were_deposited_and_shares_were_not_bought():
    came = {
        "available": an_available("4", venue_entry=Decimal(75)),
        "guard": a_guard(venue_entry=Decimal(100)),
    }
    share = an_instrument(lot="0.01", minimum_quantity="0.1", asset_class=AssetClass.STOCK)

    assert sold(a_view(**came)) == ONE
    assert next_step(a_view(**came, instrument=share)) == PauseForSplit(Decimal(4))
    assert next_step(a_view(**came, instrument=None)) == PauseForSplit(Decimal(4))


def test_real_dust_is_abandoned():
    step = next_step(a_view(an_available("0.05"), expected=None))

    assert isinstance(step, Abandon)
    assert step.dust.quantity == Decimal("0.05")
    assert (step.exit_quantity.whole, step.exit_quantity.gone) == (a_guard(), 0)


HINDRANCE = TryLaterError(Venue.KRAKEN, "busy")
OWN_ORDER = an_exit_order()
SPLIT = {"available": an_available(venue_entry=Decimal(50)), "guard": a_guard(venue_entry=Decimal(100))}


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        pytest.param(
            {"available": an_available(own_order=OWN_ORDER, is_overtaken=True, hindrance=HINDRANCE)},
            FollowOwnOrder(OWN_ORDER),
            id="an order of its own is open",
        ),
        pytest.param(
            {"available": an_available(is_overtaken=True, hindrance=HINDRANCE), "presumed_filled": ONE},
            ReadOvertaken(),
            id="an order filled that was to be cancelled",
        ),
        pytest.param(
            {"available": an_available("3", free="0.05", hindrance=HINDRANCE)},
            AwaitRelease(HINDRANCE),
            id="too little is free beside what cannot be cancelled",
        ),
        pytest.param(
            {"available": an_available("2", hindrance=HINDRANCE), "quantity_check": JUST_UNCONFIRMED},
            AwaitRelease(HINDRANCE),
            id="unconfirmed beside what cannot be cancelled",
        ),
        pytest.param(
            {"available": an_available(), "presumed_filled": Decimal("0.4")},
            PresumeFilled(Decimal("0.6"), Decimal(3)),
            id="a part counts as filled",
        ),
        pytest.param(
            {"available": an_available(held="3"), "presumed_filled": ONE},
            PresumeFilled(Decimal(0), Decimal(3)),
            id="all of it counts as filled, and nothing is freed for it",
        ),
        pytest.param(
            {"available": an_available("2.7"), "expected": Decimal(3), "presumed_filled": ONE},
            PresumeFilled(Decimal(0), Decimal("2.7")),
            id="less is gone than counts as filled",
        ),
        pytest.param(
            {"presumed_filled": ONE, **SPLIT}, PauseForSplit(Decimal(3)), id="other units, whatever filled"
        ),
        pytest.param(
            {"available": an_available("2"), "quantity_check": LONG_UNCONFIRMED, "presumed_filled": ONE},
            EndSoldExternally(),
            id="what counts as filled is gone already",
        ),
    ],
)
def test_what_orders_of_its_own_and_of_others_came_to_is_decided_before_a_sale(changes, step):
    assert next_step(a_view(**{"expected": "3", **changes})) == step


def test_what_is_free_is_sold_beside_an_order_that_cannot_be_cancelled():
    step = next_step(a_view(an_available("3", free="0.4", hindrance=HINDRANCE), may_free=False))

    assert (step.quantity, step.is_all, step.hindrance) == (Decimal("0.4"), False, HINDRANCE)


def test_what_counts_as_filled_is_not_counted_once_more_when_it_is_gone():
    view = a_view(an_available("2.5"), presumed_filled=Decimal("0.5"))

    assert sold(replace(view, quantity_check=QuantityCheck(short=(Decimal("2.5"), 80.0)))) == Decimal("0.5")


AMOUNTS = st.decimals(0, 5, places=3)


@st.composite
def views(draw):
    owned = draw(AMOUNTS)
    held = owned * draw(st.decimals(0, 1, places=2))
    since = draw(st.none() | st.floats(0, 100))
    return a_view(
        an_available(str(owned), held=str(held), is_fresh=draw(st.booleans())),
        guard=a_guard(quantity=str(draw(st.decimals(Decimal("0.001"), 5, places=3)))),
        expected=str(draw(AMOUNTS)),
        quantity_check=QuantityCheck() if since is None else QuantityCheck(short=(owned, since)),
        manual=draw(st.none() | st.builds(shown, st.none() | AMOUNTS.filter(bool))),
        may_free=draw(st.booleans()),
    )


@given(view=views())
def test_never_is_more_sold_than_is_guarded_and_not_gone(view):
    step = next_step(view)

    if isinstance(step, SellNow):
        gone = max(view.expected - view.available.owned, 0) if view.available.owned else 0
        assert step.exit_quantity.whole == view.guard
        assert 0 < step.quantity <= step.exit_quantity.guard.quantity == view.guard.quantity - gone
        assert step.exit_quantity.is_unconfirmed == (not view.quantity_check.is_over(view.now_s))
        assert not (step.exit_quantity.is_unconfirmed and view.manual)
        if view.manual is not None and view.manual.most is not None:
            assert step.quantity <= view.manual.most
