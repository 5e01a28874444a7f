"""The steps of live intents, read once each: one may be refused for days, and every attempt looks at all of them."""

from dataclasses import replace
from datetime import datetime

from engine.model.orders import CancelledOrder
from engine.orders.balance_verdict import SendBasis
from engine.orders.intents import Intent, IntentStep, StepNote
from engine.orders.step_cause import StepCause
from engine.orders.steps_store import load_steps
from engine.storage.session import DatabaseSession

#: As many intents as are remembered; far more than are ever live at once.
MOST_INTENTS = 64


class StepLog:
    """Steps are only ever added, so those that were read before are not read again."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[IntentStep, ...]] = {}

    async def load(self, session: DatabaseSession, intent_id: str) -> tuple[IntentStep, ...]:
        """Return an intent's whole life, first step first."""
        known = self._known.get(intent_id, ())
        # Numbers may have gaps: a step that the database lost leaves one.
        first_seq = known[-1].seq + 1 if known else 0
        steps = known + await load_steps(session, intent_id, first_seq=first_seq)
        self._known[intent_id] = steps
        if len(self._known) > MOST_INTENTS:
            del self._known[next(iter(self._known))]
        return steps


def step_of(
    before: Intent | None,
    after: Intent,
    *,
    cause: StepCause | str,
    detail: str,
    at: datetime,
    basis: SendBasis | None = None,
    order_id: str | None = None,
) -> IntentStep:
    """Return the step that an intent takes, to be inserted behind its last one."""
    return IntentStep(
        intent_id=after.intent_id,
        user_id=after.user_id,
        account_id=after.account_id,
        seq=0,
        at=at,
        from_state=before.state if before else None,
        to_state=after.state,
        cause=cause,
        detail=detail,
        basis=basis,
        order_id=order_id,
    )


def note_of(
    intent: Intent,
    note: StepNote,
    *,
    detail: str,
    at: datetime,
    order_id: str | None = None,
    attempt: int | None = None,
    cancelled: CancelledOrder | None = None,
) -> IntentStep:
    """Return a step that changes no state, to be inserted behind an intent's last one."""
    step = step_of(intent, intent, cause="", detail=detail, at=at, order_id=order_id)
    return replace(step, note=note, attempt=attempt, cancelled=cancelled)
