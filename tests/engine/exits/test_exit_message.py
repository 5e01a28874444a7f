from dataclasses import replace
from datetime import timedelta

import pytest

from engine.alerts.messages import AgainstGuard, ExitFilled
from engine.exits.exit_message import describe_exit, name_rest
from engine.exits.exit_quantity import SOLD_EXTERNALLY, UNCONFIRMED, Dust, DustKind
from engine.model.delays import HeldUp, Unseen
from engine.model.holdings import Direction
from engine.model.orders import CancelledOrder, Side
from engine.model.venues import Venue
from engine.orders.intents import ManualClose, Trigger
from engine.orders.states import IntentState, client_order_id
from tests.builders import NOW, a_fill, a_guard, an_exit_intent, an_exit_order, an_instrument, number

BTC = an_instrument(lot="0.001", minimum_quantity="0.01", minimum_notional="5")


def an_intent():
    trigger = Trigger(
        price=number("95"),
        basis="bid",
        ratio=number("-0.05"),
        threshold=number("-0.01"),
        quantity=number("1"),
        cost=number("100"),
        at=NOW,
    )
    return an_exit_intent(state=IntentState.ACCEPTED, trigger=trigger)


def an_alert(intent, order, *, guard=None, **changes):
    heard_at = NOW + timedelta(seconds=3)
    choices = {
        "cancelled": (),
        "dust": None,
        "found_later": False,
        "heard_at": heard_at,
        "rate": number("1"),
    }
    return describe_exit(intent, guard or a_guard(), order, **{**choices, **changes})


def test_the_alert_reports_the_whole_exit():
    cancelled = (CancelledOrder(side=Side.SELL, quantity=number("1"), price=number("120")),)
    order = an_exit_order(filled="0.98", cost="88.2", fee="0.5")
    dust = Dust(number("0.02"), "too little")

    alert = an_alert(an_intent(), order, cancelled=cancelled, dust=dust, found_later=True)

    assert alert == ExitFilled(
        venue=Venue.KRAKEN,
        symbol="BTC/USD",
        direction=Direction.LONG,
        trigger_ratio=number("-0.05"),
        threshold=number("-0.01"),
        trigger_price=number("95"),
        quantity=number("0.98"),
        fill_price=number("90"),
        currency="USD",
        fee=number("0.5"),
        fee_asset="USD",
        realised=number("-10.3"),
        entry=number("100"),
        against_guard=AgainstGuard(price=number("100"), quantity=number("0.98"), result=number("-10.3")),
        cancelled=cancelled,
        left_over=number("0.02"),
        left_over_why="too little",
        triggered_at=NOW,
        filled_at=NOW + timedelta(seconds=3),
        venue_order_id="O-1",
        client_order_id=client_order_id("intent-1", 1),
        found_later=True,
        manual=False,
        entry_known=True,
    )


def test_the_alert_of_a_sale_through_another_pair_names_the_guarded_one_and_the_rate():
    order = replace(an_exit_order(), symbol="BTC/EUR")

    alert = an_alert(an_intent(), order, rate=number("1.1"))

    assert (alert.symbol, alert.instead_of, alert.currency, alert.rate) == (
        "BTC/EUR",
        "BTC/USD",
        "EUR",
        number("1.1"),
    )


def test_the_alert_says_what_was_unseen_what_held_the_sale_up_and_whose_order_it_may_be():
    unseen = Unseen(since=NOW - timedelta(seconds=60), until=NOW, why="market closed")
    held_up = HeldUp(since=NOW, why="no answer")
    intent = an_intent()
    intent = replace(intent, trigger=replace(intent.trigger, unseen=unseen))

    late = an_alert(intent, an_exit_order(), held_up=held_up, may_be_owners=True)

    assert (late.unseen, late.held_up, late.may_be_owners) == (unseen, held_up, True)
    assert an_alert(intent, an_exit_order()).may_be_owners is False


def test_an_alert_without_dust_leaves_nothing_over():
    alert = an_alert(an_intent(), an_exit_order())

    assert (alert.left_over, alert.left_over_why, alert.cancelled, alert.found_later) == (0, "", (), False)


@pytest.mark.parametrize(("entry_known", "realised"), [(True, "-10.9"), (False, None)])
def test_the_alert_of_an_exit_its_owner_requested_says_so(entry_known, realised):
    intent = an_intent()
    manual = ManualClose(guarded=number("1"), guarded_cost=number("100"), entry_known=entry_known)

    alert = an_alert(replace(intent, trigger=replace(intent.trigger, manual=manual)), an_exit_order())

    assert (alert.manual, alert.entry_known, alert.realised) == (True, entry_known, number(realised))


def test_the_alert_dates_the_sale_by_its_last_fill():
    fills = [a_fill("sell 0.5 BTC @ 90 USD", at=NOW + timedelta(seconds=s)) for s in (1, 2)]

    assert an_alert(an_intent(), an_exit_order(fills=tuple(fills))).filled_at == NOW + timedelta(seconds=2)


def test_the_alert_without_fills_dates_the_sale_by_the_order():
    order = replace(an_exit_order(), closed_at=NOW + timedelta(seconds=2))

    assert an_alert(an_intent(), order).filled_at == NOW + timedelta(seconds=2)


@pytest.mark.parametrize("ahead_s", [0, 2])
def test_a_fill_that_its_venue_dates_to_the_second_is_never_dated_before_its_trigger(ahead_s):
    intent = an_intent()
    at = intent.trigger.at + timedelta(seconds=ahead_s, milliseconds=-400)

    alert = an_alert(intent, replace(an_exit_order(), closed_at=at), ahead=timedelta(seconds=ahead_s))

    assert alert.filled_at == intent.trigger.at


def test_the_alert_without_any_time_dates_the_sale_by_when_it_was_found():
    assert an_alert(an_intent(), an_exit_order()).filled_at == NOW + timedelta(seconds=3)


@pytest.mark.parametrize(
    ("intent", "order"),
    [
        pytest.param(replace(an_intent(), trigger=None), an_exit_order(), id="no trigger"),
        pytest.param(an_intent(), an_exit_order(filled="0"), id="no fill"),
    ],
)
def test_an_alert_needs_a_trigger_and_a_fill(intent, order):
    with pytest.raises(ValueError, match=r"^intent intent-1 has no trigger or no fill to tell of$"):
        an_alert(intent, order)


@pytest.mark.parametrize(
    ("order", "direction", "realised", "before_fee"),
    [
        pytest.param(an_exit_order(), Direction.LONG, "-10.9", False, id="a loss with its fee"),
        pytest.param(
            an_exit_order(filled="0.5", cost="45"), Direction.LONG, "-5.9", False, id="half of the cost"
        ),
        pytest.param(an_exit_order(cost="110"), Direction.SHORT, "-10.9", False, id="bought back dearer"),
        pytest.param(
            an_exit_order(fee="0", fee_asset=None), Direction.LONG, "-10", False, id="free of charge"
        ),
        pytest.param(an_exit_order(fee=None), Direction.LONG, "-10", True, id="fee unknown"),
        pytest.param(an_exit_order(fee_asset="BTC"), Direction.LONG, "-10", True, id="fee in coins"),
    ],
)
def test_what_an_exit_brought(order, direction, realised, before_fee):
    alert = an_alert(an_intent(), order, guard=a_guard(direction=direction))

    assert (alert.realised, alert.before_fee) == (number(realised), before_fee)


def test_a_sale_for_money_of_an_unknown_rate_has_no_result():
    alert = an_alert(an_intent(), an_exit_order(), rate=None)

    assert (alert.realised, alert.entry, alert.against_guard) == (None, number("100"), None)


def test_a_fee_that_is_not_booked_yet_is_estimated_at_what_the_account_pays():
    assert an_alert(an_intent(), an_exit_order(fee=None), taker=number("0.0025")).fee_estimate == number(
        "0.225"
    )
    assert an_alert(an_intent(), an_exit_order(fee=None), taker=None).fee_estimate is None
    assert an_alert(an_intent(), an_exit_order(), taker=number("0.0025")).fee_estimate is None


def counted_from(**changes):
    intent = an_intent()
    return an_alert(replace(intent, trigger=replace(intent.trigger, **changes)), an_exit_order())


def test_the_cost_is_shared_by_the_part_of_what_was_guarded():
    assert counted_from(quantity=number("2"), cost=number("200")).realised == number("-10.9")


def test_a_sale_of_more_than_nothing_by_a_trigger_of_nothing_has_no_result():
    assert counted_from(quantity=number("0"), cost=number("0")).realised is None


def test_what_was_paid_and_the_guards_price_have_a_result_each():
    alert = counted_from(since_guarded=True, paid=number("80"))

    against = AgainstGuard(price=number("100"), quantity=number("1"), result=number("-10.9"))
    assert (alert.realised, alert.entry, alert.against_guard) == (number("9.1"), number("80"), against)


def test_the_price_of_the_day_it_was_guarded_is_no_entry():
    alert = counted_from(since_guarded=True)

    assert (alert.realised, alert.entry_known, alert.against_guard.result) == (None, False, number("-10.9"))


def test_a_manual_close_of_more_than_was_guarded_has_the_guards_result_of_the_guarded_part():
    manual = ManualClose(guarded=number("0.5"), guarded_cost=number("60"), entry_known=False)
    alert = counted_from(manual=manual, since_guarded=True, paid=number("80"))

    # 45 of 90 against 60, less half of 0.9.
    against = AgainstGuard(price=number("120"), quantity=number("0.5"), result=number("-15.45"))
    assert (alert.realised, alert.against_guard) == (number("9.1"), against)


def a_rest(quantity="0.8", **changes):
    return replace(a_guard(), quantity=number(quantity), **changes)


STAYS = "it stays guarded and is sold next while past its threshold"


@pytest.mark.parametrize(
    ("filled", "dust", "named"),
    [
        ("0.20000000", None, ("0.8", f"the order ended at Kraken with 0.2 of 1 filled; {STAYS}")),
        ("1", None, ("0.8", f"no more of it was free; {STAYS}")),
        ("1", Dust(number("0.8"), UNCONFIRMED, DustKind.UNCONFIRMED), ("0.8", UNCONFIRMED)),
        (
            "1",
            Dust(number("0.3"), UNCONFIRMED, DustKind.UNCONFIRMED),
            ("0.8", f"no more of it was free; {STAYS}; 0.3 of it: {UNCONFIRMED}"),
        ),
        (
            "1",
            Dust(number("0.3"), SOLD_EXTERNALLY),
            ("1.1", f"0.8: no more of it was free; {STAYS}; 0.3 {SOLD_EXTERNALLY}"),
        ),
    ],
    ids=["ended early", "not free", "perhaps gone", "a part perhaps gone", "another part gone"],
)
def test_a_part_that_stays_guarded_is_named_with_why_and_what_is_done_with_it(filled, dust, named):
    order = an_exit_order(filled=filled)

    rest = name_rest(a_rest(), dust, intent=an_intent(), order=order, has_closed=False)

    assert (rest.quantity, rest.why) == (number(named[0]), named[1])


def test_a_part_of_a_short_is_bought_back_next():
    rest = name_rest(
        a_rest(direction=Direction.SHORT),
        None,
        intent=an_intent(),
        order=an_exit_order(filled="0.2"),
        has_closed=False,
    )

    assert "is bought back next" in rest.why


def test_a_part_that_another_pair_took_no_more_of_is_named_so():
    order = replace(an_exit_order(filled="0.2"), symbol="BTC/USDC")

    rest = name_rest(a_rest(), None, intent=an_intent(), order=order, has_closed=False)

    assert rest.why == f"BTC/USDC took no more; {STAYS}"


def test_a_part_that_a_closed_market_left_is_named_so():
    rest = name_rest(a_rest(), None, intent=an_intent(), order=an_exit_order(filled="0.2"), has_closed=True)

    assert rest == Dust(
        number("0.8"), "the stock market has closed; it stays guarded and is watched again when that opens"
    )
