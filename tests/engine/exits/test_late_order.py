from dataclasses import replace
from decimal import Decimal

import pytest

from engine.exits.late_order import (
    OPENED_WITHIN,
    LateOrder,
    is_certain,
    late_part,
    quantity_off_guard,
    sold_of_guarded,
)
from engine.model.orders import Side, VenueOrderId
from engine.orders.intents import ManualClose
from engine.orders.states import IntentState, client_order_id
from tests.builders import NOW, a_fill, an_exit_intent, an_exit_order
from tests.engine_room import a_trigger
from tests.handlers.alert_examples import EXAMPLES
from tests.patient_loop import START

D = Decimal
ORDER_ID = VenueOrderId("venue-1")
ENDED = replace(
    an_exit_intent(state=IntentState.FILLED),
    venue_order_id=ORDER_ID,
    quantity=D("0.1"),
    filled_quantity=D("0.06"),
    cost=D(3000),
    fee=D(3),
    fee_asset="USD",
)
REPORTED = a_fill("sell 0.06 BTC @ 50000 USD", fee="3", order=ORDER_ID)
NEW = a_fill("sell 0.02 BTC @ 49000 USD", fee="1", order=ORDER_ID)


def late(intent=ENDED):
    return LateOrder(intent=intent, attempt=1, order_id=ORDER_ID)


def test_what_comes_after_the_end_has_its_own_quantity_value_and_fee():
    part = late_part(late(), (REPORTED, NEW), [])

    assert (part.filled_quantity, part.cost, part.fee, part.fee_asset) == (D("0.02"), D(980), D(1), "USD")


@pytest.mark.parametrize("fills", [(REPORTED,), (REPORTED, replace(NEW, quantity=D("1E-8")))])
def test_what_the_exit_booked_is_no_late_fill_however_it_was_rounded(fills):
    assert late_part(late(), fills, []) is None


def test_a_value_that_the_venue_did_not_report_is_worked_out_from_all_trades():
    part = late_part(late(replace(ENDED, cost=None)), (REPORTED, NEW), [])

    assert (part.filled_quantity, part.cost) == (D("0.02"), D(995))


@pytest.mark.parametrize("booked", [{"fee": None}, {"fee_asset": "BTC"}, {"fee": D(4)}])
def test_a_fee_that_cannot_be_told_apart_is_unknown(booked):
    part = late_part(late(replace(ENDED, **booked)), (REPORTED, NEW), [])

    assert (part.fee, part.fee_asset) == (None, None)


@pytest.mark.parametrize(
    ("sold", "seen", "there", "off"),
    [
        pytest.param(["1"], "5", "4", ["1"], id="one that is missing"),
        pytest.param(["1"], "5", "5", ["0"], id="one that was found missing before"),
        pytest.param(["1", "1"], "5", "3", ["1", "1"], id="two that are both missing"),
        pytest.param(["1", "1"], "5", "4", ["1", "0"], id="two of which one was found missing before"),
        pytest.param(["1", "2"], "5", "3", ["1", "1"], id="the second in part"),
        pytest.param(["1", "1"], "5", "5", ["0", "0"], id="two that were both found missing before"),
        pytest.param(["1", "1"], "5", "0", ["1", "1"], id="more is missing than they sold"),
        pytest.param(["1", "1"], "5", "6", ["0", "0"], id="more is there than was seen"),
        pytest.param(["1", "1"], None, "4", ["1", "1"], id="never seen"),
        pytest.param(["0.1", "0.2", "0.3"], "1", "0.5", ["0.1", "0.2", "0.2"], id="three"),
    ],
)
def test_late_orders_take_no_more_off_a_guard_than_is_missing_for_all_of_them(sold, seen, there, off):
    seen, sold, taken = seen and D(seen), [D(one) for one in sold], []

    for number in range(1, len(sold) + 1):
        taken.append(
            quantity_off_guard(sold[:number], seen=seen, there=D(there), taken=sum(taken, start=D(0)))
        )

    assert taken == [D(one) for one in off]
    assert quantity_off_guard(sold, seen=seen, there=D(there)) == sum(taken)


@pytest.mark.parametrize(
    ("before", "filled", "of_guarded"),
    [
        ("0", "0.3", "0"),
        ("0", "0.35", "0.05"),
        ("0.3", "0.05", "0.05"),
        ("0.35", "0.05", "0.05"),
        ("0", "0.4", "0.1"),
    ],
)
def test_a_manual_close_sells_what_was_guarded_last(before, filled, of_guarded):
    manual = ManualClose(guarded=D("0.1"), guarded_cost=D(5000), entry_known=True)
    wide = replace(a_trigger(quantity="0.4", cost="20000", at=START), manual=manual)

    assert sold_of_guarded(wide, before=D(before), filled=D(filled)) == D(of_guarded)


def test_what_a_guard_began_sells_what_was_guarded():
    trigger = a_trigger(quantity="0.4", at=START)

    assert sold_of_guarded(trigger, before=D("0.1"), filled=D("0.2")) == D("0.2")


SENT = an_exit_intent()
LEFT = NOW


@pytest.mark.parametrize(
    ("changes", "left_at", "is_ours"),
    [
        pytest.param({"client_order_id": SENT.client_order_id}, None, True, id="it names our id"),
        pytest.param({"client_order_id": "another"}, LEFT, False, id="it names another id"),
        pytest.param({"opened_at": LEFT}, LEFT, True, id="opened when ours left"),
        pytest.param({"opened_at": LEFT - OPENED_WITHIN}, LEFT, True, id="opened a minute before"),
        pytest.param({"opened_at": LEFT - OPENED_WITHIN * 1.01}, LEFT, False, id="opened long before"),
        pytest.param({"opened_at": LEFT + OPENED_WITHIN}, LEFT, False, id="opened a minute after"),
        pytest.param({"opened_at": LEFT + OPENED_WITHIN * 0.99}, LEFT, True, id="opened just after"),
        pytest.param({"opened_at": None}, LEFT, False, id="nobody knows when it was opened"),
        pytest.param({"opened_at": LEFT}, None, False, id="nobody knows when ours left"),
    ],
)
def test_an_order_without_our_id_is_ours_if_it_was_opened_when_ours_left(changes, left_at, is_ours):
    order = replace(an_exit_order(), **({"client_order_id": None, "opened_at": LEFT} | changes))

    assert is_certain(order, SENT, left_at) is is_ours


def test_what_was_reported_late_before_is_not_reported_again():
    before = replace(
        EXAMPLES["exit_filled"], quantity=D("0.02"), fill_price=D(49000), fee=D(1), fee_asset="USD"
    )
    newest = a_fill("sell 0.01 BTC @ 48000 USD", fee="0.5", order=ORDER_ID)

    part = late_part(late(), (REPORTED, NEW, newest), [before])

    assert (part.filled_quantity, part.cost, part.fee, part.fee_asset) == (D("0.01"), D(480), D("0.5"), "USD")
    assert (part.quantity, part.symbol, part.side) == (D("0.01"), "BTC/USD", Side.SELL)
    assert part.venue_order_id == ORDER_ID
    assert part.client_order_id == client_order_id(ENDED.intent_id, 1)
    assert late_part(late(), (REPORTED, NEW), [before]) is None


@pytest.mark.parametrize(
    "changes",
    [{"state": IntentState.ABANDONED}, {"venue_order_id": VenueOrderId("another")}],
    ids=["given up", "filled by another order"],
)
def test_of_an_order_that_its_exit_did_not_end_with_nothing_is_booked(changes):
    part = late_part(late(replace(ENDED, **changes)), (REPORTED, NEW), [])

    assert (part.filled_quantity, part.cost, part.fee) == (D("0.08"), D(3980), D(4))
