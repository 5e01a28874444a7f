"""Attempts that may have sold although the venue showed nothing of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.model.orders import VenueOrderId
from engine.model.venues import Venue
from engine.orders.intents import IntentStep, StepNote
from engine.orders.states import IntentState
from engine.orders.unproven import (
    ended_short,
    first_sent_at,
    late_orders,
    orders_of_attempts,
    unproven_attempts,
)
from tests.builders import an_exit_intent, number

P, S, U, A = IntentState.PLANNED, IntentState.SENT, IntentState.UNKNOWN, IntentState.ACCEPTED
SUPERSEDED = IntentState.SUPERSEDED

STEP = IntentStep(
    intent_id="intent-1",
    user_id=1,
    account_id="env-kraken",
    seq=1,
    at=datetime(2026, 1, 1, tzinfo=UTC),
    from_state=None,
    to_state=P,
    cause="",
    detail="",
)


def life(*states):
    return [
        replace(STEP, from_state=before, to_state=after)
        for before, after in zip((None, *states), states, strict=False)
    ]


@pytest.mark.parametrize(
    ("venue", "states", "unproven"),
    [
        pytest.param(Venue.KRAKEN, (P, S), (), id="none was given up"),
        pytest.param(Venue.KRAKEN, (P, S, P, S), (), id="a refusal"),
        pytest.param(Venue.KRAKEN, (P, S, U, P), (1,), id="a lost answer"),
        pytest.param(
            Venue.KRAKEN, (P, S, P, S, U, P, S, A, P), (2, 3), id="the second lost, the third closed"
        ),
        pytest.param(Venue.COINBASE, (P, S, U, P, S, U, P), (1,), id="lost twice under the same id"),
        pytest.param(Venue.COINBASE, (P, S, P, S, A, P, S, U, P), (1, 2), id="closed, then lost"),
        pytest.param(Venue.KRAKEN, (P, IntentState.SUSPENDED, P), (), id="a market that was shut"),
        pytest.param(Venue.KRAKEN, (P, S, SUPERSEDED), (1,), id="not followed any more, on its way"),
        pytest.param(Venue.KRAKEN, (P, S, U, P, S, A, SUPERSEDED), (1, 2), id="not followed, accepted"),
        pytest.param(Venue.KRAKEN, (P, SUPERSEDED), (), id="not followed before it was sent"),
    ],
)
def test_attempts_given_up_without_a_refusal_are_unproven(venue, states, unproven):
    assert unproven_attempts(venue, life(*states)) == unproven


@pytest.mark.parametrize(
    ("venue", "states", "attempts"),
    [
        (Venue.KRAKEN, (P, S, A), [1]),
        (Venue.KRAKEN, (P, S, U, P, S, A, P, S, A), [2, 3]),
        (Venue.COINBASE, (P, S, U, P, S, A, P, S, A), [1, 2]),
    ],
)
def test_each_order_that_is_known_belongs_to_one_attempt(venue, states, attempts):
    steps = [
        replace(step, order_id=f"O-{n}") if step.to_state is A else step
        for n, step in enumerate(life(*states))
    ]

    assert list(orders_of_attempts(venue, steps).values()) == attempts


@pytest.mark.parametrize(
    ("venue", "states", "attempt", "step"),
    [
        pytest.param(Venue.KRAKEN, (P, S, U), 1, 1, id="the first"),
        pytest.param(Venue.KRAKEN, (P, S, U, P, S, U, P, S), 2, 4, id="a later one under an id of its own"),
        pytest.param(Venue.COINBASE, (P, S, U, P, S, U), 1, 1, id="sent again under the same id"),
        pytest.param(Venue.KRAKEN, (P, S, U, P), 2, None, id="not sent yet"),
    ],
)
def test_an_attempt_may_be_at_the_venue_from_when_it_first_left(venue, states, attempt, step):
    steps = [replace(one, at=STEP.at + timedelta(seconds=n)) for n, one in enumerate(life(*states))]

    at = first_sent_at(venue, steps, attempt)

    assert at == (None if step is None else STEP.at + timedelta(seconds=step))


def test_an_order_that_only_a_note_names_is_of_no_attempt():
    released = replace(STEP, from_state=A, to_state=A, note=StepNote.RELEASED, order_id="the owner's")

    assert orders_of_attempts(Venue.KRAKEN, [*life(P, S), released]) == {}


def test_orders_found_filled_late_are_known_with_their_attempts():
    late = replace(STEP, note=StepNote.FILLED_LATE, order_id="O-1", attempt=2)
    others = [
        replace(late, note=StepNote.REPLACED, order_id="O-2"),
        replace(late, order_id=None),
        replace(late, order_id="O-3", attempt=None),
        replace(late, note=None, order_id="O-4"),
    ]

    assert late_orders([late, *others]) == {"O-1": 2}


@pytest.mark.parametrize(
    ("filled", "order_id", "short"),
    [("0.06", "O-1", True), ("0.1", "O-1", False), ("0.09999999", "O-1", False), ("0.06", None, False)],
)
def test_more_may_come_of_an_order_that_ended_with_less_than_was_sent(filled, order_id, short):
    intent = an_exit_intent(
        quantity=number("0.1"),
        filled_quantity=number(filled),
        venue_order_id=order_id and VenueOrderId(order_id),
    )

    assert ended_short(intent) is short
