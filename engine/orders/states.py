"""The life of an order intent: which state may follow which, and when it is over."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID, uuid5

from engine.model.orders import ClientOrderId

#: Never changed: the id of an intent's attempt must be the same after every restart and upgrade.
_ID_NAMESPACE = UUID("6d1c7f0e-6f0b-5d0c-9b52-3c1f5f6e7a10")
#: Of a UUID that follows from a name.
_ID_VERSION = 5


class IntentState(StrEnum):
    """Where an intent stands; it may make several attempts, one after the other."""

    #: On disk; nothing of the next attempt has left.
    PLANNED = "planned"
    #: Written before the request leaves; after a crash it may or may not have arrived.
    SENT = "sent"
    #: The venue named its order id.
    ACCEPTED = "accepted"
    PARTLY_FILLED = "partly_filled"
    FILLED = "filled"
    #: The venue took no order in the time its owner gave; no other attempt is made.
    REFUSED = "refused"
    #: No answer, or one that cannot be trusted; resolved only by querying the venue.
    UNKNOWN = "unknown"
    #: No longer wanted, or another intent took its place.
    SUPERSEDED = "superseded"
    #: Not sent: it waits for its market, which takes no orders now.
    SUSPENDED = "suspended"
    #: Given up for good: there is too little or nothing left to sell.
    ABANDONED = "abandoned"

    @property
    def is_final(self) -> bool:
        """Return whether nothing more will ever happen."""
        return self in _FINAL


class IntentEvent(StrEnum):
    """What happens to an intent."""

    SEND = "send"
    ACCEPT = "accept"
    FILL_PART = "fill part"
    FILL = "fill"
    REFUSE = "refuse"
    #: The answer did not come, a restart found the request sent and unanswered, or nobody knows the order it named.
    LOSE_ANSWER = "lose answer"
    #: An attempt is over with something left to do: refused for a passing reason, closed before everything was
    #: filled, or given up on one of the grounds that `settling_step` names.
    END_ATTEMPT = "end attempt"
    SUSPEND = "suspend"
    ABANDON = "abandon"
    RESUME = "resume"
    SUPERSEDE = "supersede"
    #: It is not to be followed any more, whatever becomes of its order: its account or its database is another one.
    SET_ASIDE = "set aside"


class IllegalTransitionError(Exception):
    """An event that cannot happen to an intent in its state."""

    def __init__(self, state: IntentState, event: IntentEvent) -> None:
        super().__init__(f"an intent that is {state} cannot {event}")
        self.state = state
        self.event = event


_FINAL = frozenset({IntentState.FILLED, IntentState.REFUSED, IntentState.SUPERSEDED, IntentState.ABANDONED})

#: Over without having been filled in full by an order that was followed to its end.
ENDED_UNFILLED = tuple(state for state in _FINAL if state is not IntentState.FILLED)
#: An intent in one of these is not over, whatever else its row has.
LIVE_STATES = tuple(state for state in IntentState if not state.is_final)

TRANSITIONS: Mapping[tuple[IntentState, IntentEvent], IntentState] = MappingProxyType(
    {
        (IntentState.PLANNED, IntentEvent.SEND): IntentState.SENT,
        (IntentState.PLANNED, IntentEvent.SUSPEND): IntentState.SUSPENDED,
        (IntentState.PLANNED, IntentEvent.ABANDON): IntentState.ABANDONED,
        (IntentState.PLANNED, IntentEvent.REFUSE): IntentState.REFUSED,
        (IntentState.PLANNED, IntentEvent.SUPERSEDE): IntentState.SUPERSEDED,
        (IntentState.SENT, IntentEvent.ACCEPT): IntentState.ACCEPTED,
        (IntentState.SENT, IntentEvent.LOSE_ANSWER): IntentState.UNKNOWN,
        (IntentState.SENT, IntentEvent.END_ATTEMPT): IntentState.PLANNED,
        (IntentState.UNKNOWN, IntentEvent.ACCEPT): IntentState.ACCEPTED,
        (IntentState.UNKNOWN, IntentEvent.END_ATTEMPT): IntentState.PLANNED,
        (IntentState.ACCEPTED, IntentEvent.FILL_PART): IntentState.PARTLY_FILLED,
        (IntentState.ACCEPTED, IntentEvent.FILL): IntentState.FILLED,
        (IntentState.ACCEPTED, IntentEvent.END_ATTEMPT): IntentState.PLANNED,
        (IntentState.ACCEPTED, IntentEvent.LOSE_ANSWER): IntentState.UNKNOWN,
        (IntentState.PARTLY_FILLED, IntentEvent.FILL_PART): IntentState.PARTLY_FILLED,
        (IntentState.PARTLY_FILLED, IntentEvent.FILL): IntentState.FILLED,
        # A fill that the venue reported and took back.
        (IntentState.PARTLY_FILLED, IntentEvent.END_ATTEMPT): IntentState.PLANNED,
        (IntentState.SUSPENDED, IntentEvent.RESUME): IntentState.PLANNED,
        (IntentState.SUSPENDED, IntentEvent.REFUSE): IntentState.REFUSED,
        (IntentState.SUSPENDED, IntentEvent.SUPERSEDE): IntentState.SUPERSEDED,
        **{(state, IntentEvent.SET_ASIDE): IntentState.SUPERSEDED for state in LIVE_STATES},
    }
)


def next_state(state: IntentState, event: IntentEvent) -> IntentState:
    """Return the state that follows.

    Raises:
        IllegalTransitionError: `event` cannot happen in `state`.

    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransitionError(state, event) from None


def client_order_id(intent_id: str, attempt: int) -> ClientOrderId:
    """Return the id an attempt carries at the venue, the same for every call."""
    if attempt < 1:
        message = f"attempts count from 1, not {attempt}"
        raise ValueError(message)
    return ClientOrderId(str(uuid5(_ID_NAMESPACE, f"{intent_id}/{attempt}")))


def is_client_order_id(order_id: str) -> bool:
    """Return whether an order is named by our id: the venues' own are random UUIDs or none at all."""
    try:
        return UUID(order_id).version == _ID_VERSION
    except ValueError:
        return False
