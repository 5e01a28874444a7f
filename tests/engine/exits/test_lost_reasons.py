"""What an owner reads of an order whose answer was lost."""

from datetime import UTC, datetime

import pytest

from engine.exits.lost_reasons import Judged, why_lost
from engine.model.errors import UnknownOutcomeError
from engine.model.failing_actions import FailingAction
from engine.model.venues import Venue
from engine.orders.balance_verdict import BalanceVerdict
from engine.orders.intents import IntentStep
from engine.orders.states import IntentState
from engine.orders.step_cause import cause_of

AWAY = UnknownOutcomeError(Venue.COINBASE, "HTTP 503")
LOST, ABSENT, UNREAD = "lost", "proven absent", "not all lists readable, not sold by the balance"


def a_step(from_state, to_state, cause):
    return IntentStep(
        intent_id="i",
        user_id=1,
        account_id="a",
        seq=0,
        at=datetime(2026, 3, 4, tzinfo=UTC),
        from_state=from_state,
        to_state=to_state,
        cause=cause_of(cause),
        detail="",
    )


def steps_of(*ended):
    for cause in ended:
        yield a_step(IntentState.SENT, IntentState.UNKNOWN, LOST)
        yield a_step(IntentState.UNKNOWN, IntentState.PLANNED, cause)
    yield a_step(IntentState.SENT, IntentState.UNKNOWN, LOST)


@pytest.mark.parametrize(
    ("ended", "fates"),
    [
        ([ABSENT], "the one before certainly did not arrive"),
        ([ABSENT, ABSENT], "the 2 before certainly did not arrive"),
        ([UNREAD], "the one before sold nothing by the balance"),
        (
            [ABSENT, UNREAD, ABSENT],
            "of the 3 before, 2 certainly did not arrive, 1 sold nothing by the balance",
        ),
        (["listed nowhere although the balance moved"], "the one before showed up in no list"),
        (["may be another's order"], "the one before may have arrived"),
    ],
)
@pytest.mark.parametrize("resent", ["", ", same id", ", new attempt"])
def test_attempts_are_counted_by_what_became_of_each_also_those_of_earlier_versions(ended, fates, resent):
    why = why_lost(steps_of(*(f"{cause}{resent}" for cause in ended)))

    assert why == f"sent {len(ended) + 1} times; {fates}, and the last answer was lost"


@pytest.mark.parametrize("verdict", [one for one in BalanceVerdict if one is not BalanceVerdict.UNTOUCHED])
def test_of_lists_that_cannot_be_read_nothing_is_said_but_that(verdict):
    judged = Judged(verdict=verdict, order_ids=("nija-1",), unread=AWAY)

    why = judged.why("Coinbase")

    assert why.startswith(f"not all that may show the lost order at Coinbase can be read: {AWAY}, and ")
    assert "lists no order" not in why
    assert judged.doing is not FailingAction.LOOK_UNTIL_UNLISTED


def test_what_of_the_balance_cannot_be_read_is_named():
    judged = Judged(verdict=BalanceVerdict.UNREADABLE, order_ids=("nija-1", "A"), error=AWAY)

    assert judged.why("Coinbase") == (
        "Coinbase lists no order for what was sent, and what the balance shows of it cannot be read: "
        f"{AWAY}; please look for this bot's own sell order nija-1, A there, and sell it there yourself if there is none"
    )


@pytest.mark.parametrize(
    ("changes", "doing"),
    [
        ({}, FailingAction.LOOK_UNTIL_UNLISTED),
        ({"unread": AWAY}, FailingAction.LOOK_UNTIL_CERTAIN),
        ({"order_ids": ("nija-1", "A")}, FailingAction.LOOK_UNTIL_CERTAIN),
        ({"verdict": BalanceVerdict.UNPAID}, FailingAction.LOOK_UNTIL_UNPAID),
        ({"verdict": BalanceVerdict.UNPAID, "unread": AWAY}, FailingAction.LOOK_UNTIL_UNPAID),
        ({"verdict": BalanceVerdict.TAKEN, "unread": AWAY}, FailingAction.LOOK_UNTIL_CERTAIN),
    ],
)
def test_only_what_happens_is_announced(changes, doing):
    judged = Judged(**{"verdict": BalanceVerdict.UNEXPLAINED, "order_ids": ("nija-1",)} | changes)

    assert judged.doing is doing
