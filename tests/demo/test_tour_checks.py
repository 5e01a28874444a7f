from dataclasses import replace
from decimal import Decimal

import pytest

from demo.tour.check import equal
from demo.tour.falling import check_coins, check_pushed, check_tape
from demo.tour.records import IntentSeen
from demo.tour.restarting import check_nonces
from sandbox.tape import Call

SOLD = Decimal("1.23765432")
INTENT = IntentSeen(
    intent_id="i",
    asset="ETH",
    state="filled",
    attempt=1,
    client_order_id="ours",
    venue_order_id="O1",
    quantity=SOLD,
    guarded=Decimal("1.2376543211"),
    filled=SOLD,
)
SALE = {
    "cl_ord_id": "ours",
    "volume": "1.23765432",
    "type": "sell",
    "ordertype": "market",
    "pair": "XETHZUSD",
}
BEFORE = {"USD": Decimal(0), "ETH": Decimal("1.7376543211"), "ADA": Decimal(10)}
AFTER = {"USD": Decimal(3895), "ETH": Decimal("0.5000000011"), "ADA": Decimal(10)}


def calls(*made):
    return [
        Call(index=index, endpoint=endpoint, params=params, at=0.0, monotonic=0.0)
        for index, (endpoint, params) in enumerate(made)
    ]


CANCEL, ADD = ("CancelOrder", {"txid": "O0"}), ("AddOrder", SALE)


def failed(checks):
    return [check.statement for check in checks if not check.held]


def polled(outcome):
    return [replace(call, outcome=outcome) for call in calls(("Ticker", {}), ADD)]


def test_a_sale_is_by_a_pushed_price_where_no_poll_was_answered_before_it():
    failing = check_pushed(polled("503"), pushed_at=-0.25)

    assert (failing.held, failing.seen) == (True, "0.25 s from price to order")
    assert not check_pushed(polled("ok"), pushed_at=0.0).held
    assert not check_pushed([], pushed_at=0.0).held


def test_a_poll_that_is_answered_after_the_sale_does_not_matter():
    after = [*calls(ADD), replace(calls(ADD, ("Ticker", {}))[1], outcome="ok")]

    assert check_pushed(after, pushed_at=0.0).held


def test_a_cancel_and_one_sale_of_the_guarded_quantity_pass():
    assert failed(check_tape(calls(CANCEL, ADD), INTENT, SOLD)) == []
    assert failed(check_coins(BEFORE, AFTER, SOLD)) == []


@pytest.mark.parametrize(
    ("tape", "statement"),
    [
        (calls(ADD), "cancelled before sold"),
        (calls(ADD, CANCEL), "cancelled before sold"),
        (calls(CANCEL, ADD, ADD), "exactly one AddOrder"),
        (calls(CANCEL, ("AddOrder", {**SALE, "cl_ord_id": "another"})), "its id is the intent's"),
        (
            calls(CANCEL, ("AddOrder", {**SALE, "volume": "1.7376543211"})),
            "its volume is what was guarded, floored to the lot",
        ),
        (calls(CANCEL, ("AddOrder", {**SALE, "ordertype": "limit"})), "a market sale of ether"),
    ],
)
def test_any_other_tape_is_noticed(tape, statement):
    assert failed(check_tape(tape, INTENT, SOLD)) == [statement]


@pytest.mark.parametrize(
    ("asset", "quantity", "statement"),
    [
        ("ETH", "0.49", "unguarded ether is untouched"),
        ("ADA", "9", "so is everything else"),
        ("USD", "0", "the dollars came in"),
    ],
)
def test_a_sale_that_took_more_than_it_should_is_noticed(asset, quantity, statement):
    assert failed(check_coins(BEFORE, {**AFTER, asset: Decimal(quantity)}, SOLD)) == [statement]


def test_a_tape_without_an_order_fails_instead_of_breaking():
    assert "exactly one AddOrder" in failed(check_tape([], replace(INTENT), SOLD))


@pytest.mark.parametrize(
    ("nonces", "held"), [((1, 2, 3), True), ((1, 3, 2), False), ((1, 1), False), ((), False)]
)
def test_nonces_must_rise_from_call_to_call(nonces, held):
    tape = calls(*(("BalanceEx", {"nonce": str(nonce)}) for nonce in nonces))

    assert check_nonces(tape).held is held


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        (Decimal("0E-10"), "0"),
        (Decimal("13867.21"), "13,867.21"),
        (Decimal("1.23765432"), "1.23765432"),
        (1, "1"),
        ("x", "x"),
    ],
)
def test_what_was_seen_reads_as_people_write_it(seen, text):
    assert equal("statement", expected=seen, seen=seen).seen == text
