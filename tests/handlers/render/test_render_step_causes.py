"""The sentences for why a step was taken."""

from engine.orders.states import IntentState
from engine.orders.step_cause import StepCause
from handlers.render.step_causes import SENTENCES, step_cause_text
from tests.handlers.exit_values import steps


def test_every_cause_has_its_sentence():
    assert set(SENTENCES) == set(StepCause)


def test_what_another_version_wrote_is_shown_as_it_stands():
    (step,) = steps((3, IntentState.UNKNOWN, IntentState.PLANNED, "listed by_another", "O-1"))

    assert step_cause_text(step) == "listed by_another"
