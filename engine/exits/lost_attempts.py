"""What the journal has of attempts whose answer was lost, as it is reported."""

from collections.abc import Iterable

from engine.orders.intents import IntentStep
from engine.orders.states import IntentState

_LOST = "the answer to the sell order was lost"


def why_lost(steps: Iterable[IntentStep]) -> str:
    """Return why an exit whose last answer was lost has not sold yet: how often it was sent, and what came last."""
    moves = [step for step in steps if step.note is None]
    lost = [step for step in moves if step.to_state is IntentState.UNKNOWN]
    message = f": {lost[-1].detail}" if lost and lost[-1].detail else ""
    proven = sum(_is_proven_absent(step) for step in moves)
    if not proven:
        return f"{_LOST}{message}"
    earlier = "the one before" if proven == 1 else f"the {proven} before"
    return (
        f"sent {proven + 1} times; {earlier} certainly did not arrive, and the last answer was lost{message}"
    )


def _is_proven_absent(step: IntentStep) -> bool:
    return step.from_state is IntentState.UNKNOWN and step.to_state is IntentState.PLANNED
