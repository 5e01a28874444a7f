"""The sentences for why an intent took a step."""

from collections.abc import Mapping

from engine.model.guard_reasons import GuardReason
from engine.orders.intents import IntentStep
from engine.orders.step_cause import StepCause
from handlers.render.guard_reasons import guard_reason_text

#: Of these the step's detail is the sentence.
_SAID_IN_DETAIL = frozenset({StepCause.MARKET_UNAVAILABLE, StepCause.NOT_SOLD})
#: Empty where the state says it already, or the detail.
SENTENCES: Mapping[str, str] = {
    StepCause.TRIGGERED: "triggered",
    StepCause.REQUESTED: "requested",
    StepCause.CONFIRMED: "confirmed",
    StepCause.SEND: "",
    StepCause.ANSWERED: "",
    StepCause.FILLED: "",
    StepCause.FILLED_IN_PART: "filled in part",
    StepCause.FILLED_IN_PART_UNCONFIRMED: "filled in part, not confirmed",
    StepCause.CLOSED_UNFILLED: "closed without a fill",
    StepCause.FOUND: "found",
    StepCause.FOUND_UNNAMED: "found without NIJA's client order id, so it may be the owner's own",
    StepCause.FOUND_BY_BALANCE: "found by the balance, so it may be the owner's own",
    StepCause.FOUND_LATE: "found late",
    StepCause.REFUSED: "refused",
    StepCause.NOT_TAKEN_NOW: "not taken now",
    StepCause.NUMBER_REFUSED: "number refused",
    StepCause.KEY_LOCKED: "key locked",
    StepCause.KEY_REJECTED: "key rejected",
    StepCause.NOT_ANSWERED: "not answered by the venue",
    StepCause.NOT_READ: "not read",
    StepCause.NOT_DONE: "not done",
    StepCause.ANSWER_LOST: "answer lost",
    StepCause.SENT_BEFORE_RESTART: "found sent after a restart",
    StepCause.REFUSED_UNLISTED: "refused in unknown words",
    StepCause.ID_NOT_KNOWN: "accepted under an id that the venue does not know",
    StepCause.ID_USED: "its id was used already",
    StepCause.PROVEN_ABSENT: "proven absent",
    StepCause.NOT_SOLD_UNREAD: "not all lists readable, not sold by the balance",
    StepCause.MAY_BE_ANOTHERS: "what is listed may be another's order",
    StepCause.MAY_BE_ANOTHERS_UNTOUCHED: "what is listed may be another's order, and the balance shows the coins untouched",
    StepCause.LISTED_NOWHERE_MOVED: "listed nowhere, although the balance moved",
    StepCause.LISTED_NOWHERE_GONE: "listed nowhere, although the coins are gone from the balance",
    StepCause.MARKET_UNAVAILABLE: "",
    StepCause.MARKET_RESUMED: "the market takes sales again",
    StepCause.NOT_SOLD: "",
    StepCause.NOT_BOUGHT: "not bought",
    StepCause.SOLD_OR_MOVED: guard_reason_text(GuardReason.SOLD_OR_MOVED),
    StepCause.PRESUMED_FILLED: "counted as sold",
    StepCause.ENTRY_CHANGED: guard_reason_text(GuardReason.ENTRY_CHANGED),
    StepCause.PRICE_CAME_BACK: "price came back",
    StepCause.TOO_LATE: guard_reason_text(GuardReason.TOO_LATE),
    StepCause.PRICE_WORSE: guard_reason_text(GuardReason.PRICE_WORSE),
    StepCause.OTHER_ACCOUNT: "the key opens another account",
    StepCause.RESTORED: "restored from a backup",
    StepCause.COPIED: "the database was copied or moved",
}


def step_cause_text(step: IntentStep) -> str:
    """Return why a step was taken, or what it notes; what another version wrote as it stands."""
    return step.detail if step.cause in _SAID_IN_DETAIL else SENTENCES.get(step.why, step.why)


def venue_message(step: IntentStep) -> str:
    """Return what a step says beside its cause: the venue's message or an order's id."""
    return "" if step.cause in _SAID_IN_DETAIL else step.detail
