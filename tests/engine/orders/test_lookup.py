"""Whose an order is that was looked up."""

from dataclasses import replace

import pytest

from engine.orders.intents import IntentStep, StepNote
from engine.orders.lookup import found_cause, may_be_owners, was_looked_up
from engine.orders.states import IntentState
from engine.orders.step_cause import StepCause
from tests.builders import NOW, an_exit_intent, an_exit_order

INTENT = an_exit_intent(state=IntentState.ACCEPTED)


def an_acceptance(cause, order_id="O-1", note=None):
    return IntentStep(
        intent_id=INTENT.intent_id,
        user_id=INTENT.user_id,
        account_id=INTENT.account_id,
        seq=0,
        at=NOW,
        from_state=IntentState.UNKNOWN,
        to_state=IntentState.ACCEPTED,
        cause=cause,
        detail=order_id,
        note=note,
        order_id=order_id,
    )


@pytest.mark.parametrize(
    ("steps", "is_theirs"),
    [
        ([], False),
        ([an_acceptance(StepCause.ANSWERED)], False),
        ([an_acceptance(StepCause.FOUND)], False),
        ([an_acceptance(StepCause.FOUND_UNNAMED)], True),
        ([an_acceptance(StepCause.FOUND_BY_BALANCE)], True),
        ([an_acceptance(StepCause.ANSWERED), an_acceptance(StepCause.FOUND_UNNAMED)], False),
        ([an_acceptance(StepCause.FOUND_UNNAMED, "O-2"), an_acceptance(StepCause.ANSWERED)], False),
        ([an_acceptance(StepCause.ANSWERED, "O-2"), an_acceptance(StepCause.FOUND_UNNAMED)], True),
        ([an_acceptance("", note=StepNote.REPLACED), an_acceptance(StepCause.FOUND_UNNAMED)], True),
    ],
)
def test_an_order_may_be_the_owners_where_nothing_ever_named_it_ours(steps, is_theirs):
    assert may_be_owners("O-1", steps) is is_theirs


@pytest.mark.parametrize(
    ("client_order_id", "cause"),
    [("c-1", StepCause.FOUND), (None, StepCause.FOUND_UNNAMED), ("", StepCause.FOUND_UNNAMED)],
)
def test_the_journal_says_whether_an_order_that_was_looked_up_names_our_id(client_order_id, cause):
    assert found_cause(replace(an_exit_order(), client_order_id=client_order_id)) == cause


@pytest.mark.parametrize(
    ("steps", "is_looked_up"),
    [
        ([], False),
        ([an_acceptance(StepCause.ANSWERED)], False),
        ([an_acceptance(StepCause.FOUND)], True),
        ([an_acceptance(StepCause.FOUND_UNNAMED)], True),
        ([an_acceptance(StepCause.ANSWERED), an_acceptance(StepCause.FOUND, "O-2")], True),
        ([an_acceptance(StepCause.FOUND), an_acceptance(StepCause.ANSWERED, "O-2")], False),
        ([an_acceptance(StepCause.ANSWERED), an_acceptance("", note=StepNote.REPLACED)], False),
    ],
)
def test_the_last_acceptance_shows_whether_an_order_was_looked_up(steps, is_looked_up):
    assert was_looked_up(steps) is is_looked_up
