from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.alerts.messages import EntryEnd
from engine.entries.gates import GateName, GateVerdict, Remedy
from engine.entries.route import NoRoute, Reason, RouteObstacle
from engine.entries.sizing import SizeUnknown
from engine.guards.guard import AtTarget
from engine.model.venues import Venue
from engine.offers.buying_preview import Buying, Drift
from handlers.render.alerts import render_alert
from handlers.render.buy import render_buy
from handlers.render.html import plain_text
from tests.handlers.alert_examples import BOUGHT, EXAMPLES
from tests.handlers.screen_checks import check_golden
from tests.handlers.values import (
    READER,
    ago,
    buy_preview,
    entry_plan,
    gate,
    gates,
    guard,
    left_out,
    refused,
    request,
)


def lines(screen):
    return plain_text(screen.text).splitlines()


def kept_back(*failing, **changes):
    closed = {one.name: one for one in failing}
    return refused(gates=tuple(closed.get(one.name, one) for one in gates()), **changes)


HALTED = gate(GateName.HALT, GateVerdict.FAIL, since=ago(minutes=2), remedy=Remedy.RESUME)


def test_a_preview_shows_size_broker_costs_stop_and_target_above_its_button():
    check_golden("buy_preview", render_buy(buy_preview(), READER))


def test_what_is_being_bought_has_no_button():
    check_golden("buy_buying", render_buy(Buying(plan=entry_plan()), READER))


def test_what_is_kept_back_says_one_reason_a_line():
    short = gate(
        GateName.CASH,
        GateVerdict.FAIL,
        actual=Decimal("12.40"),
        limit=Decimal("30.60"),
        reserved=Decimal("51.20"),
        unit="USD",
        ratio=Decimal("0.02"),
        venue=Venue.KRAKEN,
        remedy=Remedy.ADD_CASH,
    )

    screen = render_buy(kept_back(HALTED, short), READER)

    check_golden("buy_not_bought", screen)
    assert sum("free at Kraken, besides $51.20 reserved by other buys" in line for line in lines(screen)) == 1


def test_what_nobody_lists_is_said_so():
    nowhere = NoRoute(
        request=request(), left_out=(left_out(Venue.KRAKEN, Reason(obstacle=RouteObstacle.NOT_LISTED)),)
    )

    assert "No broker lists BTC/USD." in lines(render_buy(refused(decision=nowhere), READER))


def test_a_named_broker_that_is_not_connected_is_said_so():
    wish = replace(refused().request, venue=Venue.COINBASE)
    not_named = NoRoute(
        request=request(), left_out=(left_out(Venue.KRAKEN, Reason(obstacle=RouteObstacle.NOT_NAMED)),)
    )

    said = lines(render_buy(refused(request=wish, decision=not_named), READER))

    assert "Coinbase: not connected." in said
    assert not any("you chose another broker" in line for line in said)


@pytest.mark.parametrize(
    ("small", "why"),
    [
        (None, "Why: the one you chose."),
        (
            Reason(
                obstacle=RouteObstacle.EQUITY_TOO_SMALL, limit=Decimal(50), actual=Decimal(45), unit="USD"
            ),
            "Why: the one you chose; its equity of $45.00 is under $50.00.",
        ),
    ],
)
def test_a_broker_that_was_chosen_by_name_says_so(small, why):
    plan = entry_plan()
    named = replace(plan.route, request=replace(plan.route.request, venue=Venue.COINBASE), small=small)

    assert why in lines(render_buy(buy_preview(plan=replace(plan, route=named)), READER))


def test_without_a_size_an_amount_is_asked_for():
    said = lines(render_buy(refused(size=SizeUnknown.EQUITY, decision=None), READER))

    assert said[:2] == [
        "Not bought",
        "No size: your total equity is not known now. Name an amount: /buy BTC 30",
    ]


@pytest.mark.parametrize("drift", Drift)
def test_shown_again_it_says_why_and_that_nothing_was_bought(drift):
    second = lines(render_buy(buy_preview(drift=drift), READER))[1]

    assert second.endswith(": nothing was bought.")


def test_a_command_that_came_late_says_that_the_prices_are_of_now():
    screen = render_buy(buy_preview(), READER, sent_at=ago(minutes=5))

    assert "You sent this 5 min ago, while NIJA could not answer." in screen.text


def held_already(**changes):
    held = gate(GateName.HELD, GateVerdict.CONFIRM, actual=Decimal("0.5"), unit="BTC")
    kept = tuple(held if one.name is GateName.HELD else one for one in gates())
    return buy_preview(plan=entry_plan(gates=kept, **changes))


def test_what_is_held_already_is_named():
    assert "You hold 0.5 BTC already: this adds to it." in lines(render_buy(held_already(), READER))


def test_the_stop_and_target_are_those_of_the_guard_that_covers_it_as_well():
    wide = guard(threshold=Decimal("-0.5"))

    check_golden("buy_preview_joins", render_buy(held_already(joins=wide), READER))


def test_a_guard_whose_stop_trails_and_whose_target_sells_nothing_is_shown_so():
    trailing = guard(
        trail=Decimal("0.02"),
        stop=Decimal(62_000),
        target=Decimal("0.03"),
        at_target=AtTarget.BREAK_EVEN,
    )

    said = lines(render_buy(held_already(joins=trailing), READER))

    assert any(line.startswith("Trailing") and "$62,000.00" in line for line in said)
    assert any(line.startswith("Target") and line.endswith("+3.00 %, then break-even") for line in said)


def alert(message=BOUGHT, **changes):
    return plain_text(render_alert(replace(message, **changes), READER).text)


def test_a_part_that_filled_is_told_with_what_was_ordered():
    assert "Filled in part: 0.0002 of 0.00046663; the rest was not bought." in alert(
        quantity=Decimal("0.0002")
    )


def test_what_is_too_little_to_be_sold_is_not_told_as_sold_at_its_stop():
    text = alert(too_small="the venue sells at least 0.00005 BTC")

    assert "That is too little to be sold at Kraken (the venue sells at least 0.00005 BTC)" in text
    assert "It is sold at market" not in text


def test_slippage_is_against_the_price_that_was_confirmed():
    assert "+1.00 %" in alert(fill_price=Decimal(64640))


def test_a_fee_in_coins_is_told_in_coins():
    assert "0.0000011 BTC" in alert(fee=Decimal("0.0000011"), fee_asset="BTC")


def test_a_fee_that_is_booked_later_is_an_estimate():
    text = alert(fee=None, fee_asset=None, fee_estimate=Decimal("0.07"))

    assert "about $0.07" in text
    assert "The fee is an estimate: Kraken books it later." in text


def test_found_later_and_late_are_said():
    text = alert(found_later=True, filled_at=READER.now - timedelta(minutes=5))

    assert "The venue's answer was lost; the fill was found by asking it again." in text
    assert "This alert is late: it happened 5 min ago." in text


def test_more_of_an_order_that_was_reported_is_told_as_its_totals():
    assert "The venue reported more of this order after its end: these are its totals." in alert(
        found_later=True, is_rest=True
    )


@pytest.mark.parametrize("why", EntryEnd)
def test_each_end_without_a_fill_begins_with_not_bought(why):
    text = alert(EXAMPLES["entry_given_up"], why=why, detail="")

    assert text.startswith("Not bought")
    assert "/buy BTC asks again" in text
