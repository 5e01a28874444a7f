"""Our orders are told from their owner's by every id that one of them ever had."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.model.orders import ClientOrderId, Order, OrderStatus, Side, VenueOrderId
from engine.orders.intents import IntentStep, StepNote
from engine.orders.our_orders import our_orders, replacements
from engine.orders.states import IntentState, client_order_id
from tests.builders import an_exit_intent

AT = datetime(2026, 3, 4, tzinfo=UTC)


def step(detail, *, before, after, note=None, order_id=None):
    return IntentStep(
        intent_id="intent-1",
        user_id=1,
        account_id="env-kraken",
        seq=0,
        at=AT,
        from_state=before,
        to_state=after,
        cause="" if note else "accepted",
        detail=detail,
        note=note,
        order_id=order_id,
    )


SENT, ACCEPTED, PARTLY = IntentState.SENT, IntentState.ACCEPTED, IntentState.PARTLY_FILLED
STEPS = [
    step("O1", before=SENT, after=ACCEPTED, order_id="O1"),
    step("O1-edited", before=PARTLY, after=PARTLY, note=StepNote.REPLACED, order_id="O1-edited"),
    step("the owner's", before=ACCEPTED, after=ACCEPTED, note=StepNote.RELEASED),
]


INTENT = an_exit_intent(state=IntentState.PLANNED, attempt=2, client_order_id=client_order_id("intent-1", 2))


def an_order(order_id, client_id=None):
    return Order(
        venue_order_id=VenueOrderId(order_id),
        client_order_id=client_id and ClientOrderId(client_id),
        symbol="BTC/USD",
        side=Side.SELL,
        status=OrderStatus.OPEN,
        quantity=Decimal("0.1"),
        filled_quantity=Decimal(0),
        cost=None,
        fee=None,
        fee_asset=None,
    )


@pytest.mark.parametrize(
    ("order", "of_intent", "ours"),
    [
        pytest.param(an_order("O1"), True, True, id="accepted"),
        pytest.param(an_order("O1-edited"), True, True, id="took the place of one"),
        pytest.param(an_order("X", client_order_id("intent-1", 1)), True, True, id="an earlier attempt"),
        pytest.param(an_order("X", client_order_id("intent-1", 2)), True, True, id="the present attempt"),
        pytest.param(an_order("X", client_order_id("intent-1", 3)), False, False, id="an attempt to come"),
        pytest.param(an_order("X", client_order_id("intent-2", 1)), False, False, id="another intent's id"),
        pytest.param(an_order("O7"), False, True, id="of another exit of ours"),
        pytest.param(an_order("the owner's"), False, False, id="one that was cancelled for it"),
        pytest.param(an_order("X"), False, False, id="a stranger"),
    ],
)
def test_an_open_order_is_ours_by_any_id_of_any_attempt(order, of_intent, ours):
    known = our_orders(INTENT, STEPS, of_account={"O7"})

    assert (known.is_of_intent(order), known.is_ours(order)) == (of_intent, ours)


def test_an_order_that_was_filled_late_is_known_to_the_account_alone():
    late = step("late", before=ACCEPTED, after=ACCEPTED, note=StepNote.FILLED_LATE, order_id="O9")

    known = our_orders(INTENT, [*STEPS, late], of_account=set())

    assert not known.is_ours(an_order("O9"))


@pytest.mark.parametrize("field", ["client_order_id", "venue_order_id"])
def test_an_intent_knows_its_order_by_the_ids_it_carries_without_any_step(field):
    intent = an_exit_intent(**{field: "carried"})

    known = our_orders(intent, (), of_account=())

    assert known.is_of_intent(an_order("carried" if field == "venue_order_id" else "X", "carried"))


def test_an_order_without_an_id_is_nobodys():
    known = our_orders(INTENT, (), of_account=())

    assert not known.is_ours(an_order("", ""))


def test_only_what_took_the_place_of_an_order_is_its_replacement():
    nameless = step("?", before=PARTLY, after=PARTLY, note=StepNote.REPLACED)

    assert replacements([*STEPS, nameless]) == {"O1-edited"}
