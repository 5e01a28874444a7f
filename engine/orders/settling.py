"""Settle requests whose answer was lost: looked for until the order is found or its attempt may be ended."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from engine.brokers.base import Broker
from engine.clock import Clock
from engine.model.errors import BrokerError, UncertainOrderError
from engine.model.orders import ClientOrderId, Order, VenueOrderId
from engine.orders.backoff import pause_s
from engine.orders.balance_verdict import BalanceVerdict
from engine.orders.intents import Intent
from engine.orders.journal import Journal
from engine.orders.lookup import (
    Absent,
    Found,
    Lookup,
    OrderLookup,
    Uncertain,
    fetch_trades,
    found_cause,
)
from engine.orders.pace import FAILS_AFTER_S, stretched, turn
from engine.orders.settling_step import (
    PROOFS,
    BalanceReading,
    EndAttempt,
    Look,
    LookAfter,
    ReadBalanceAfter,
    Resend,
    SettlingStep,
    TakeOrder,
    next_settling_step,
)
from engine.orders.states import IntentEvent, IntentState
from engine.orders.step_cause import StepCause
from engine.orders.unproven import unproven_attempts

#: Reads the balance anew and judges it; the orders named may be the lost one, so what they hold counts as taken. The
#: error is why the last look did not read all the lists; None where it did.
JudgeBalance = Callable[[tuple[str, ...], BrokerError | None], Awaitable[BalanceVerdict]]

#: Takes note of a look that did not read all the lists, with how many in a row there were.
NoteUnread = Callable[[BrokerError, int], Awaitable[None]]


class Settler:
    """Finds out what became of lost requests; an attempt ends only on the grounds that `settling_step` names."""

    def __init__(self, *, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._lookup = OrderLookup(journal=journal, clock=clock)
        #: When each request left whose answer was lost, by the clock nobody sets.
        self._lost_at = dict[ClientOrderId, float]()

    def note_lost(self, sent: Intent, *, left_at: float) -> None:
        """Remember when a request left whose answer was lost."""
        self._lost_at[sent.client_order_id] = left_at

    def note_answered(self, sent: Intent) -> None:
        """Forget a request that was answered after all."""
        self._lost_at.pop(sent.client_order_id, None)

    async def settle(
        self, intent: Intent, broker: Broker, judge: JudgeBalance, *, note_unread: NoteUnread
    ) -> Intent:
        """Look the order up until it is found, or nothing forbids sending it again."""
        # One that another life of the process sent counts from now: no wall clock shows how old it is.
        left_at = self._lost_at.setdefault(intent.client_order_id, self._clock.monotonic())
        looks, balances, failures = list[Look](), list[BalanceReading](), 0
        unread_at: timedelta | None = None
        unread: BrokerError | None = None
        #: The age at the first of the failures in a row.
        failing_from: timedelta | None = None
        is_there = await self._is_id_used(intent)

        def next_step() -> SettlingStep:
            silent_since = None if is_there else unread_at
            return next_settling_step(intent.venue, looks, balances, unread_at=silent_since)

        while isinstance(step := next_step(), LookAfter | ReadBalanceAfter):
            await self._clock.sleep((step.age - self._age(left_at)).total_seconds())
            age = self._age(left_at)
            if isinstance(step, ReadBalanceAfter):
                verdict = await judge(looks[-1].may_be if looks else (), unread)
                balances.append(BalanceReading(age=age, verdict=verdict))
                continue
            failing_s = 0.0 if failing_from is None else (age - failing_from).total_seconds()
            priority = turn(intent.priority, waited_s=failing_s, after_s=FAILS_AFTER_S)
            try:
                found = await self._lookup.find(intent, broker, priority=priority)
            except BrokerError as e:
                # Silence is no evidence either way.
                failing_from = age if failing_from is None else failing_from
                failures, unread_at, unread = failures + 1, age, e
                await note_unread(e, failures)
                await self._clock.sleep(stretched(pause_s(e, failures), waited_s=failing_s))
                continue
            failures, unread_at, unread, failing_from = 0, None, None, None
            if isinstance(found, Found):
                return await self._accept(intent, found.order.venue_order_id, cause=found_cause(found.order))
            looks.append(Look(age=age, may_be=found.names if isinstance(found, Uncertain) else ()))
        if isinstance(step, TakeOrder):
            return await self._accept(intent, VenueOrderId(step.order_id), cause=StepCause.FOUND_BY_BALANCE)
        return await self._end(intent, step)

    async def _accept(self, intent: Intent, order_id: VenueOrderId, *, cause: StepCause) -> Intent:
        self.note_answered(intent)
        return await self._journal.record(
            intent, IntentEvent.ACCEPT, cause=cause, detail=order_id, venue_order_id=order_id
        )

    async def _end(self, intent: Intent, end: EndAttempt) -> Intent:
        same_id = end.resend is Resend.SAME_ID
        if not same_id:
            self.note_answered(intent)
        return await self._journal.retry(
            intent, cause=end.cause, detail=", ".join(end.may_be), same_id=same_id
        )

    async def unproven(self, intent: Intent) -> tuple[int, ...]:
        """Return the numbers of the attempts that were given up without a refusal."""
        return unproven_attempts(intent.venue, await self._journal.load_steps(intent.intent_id))

    async def find_filled(self, intent: Intent, broker: Broker) -> Order | None:
        """Return the order of an attempt that was given up although it may have sold; None when no list has one.

        Raises:
            BrokerError: the venue did not answer for one of them, and none of the others has sold.

        """
        unanswered: BrokerError | None = None
        for attempt in await self.unproven(intent):
            try:
                order = await self._find_one(intent.as_attempt(attempt), broker)
            except BrokerError as e:
                unanswered = unanswered or e
                continue
            if order is not None and await self._may_have_sold(intent, order, broker):
                return order
        if unanswered is not None:
            raise unanswered
        return None

    async def _find_one(self, sent: Intent, broker: Broker) -> Order | None:
        found = await self._lookup.find(sent, broker, priority=sent.priority)
        return await self._only_order(sent, found, broker)

    async def _only_order(self, sent: Intent, found: Lookup, broker: Broker) -> Order | None:
        match found:
            case Found(order):
                return order
            case Uncertain((order_id,), ()):
                # What was sent is gone from the balance, so the only one that may be it is.
                return await broker.fetch_order(VenueOrderId(order_id), sent.symbol, priority=sent.priority)
            case Uncertain(order_ids, unnamed):
                raise UncertainOrderError(sent.venue, order_ids, unnamed)
            case Absent():
                return None

    async def _may_have_sold(self, intent: Intent, order: Order, broker: Broker) -> bool:
        if not order.status.is_final or order.filled_quantity:
            return True
        return bool(await fetch_trades(intent, order, broker, now=self._clock.now()))

    async def adopt(self, intent: Intent, order: Order) -> Intent:
        """Go on from an order of the intent's own that was found between two attempts."""
        sent = await self._journal.record(
            await self._journal.resume(intent, cause=StepCause.FOUND_LATE),
            IntentEvent.SEND,
            cause=StepCause.FOUND_LATE,
            quantity=order.quantity,
            client_order_id=order.client_order_id or intent.client_order_id,
        )
        return await self._accept(sent, order.venue_order_id, cause=found_cause(order))

    async def look_again(self, intent: Intent, broker: Broker) -> Lookup | None:
        """Look for a request that may arrive late under the id of the present attempt; None is silence."""
        if intent.sent_at is None or PROOFS[intent.venue].resend is not Resend.SAME_ID:
            return Absent()
        if not await self._lost_an_answer(intent):
            # Nothing is under way, and what looks like it is its owner's own order.
            return Absent()
        try:
            return await self._lookup.find(intent, broker, priority=intent.priority)
        except BrokerError:
            return None

    async def may_still_arrive(self, intent: Intent, *, looked_at: float | None) -> bool:
        """Return whether a lost request may yet be found under the id of the present attempt.

        `looked_at` is when the venue last answered a query for it and did not show it; None if never.
        """
        arrives_within = PROOFS[intent.venue].arrives_within
        if not arrives_within:
            return False
        if not await self._lost_an_answer(intent):
            return False
        left_at = self._lost_at.setdefault(intent.client_order_id, self._clock.monotonic())
        return looked_at is None or timedelta(seconds=looked_at - left_at) < arrives_within

    def _age(self, left_at: float) -> timedelta:
        return timedelta(seconds=self._clock.monotonic() - left_at)

    async def _is_id_used(self, intent: Intent) -> bool:
        """Return whether the venue refused the last request because it has the order of an earlier one."""
        steps = await self._journal.load_steps(intent.intent_id)
        lost = [step.cause for step in steps if step.to_state is IntentState.UNKNOWN and step.note is None]
        return lost[-1:] == [StepCause.ID_USED]

    async def _lost_an_answer(self, intent: Intent) -> bool:
        steps = await self._journal.load_steps(intent.intent_id)
        return any(step.to_state is IntentState.UNKNOWN for step in steps)
