import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest

from engine.exits.audit import ExitPage
from engine.model.delays import Wait
from engine.model.orders import Side
from engine.orders.states import IntentState
from engine.orders.step_cause import StepCause
from handlers.render.history import render_exit_record, render_history, render_short
from handlers.render.html import escape, split
from handlers.render.numbers import MINUS
from tests.handlers.alert_examples import EXIT
from tests.handlers.exit_values import STARTED, cancelled, exit_record, manual, trigger
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.values import READER

UNFILLED = {
    "filled_quantity": Decimal(0),
    "cost": None,
    "fee": None,
    "fee_asset": None,
    "venue_order_id": None,
}


def a_page(*exits, skipped=0, total=None):
    return ExitPage(exits=exits, skipped=skipped, total=len(exits) if total is None else total)


def test_the_list_is_short_and_has_a_button_each():
    manual_close = exit_record(trigger=trigger(basis="asked", manual=manual()), intent_id="by-hand")
    waiting = exit_record(
        state=IntentState.UNKNOWN, symbol="ETH/USD", fills=(), intent_id="waiting", **UNFILLED
    )

    check_golden("history", render_history(a_page(exit_record(), manual_close, waiting), READER, symbol=None))


def test_one_exit_is_shown_from_trigger_to_fill():
    check_golden("history_exit", render_exit_record(exit_record(), READER))


def test_a_profit_is_named_by_its_target():
    profit = exit_record(trigger=trigger(ratio=Decimal("0.0204"), target=Decimal("0.02")))

    short, detail = render_short(profit, READER), render_exit_record(profit, READER).text

    assert "target at +2.04 %: " in short
    assert ("Target" in detail, "Threshold" in detail) == (True, False)


def test_a_stop_is_named_by_its_price():
    stopped = exit_record(trigger=trigger(ratio=Decimal("0.0102"), stop=Decimal(64660)))

    detail = render_exit_record(stopped, READER).text

    assert "stop at +1.02 %: " in render_short(stopped, READER)
    assert ("$64,660.00" in detail, "Threshold" in detail) == (True, False)


def test_an_exit_its_owner_requested_has_no_threshold():
    record = exit_record(trigger=trigger(basis="asked", manual=manual()), side=Side.BUY)

    screen = render_exit_record(record, READER)

    assert "manual close" in screen.text
    assert "Threshold" not in screen.text
    check_fits(screen)


def test_a_sale_its_owner_requested_is_measured_under_the_names_of_its_alert():
    text = render_exit_record(exit_record(trigger=trigger(basis="asked", manual=manual())), READER).text

    assert all(name in text for name in ("Fill vs request", "Request to fill", "counted from the request"))
    assert all(name not in text for name in ("Fill vs trigger", "Trigger to fill", "from the trigger"))


def test_a_symbol_shows_its_last_exit_in_full_and_lists_the_others():
    screen = render_history(a_page(exit_record(), exit_record(intent_id="older")), READER, symbol="BTC")

    assert screen.text.count("Step by step") == 1
    assert "Earlier exits" in screen.text
    assert [row[0].data for row in screen.keyboard] == ["h:older"]
    check_fits(screen)


def test_no_exit_yet_is_said():
    assert "NIJA has sold no BTC yet." in render_history(a_page(), READER, symbol="BTC").text
    assert "NIJA has sold nothing yet." in render_history(a_page(), READER, symbol=None).text


def test_steps_say_when_after_the_trigger_and_how_long_after_the_step_before():
    text = render_exit_record(exit_record(), READER).text

    assert "at 140 ms: sent (125 ms after the step before)" in text
    assert "at 260 ms: not taken now: “EService: &lt;Busy&gt;” (120 ms after the step before)" in text
    assert "at 1.4 s: known to be filled (60 ms after the step before)" in text


def test_a_result_without_its_fee_says_so():
    booked = render_history(a_page(exit_record()), READER, symbol=None).text
    waiting = exit_record(fee=None, fee_asset=None)
    unbooked = replace(waiting, fills=tuple(replace(fill, fee=None) for fill in waiting.fills))

    # 7,562.40 against 7,680, and 19.66 of it is the fee.
    assert f"Realised PnL {MINUS}$137.26" in booked
    assert f"PnL before the fee {MINUS}$117.60" in render_history(a_page(unbooked), READER, symbol=None).text
    assert "not booked yet" in render_exit_record(unbooked, READER).text


def test_a_result_without_an_entry_is_unknown():
    record = exit_record(trigger=trigger(basis="asked", manual=manual()))

    assert "Realised PnL unknown, no entry" in render_history(a_page(record), READER, symbol=None).text


def test_a_cancel_that_is_under_way_is_not_called_unconfirmed():
    order = replace(cancelled("0.1", "70000"), confirmed=False)
    life = (
        (3, None, IntentState.PLANNED, "triggered", ""),
        (15, IntentState.PLANNED, IntentState.PLANNED, "release", order),
    )

    assert (
        "at 15 ms: cancel sell 0.1 at $70,000.00 (12 ms after the step before)"
        in render_exit_record(exit_record(life=life), READER).text
    )


def test_an_order_that_was_gone_already_is_not_called_cancelled():
    gone = replace(cancelled("0.1", "70000"), venue_order_id="O-9")
    life = (
        (3, None, IntentState.PLANNED, "triggered", ""),
        (15, IntentState.PLANNED, IntentState.PLANNED, "not released", gone),
    )

    text = render_exit_record(exit_record(life=life), READER).text
    assert "at 15 ms: planned, not released: “O-9” (12 ms after the step before)" in text


def refused(times, detail="EOrder:Insufficient <funds>"):
    """Return a life of equal attempts a minute apart, each refused, and the one that was taken."""
    life = [(3, None, IntentState.PLANNED, "triggered", "")]
    for number in range(times):
        at = 60_000 * number
        life.append((at + 15, IntentState.PLANNED, IntentState.SENT, "send", ""))
        life.append((at + 90, IntentState.SENT, IntentState.PLANNED, "refused", detail))
    life.append((60_000 * times, IntentState.PLANNED, IntentState.SENT, "send", ""))
    return tuple(life)


def test_equal_attempts_are_one_line_with_their_number_and_from_when_to_when():
    screen = render_exit_record(exit_record(life=refused(14)), READER)

    steps = screen.text.partition("from the trigger</b>\n")[2].splitlines()
    assert steps[1] == (
        "14 times, 02:25:11\N{EN DASH}02:38:11 UTC: sent, then refused: “EOrder:Insufficient &lt;funds&gt;”"
    )
    assert [steps[0], steps[2]] == [
        "at 3 ms: planned, triggered",
        "at 14 min 0 s: sent (59.9 s after the step before)",
    ]
    check_fits(screen)


def test_a_thousand_attempts_fit_into_one_message():
    assert len(split(render_exit_record(exit_record(life=refused(1000)), READER).text)) == 1


def test_attempts_that_differ_are_not_taken_together():
    text = render_exit_record(exit_record(life=refused(2)), READER).text

    assert " times, " not in text


def test_an_old_record_without_trigger_or_steps_fits():
    bare = exit_record(life=(), fills=(), trigger=None, created_at=STARTED, **UNFILLED)

    check_fits(render_exit_record(bare, READER))


@pytest.mark.parametrize("is_earlier", [False, True], ids=["", "of an earlier version"])
@pytest.mark.parametrize(
    ("state", "code", "cause"),
    [
        (IntentState.SUSPENDED, StepCause.MARKET_UNAVAILABLE, "the stock market is closed"),
        (IntentState.ABANDONED, StepCause.NOT_SOLD, "less than <1> USD"),
    ],
)
def test_an_exit_that_was_not_sent_says_whether_it_waits_or_is_given_up(state, code, cause, is_earlier):
    stored = (cause, "") if is_earlier else (code, cause)
    life = ((3, None, IntentState.PLANNED, "triggered", ""), (20, IntentState.PLANNED, state, *stored))
    record = exit_record(state=state, life=life, fills=(), **UNFILLED)

    listed, alone = render_history(a_page(record), READER, symbol=None), render_exit_record(record, READER)

    assert escape(f"{state}: {cause}") in listed.text
    detail = " ".join(alone.text.split())
    assert f"State {state} Why {escape(cause)}" in detail
    assert f"at 20 ms: {state}, {escape(cause)} (" in detail
    check_fits(listed)
    check_fits(alone)


def test_an_exit_that_waits_for_its_market_says_when_that_opens():
    closed = "the stock market is closed"
    life = (
        (3, None, IntentState.PLANNED, "triggered", ""),
        (20, IntentState.PLANNED, IntentState.SUSPENDED, closed, ""),
    )
    record = exit_record(state=IntentState.SUSPENDED, life=life, fills=(), **UNFILLED)
    record = replace(record, wait=Wait(is_closed=True, opens_at=READER.now + timedelta(hours=2)))

    listed = render_history(a_page(record), READER, symbol=None).text
    alone = render_exit_record(record, READER).text

    assert f"{closed}, opens" in listed
    assert f"{closed}, opens" in " ".join(alone.split())


def test_an_exit_whose_order_may_be_the_owners_own_says_so_and_claims_no_speed():
    record = exit_record()
    steps = tuple(
        replace(step, cause=StepCause.FOUND_UNNAMED, order_id=record.intent.venue_order_id)
        if step.to_state is IntentState.ACCEPTED
        else step
        for step in record.steps
    )
    perhaps = replace(record, steps=steps)

    detail = render_exit_record(perhaps, READER).text
    listed = render_history(a_page(perhaps), READER, symbol=None).text

    assert "This may be your own order at Kraken: NIJA's order was never confirmed." in detail
    assert "accepted, found without NIJA's client order id" in detail
    assert "Trigger to fill" not in detail
    assert "Fill vs trigger" not in detail
    assert ", perhaps by your own order" in listed


@pytest.mark.parametrize("cause", StepCause)
def test_no_step_shows_the_code_that_is_stored_of_its_cause(cause):
    tried = (20, IntentState.UNKNOWN, IntentState.PLANNED, f"{cause}, same id", "")
    life = ((3, None, IntentState.PLANNED, "triggered", ""), tried)

    text = render_exit_record(exit_record(life=life, fills=(), **UNFILLED), READER).text

    assert ", same id" not in text
    assert "_" not in text


def test_a_list_that_is_not_all_says_so_and_offers_the_rest():
    exits = [exit_record(intent_id=str(number)) for number in range(5)]

    first = render_history(a_page(*exits, total=7), READER, symbol=None)
    of_one = render_history(a_page(*exits, total=7), READER, symbol="BTC")
    rest = render_history(a_page(*exits[:2], skipped=5, total=7), READER, symbol="BTC")

    assert "Exits, newest first: 1\N{EN DASH}5 of 7" in first.text
    assert "5 of 7 are listed so far" in first.text
    assert (first.keyboard[-1][0].label, first.keyboard[-1][0].data) == ("Older", "o:5:")
    assert "Earlier exits: 2\N{EN DASH}5 of 7" in of_one.text
    assert of_one.keyboard[-1][0].data == "o:5:BTC"
    assert "Exits, newest first: 6\N{EN DASH}7 of 7" in rest.text
    assert "Step by step" not in rest.text
    assert [row[0].data for row in rest.keyboard] == ["h:0", "h:1"]
    for screen in (first, of_one, rest):
        check_fits(screen)


def test_a_page_behind_the_last_exit_says_that_there_is_none():
    assert "There are no older exits." in render_history(a_page(skipped=5, total=5), READER, symbol=None).text


def test_what_the_shown_exits_brought_is_added_up_where_all_of_it_is_known():
    known = exit_record()
    without_entry = exit_record(trigger=trigger(basis="asked", manual=manual()))
    waiting = exit_record(state=IntentState.UNKNOWN, fills=(), **UNFILLED)

    added = render_history(a_page(known, known, waiting), READER, symbol=None).text
    lacking = render_history(a_page(known, known, without_entry), READER, symbol=None).text

    assert f"Realised PnL of these 2 sales together: {MINUS}$274.52" in added
    assert "together" not in lacking
    assert "together" not in render_history(a_page(known), READER, symbol=None).text


def test_a_rest_too_small_for_the_alert_to_name_is_accounted_for():
    alert = replace(
        EXIT, left_over=Decimal("0.0000000011"), left_over_why="the venue sells at least 0.002 ETH"
    )

    screen = render_exit_record(replace(exit_record(), alert=alert), READER)

    assert "Not sold: 0.0000000011: the venue sells at least 0.002 ETH" in screen.text
    assert "Not sold" not in render_exit_record(exit_record(), READER).text
    check_fits(screen)


def from_price(paid=None):
    return exit_record(trigger=trigger(since_guarded=True, paid=paid))


def test_results_against_what_was_paid_and_against_the_guards_price_are_never_added_together():
    paid, unknown = from_price(Decimal(7000)), from_price()

    both = render_history(a_page(paid, paid, unknown), READER, symbol=None).text
    only = render_history(a_page(unknown, unknown), READER, symbol=None).text

    # 7,562.40 less 19.66 of fee against 7,000.00 paid, and against 7,680.00.
    assert (
        f"Realised PnL +$542.74, +7.75 %\nAgainst the guard's price $64,000.00: {MINUS}$137.26"
        in unescape(both)
    )
    assert "Realised PnL of 2 of these 3 sales together: +$1,085.48" in both
    assert f"Entry unknown, so against the guard's price, 1 of them: {MINUS}$137.26" in unescape(both)
    assert "Realised PnL of" not in only
    assert f"Entry unknown, so against the guard's price, these 2 sales together: {MINUS}$274.52" in unescape(
        only
    )


def test_orders_are_counted_as_often_as_they_left():
    again = (
        (0, None, IntentState.PLANNED, "triggered", ""),
        *(
            (1000 * number, IntentState.UNKNOWN, IntentState.SENT, "sent again under its id", "")
            for number in range(1, 13)
        ),
    )

    assert re.search(r"Orders sent +2\n", render_exit_record(exit_record(), READER).text)
    text = render_exit_record(exit_record(life=again, attempt=1), READER).text
    assert re.search(r"Order +sent 12 times under one id\n", text)
    assert "12 times, " in text


def test_a_step_long_after_the_trigger_is_shown_in_minutes_and_seconds():
    life = (
        (0, None, IntentState.PLANNED, "triggered", ""),
        (120_890, IntentState.PLANNED, IntentState.SENT, "send", ""),
    )

    assert (
        "at 2 min 1 s: sent (2 min 1 s after the step before)"
        in render_exit_record(exit_record(life=life), READER).text
    )


def test_the_loss_at_the_trigger_of_an_exit_is_named_against_the_price_it_counts_from():
    shown = [" ".join(line.split()) for line in render_exit_record(from_price(), READER).text.splitlines()]

    assert shown[shown.index("Guarded from $64,000.00") + 1] == f"Trigger PnL against that {MINUS}1.50 %"
