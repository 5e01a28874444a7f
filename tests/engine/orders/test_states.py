from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.orders.states import (
    TRANSITIONS,
    IllegalTransitionError,
    IntentEvent,
    IntentState,
    client_order_id,
    is_client_order_id,
    next_state,
)

PLANNED, SENT, ACCEPTED, PARTLY = (
    IntentState.PLANNED,
    IntentState.SENT,
    IntentState.ACCEPTED,
    IntentState.PARTLY_FILLED,
)
FILLED, REFUSED, UNKNOWN = IntentState.FILLED, IntentState.REFUSED, IntentState.UNKNOWN
SUPERSEDED, SUSPENDED = IntentState.SUPERSEDED, IntentState.SUSPENDED
ABANDONED = IntentState.ABANDONED

#: The whole table, as a reader would draw it.
LIFE = {
    PLANNED: {
        "send": SENT,
        "suspend": SUSPENDED,
        "abandon": ABANDONED,
        "refuse": REFUSED,
        "supersede": SUPERSEDED,
        "set aside": SUPERSEDED,
    },
    SENT: {"accept": ACCEPTED, "lose answer": UNKNOWN, "end attempt": PLANNED, "set aside": SUPERSEDED},
    UNKNOWN: {"accept": ACCEPTED, "end attempt": PLANNED, "set aside": SUPERSEDED},
    ACCEPTED: {
        "fill part": PARTLY,
        "fill": FILLED,
        "lose answer": UNKNOWN,
        "end attempt": PLANNED,
        "set aside": SUPERSEDED,
    },
    PARTLY: {"fill part": PARTLY, "fill": FILLED, "end attempt": PLANNED, "set aside": SUPERSEDED},
    SUSPENDED: {"resume": PLANNED, "refuse": REFUSED, "supersede": SUPERSEDED, "set aside": SUPERSEDED},
    FILLED: {},
    REFUSED: {},
    SUPERSEDED: {},
    ABANDONED: {},
}


@pytest.mark.parametrize("state", IntentState)
@pytest.mark.parametrize("event", IntentEvent)
def test_each_event_leads_where_the_table_says_or_nowhere(state, event):
    if event.value in LIFE[state]:
        assert next_state(state, event) is LIFE[state][event.value]
    else:
        with pytest.raises(IllegalTransitionError) as caught:
            next_state(state, event)

        assert (caught.value.state, caught.value.event) == (state, event)
        assert str(caught.value) == f"an intent that is {state} cannot {event}"


def test_filled_refused_superseded_and_abandoned_are_final():
    assert {state for state in IntentState if state.is_final} == {
        FILLED,
        REFUSED,
        SUPERSEDED,
        ABANDONED,
    }


def test_nothing_is_given_up_while_an_order_may_be_at_the_venue():
    endings = {IntentEvent.SUSPEND, IntentEvent.ABANDON, IntentEvent.REFUSE, IntentEvent.SUPERSEDE}
    given_up = {state for state, event in TRANSITIONS if event in endings}

    assert given_up.isdisjoint({SENT, UNKNOWN, ACCEPTED, PARTLY})


def test_only_a_planned_intent_is_sent():
    assert [state for state, event in TRANSITIONS if event is IntentEvent.SEND] == [PLANNED]


@given(events=st.lists(st.sampled_from(IntentEvent), max_size=30))
def test_whatever_happens_a_final_state_is_never_left(events):
    state = PLANNED
    for event in events:
        try:
            following = next_state(state, event)
        except IllegalTransitionError:
            continue
        assert not state.is_final
        state = following


@pytest.mark.parametrize("state", [state for state in IntentState if not state.is_final])
def test_every_open_intent_can_still_be_filled(state):
    reached, frontier = {state}, [state]
    while frontier:
        here = frontier.pop()
        for (start, _), end in TRANSITIONS.items():
            if start is here and end not in reached:
                reached.add(end)
                frontier.append(end)

    assert FILLED in reached


def test_an_attempts_order_id_never_changes():
    assert client_order_id("intent-1", 1) == "3ad3d5f2-1ce5-5058-9690-e98b8fef9021"


@given(first=st.tuples(st.uuids(), st.integers(1, 1000)), second=st.tuples(st.uuids(), st.integers(1, 1000)))
def test_order_ids_differ_when_intent_or_attempt_does(first, second):
    one, other = (client_order_id(str(intent), attempt) for intent, attempt in (first, second))

    assert (one == other) is (first == second)
    assert str(UUID(one)) == one


@pytest.mark.parametrize("attempt", [0, -1])
def test_attempts_count_from_one(attempt):
    with pytest.raises(ValueError, match=f"attempts count from 1, not {attempt}"):
        client_order_id("intent-1", attempt)


@pytest.mark.parametrize(
    ("order_id", "is_ours"),
    [
        (client_order_id("intent-1", 1), True),
        ("61e69015-8549-4bfd-b9c3-01e75843f47d", False),
        ("OC7Y42-WGZGD-F37OOD", False),
        ("", False),
    ],
)
def test_an_id_of_ours_is_told_from_a_venues(order_id, is_ours):
    assert is_client_order_id(order_id) is is_ours
