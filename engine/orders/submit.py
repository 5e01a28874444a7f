"""Send the attempts of an intent, each written down before it leaves."""

from dataclasses import dataclass
from decimal import Decimal

from engine.brokers.base import Broker
from engine.brokers.departure import Departure
from engine.clock import Clock
from engine.model.errors import (
    BrokerError,
    InvalidNonceError,
    KeyRejectedError,
    LockedOutError,
    MisconfiguredError,
    ReadingDefectError,
    RefusalReason,
    RefusedError,
    TryLaterError,
    UnknownOutcomeError,
    UnlistedRefusalError,
)
from engine.model.orders import OrderRequest
from engine.orders.balance_verdict import SendBasis
from engine.orders.intents import Intent
from engine.orders.journal import Journal
from engine.orders.settling import Settler
from engine.orders.settling_step import PROOFS, Resend
from engine.orders.states import IntentEvent, IntentState
from engine.orders.step_cause import StepCause


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of one attempt: accepted, unknown, or planned again because the venue did nothing."""

    intent: Intent
    error: BrokerError | None


class Submitter:
    """Sends orders; the intent is on disk before each step."""

    def __init__(self, *, journal: Journal, settler: Settler, clock: Clock) -> None:
        self._journal = journal
        self._settler = settler
        self._clock = clock

    async def send(
        self,
        intent: Intent,
        broker: Broker,
        quantity: Decimal,
        *,
        symbol: str | None = None,
        basis: SendBasis | None = None,
    ) -> Attempt:
        """Store one attempt, send it, and store the venue's answer.

        `symbol` is the pair it goes through from now on; None: the same as before. `basis` is the reading that it
        is based on.
        """
        symbol = symbol or intent.symbol
        sent = await self._journal.record(
            intent,
            IntentEvent.SEND,
            cause=StepCause.SEND,
            detail="" if symbol == intent.symbol else f"through {symbol}",
            quantity=quantity,
            symbol=symbol,
            sent_at=self._clock.now(),
            basis=basis,
        )
        return await self.deliver(sent, broker)

    async def deliver(self, sent: Intent, broker: Broker) -> Attempt:
        """Send an attempt that has just been stored, and store the venue's answer."""
        departure = Departure(self._clock)
        try:
            venue_order_id = await broker.submit_order(
                _request(sent), priority=sent.priority, departure=departure
            )
        except BrokerError as e:
            after = await self._after_error(sent, e)
            if after.state is IntentState.UNKNOWN:
                self._settler.note_lost(sent, left_at=departure.at.steady_s)
            return Attempt(intent=after, error=e)
        self._settler.note_answered(sent)
        accepted = await self._journal.record(
            sent,
            IntentEvent.ACCEPT,
            cause=StepCause.ANSWERED,
            detail=venue_order_id,
            venue_order_id=venue_order_id,
        )
        return Attempt(intent=accepted, error=None)

    async def _after_error(self, sent: Intent, error: BrokerError) -> Intent:
        cause = _cause_of(error)
        # Where the id is used, our own earlier request arrived after all; the venue has its order.
        if isinstance(error, UnknownOutcomeError) or cause is StepCause.ID_USED:
            return await self._journal.record(
                sent, IntentEvent.LOSE_ANSWER, cause=cause, detail=error.message
            )
        # Where a lost request may still arrive, a refusal of a later one ends nothing: the id stays.
        same_id = PROOFS[sent.venue].resend is Resend.SAME_ID
        return await self._journal.retry(sent, cause=cause, detail=error.message, same_id=same_id)


#: The first that an error is one of.
_CAUSES = (
    (UnlistedRefusalError, StepCause.REFUSED_UNLISTED),
    (UnknownOutcomeError, StepCause.ANSWER_LOST),
    (RefusedError, StepCause.REFUSED),
    (InvalidNonceError, StepCause.NUMBER_REFUSED),
    (LockedOutError, StepCause.KEY_LOCKED),
    (TryLaterError, StepCause.NOT_TAKEN_NOW),
    (KeyRejectedError, StepCause.KEY_REJECTED),
    (MisconfiguredError, StepCause.NOT_ANSWERED),
    (ReadingDefectError, StepCause.NOT_READ),
)


def _cause_of(error: BrokerError) -> StepCause:
    if isinstance(error, RefusedError) and error.reason is RefusalReason.DUPLICATE_CLIENT_ORDER_ID:
        return StepCause.ID_USED
    return next((cause for kind, cause in _CAUSES if isinstance(error, kind)), StepCause.NOT_DONE)


def _request(intent: Intent) -> OrderRequest:
    return OrderRequest(
        symbol=intent.symbol,
        side=intent.side,
        quantity=intent.quantity,
        client_order_id=intent.client_order_id,
        expires_after=PROOFS[intent.venue].deadline,
        reduce_only=intent.reduce_only,
        leverage=intent.leverage,
    )
