"""Carry one written intent to its venue and bring back what the venue says of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.brokers.base import Broker, Priority
from engine.clock import Clock
from engine.errors import (
    BrokerError,
    RefusalReason,
    RefusedError,
    UncertainOrderError,
    UnknownOutcomeError,
)
from engine.execution.intents import Intent
from engine.execution.journal import Journal
from engine.execution.patience import pause_s
from engine.execution.settle import (
    KRAKEN_DEADLINE,
    PROOFS,
    LookAfter,
    Resend,
    next_settling_step,
)
from engine.execution.states import IntentEvent, IntentState, client_order_id
from engine.execution.unproven import first_sent_at, unproven_attempts
from engine.money import ZERO, exact
from engine.orders import ClientOrderId, Fill, Order, OrderRequest, Sent, VenueOrderId
from engine.venues import Venue

#: How far back an order is sought: both clocks, and how long the process was away, are trusted to a day.
SOUGHT_BACK = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of one attempt: accepted, unknown, or planned again because the venue did nothing."""

    intent: Intent
    error: BrokerError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What the venue says of an accepted order now; no order when it does not tell."""

    intent: Intent
    order: Order | None
    error: BrokerError | None


class Submitter:
    """Sends, settles and follows orders; the intent is on disk before each step."""

    def __init__(self, *, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        #: When each request left whose answer was lost, by the clock nobody sets.
        self._lost_at = dict[ClientOrderId, float]()
        #: Orders of which the venue does not tell whether they are the one that was sent under an id.
        self._uncertain = dict[ClientOrderId, tuple[str, ...]]()

    async def send(
        self, intent: Intent, broker: Broker, quantity: Decimal, *, symbol: str | None = None
    ) -> Attempt:
        """Write one attempt down, send it, and write down what the venue said.

        `symbol` is the pair it goes through from now on; None: the same as before.
        """
        symbol = symbol or intent.symbol
        sent = await self._journal.record(
            intent,
            IntentEvent.SEND,
            cause="send",
            words="" if symbol == intent.symbol else f"through {symbol}",
            quantity=quantity,
            symbol=symbol,
            sent_at=self._clock.now(),
        )
        return await self.deliver(sent, broker)

    async def deliver(self, sent: Intent, broker: Broker) -> Attempt:
        """Send an attempt that has just been written down, and write down what the venue said."""
        left_at, request = self._clock.monotonic(), _request(sent, self._clock.now())
        try:
            venue_order_id = await broker.submit_order(request, priority=Priority.EXIT)
        except BrokerError as e:
            after = await self._after_error(sent, e)
            if after.state is IntentState.UNKNOWN:
                self._lost_at[sent.client_order_id] = left_at
            return Attempt(intent=after, error=e)
        self._lost_at.pop(sent.client_order_id, None)
        accepted = await self._journal.record(
            sent,
            IntentEvent.ACCEPT,
            cause="accepted",
            words=venue_order_id,
            venue_order_id=venue_order_id,
        )
        return Attempt(intent=accepted, error=None)

    async def _after_error(self, sent: Intent, error: BrokerError) -> Intent:
        if isinstance(error, UnknownOutcomeError):
            return await self._journal.record(
                sent, IntentEvent.LOSE_ANSWER, cause=error.outcome, words=error.words
            )
        if isinstance(error, RefusedError) and error.reason is RefusalReason.DUPLICATE_CLIENT_ORDER_ID:
            # Our own earlier request arrived after all; the venue has its order.
            return await self._journal.record(
                sent, IntentEvent.LOSE_ANSWER, cause="id already used", words=error.words
            )
        # Where a lost request may still arrive, a refusal of a later one ends nothing: the id stays.
        same_id = PROOFS[sent.venue].resend is Resend.SAME_ID
        return await self._journal.retry(sent, cause=error.outcome, words=error.words, same_id=same_id)

    async def settle(self, intent: Intent, broker: Broker) -> Intent:
        """Ask until the order is found, or proven absent and free to be sent again."""
        # One that another life of the process sent counts from now: no wall clock tells how old it is.
        left_at = self._lost_at.setdefault(intent.client_order_id, self._clock.monotonic())
        absent_after, failures = list[timedelta](), 0
        while isinstance(step := next_settling_step(intent.venue, absent_after), LookAfter):
            await self._clock.sleep((step.age - self._age(left_at)).total_seconds())
            asked_after = self._age(left_at)
            try:
                order = await self._find_certain(intent, broker)
            except BrokerError as e:
                # Silence is no evidence either way.
                failures += 1
                await self._clock.sleep(pause_s(e, failures))
                continue
            if order is not None:
                self._lost_at.pop(intent.client_order_id)
                return await self._journal.record(
                    intent,
                    IntentEvent.ACCEPT,
                    cause="found",
                    words=order.venue_order_id,
                    venue_order_id=order.venue_order_id,
                )
            absent_after.append(asked_after)
        same_id = step is Resend.SAME_ID
        if not same_id:
            self._lost_at.pop(intent.client_order_id)
        return await self._journal.retry(intent, cause=f"proven absent, {step}", same_id=same_id)

    async def follow(self, intent: Intent, broker: Broker) -> Followed:
        """Ask once for an accepted order and write down what has filled of it."""
        if intent.venue_order_id is None:
            message = f"intent {intent.intent_id} is {intent.state} without an order id"
            raise ValueError(message)
        try:
            order = await broker.fetch_order(intent.venue_order_id, intent.symbol, priority=Priority.EXIT)
        except BrokerError as e:
            return Followed(intent=intent, order=None, error=e)
        if not order.status.is_final and order.filled_quantity > intent.filled_quantity:
            intent = await self._journal.record(
                intent,
                IntentEvent.FILL_PART,
                cause="filled in part",
                filled_quantity=order.filled_quantity,
                cost=order.cost,
            )
        return Followed(intent=intent, order=order, error=None)

    async def fetch_trades(self, intent: Intent, order: Order, broker: Broker) -> tuple[Fill, ...] | None:
        """Return the trades of an order, which it names itself or the account's history does; None is silence."""
        with exact():
            if order.fills and sum((fill.quantity for fill in order.fills), ZERO) == order.filled_quantity:
                return order.fills
        if order.opened_at is None:
            since = wall_time.at_most(intent.created_at, self._clock.now()) - SOUGHT_BACK
            order = replace(order, opened_at=since)
        try:
            return await broker.fetch_order_fills(order, priority=Priority.EXIT)
        except BrokerError:
            return None

    async def find_sold(self, intent: Intent, broker: Broker) -> Order | None:
        """Return the order of an attempt that was given up although it may have sold; None when no list has one.

        Raises:
            BrokerError: the venue does not tell.

        """
        for attempt in await self.unproven(intent):
            sent = replace(
                intent, attempt=attempt, client_order_id=client_order_id(intent.intent_id, attempt)
            )
            try:
                order = await self._find(sent, broker)
            except UncertainOrderError as e:
                # What was sent is gone from the balance, so the only one that may be it is.
                [order_id, *more] = e.order_ids
                if more:
                    raise
                order = await broker.fetch_order(
                    VenueOrderId(order_id), intent.symbol, priority=Priority.EXIT
                )
            if order is not None and await self._may_have_sold(intent, order, broker):
                return order
        return None

    def uncertain_orders(self, client_order_id: ClientOrderId) -> tuple[str, ...]:
        """Return the orders that may be the one that was sent under an id, or their owner's own."""
        return self._uncertain.get(client_order_id, ())

    async def unproven(self, intent: Intent) -> tuple[int, ...]:
        """Return the numbers of the attempts that were given up without a refusal."""
        return unproven_attempts(intent.venue, await self._journal.load_steps(intent.intent_id))

    async def _may_have_sold(self, intent: Intent, order: Order, broker: Broker) -> bool:
        if not order.status.is_final or order.filled_quantity:
            return True
        return bool(await self.fetch_trades(intent, order, broker))

    async def has_arrived(self, intent: Intent, broker: Broker) -> bool | None:
        """Tell whether a request that was proven absent under this id arrived after all; None is silence."""
        if intent.sent_at is None or PROOFS[intent.venue].resend is not Resend.SAME_ID:
            return False
        if not await self._lost_an_answer(intent):
            # Nothing is under way, and what looks like it is its owner's own order.
            return False
        try:
            return await self._find_certain(intent, broker) is not None
        except BrokerError:
            return None

    async def may_still_arrive(self, intent: Intent, *, absent_at: float | None) -> bool:
        """Tell whether a lost request may yet be found under the id of the present attempt.

        `absent_at` is when the venue was last asked for it, answered, and did not have it; None if never.
        """
        arrives_within = PROOFS[intent.venue].arrives_within
        if not arrives_within:
            return False
        if not await self._lost_an_answer(intent):
            return False
        left_at = self._lost_at.setdefault(intent.client_order_id, self._clock.monotonic())
        return absent_at is None or timedelta(seconds=absent_at - left_at) < arrives_within

    def _age(self, left_at: float) -> timedelta:
        return timedelta(seconds=self._clock.monotonic() - left_at)

    async def _lost_an_answer(self, intent: Intent) -> bool:
        steps = await self._journal.load_steps(intent.intent_id)
        return any(step.to_state is IntentState.UNKNOWN for step in steps)

    async def _find_certain(self, intent: Intent, broker: Broker) -> Order | None:
        """Look an order up; one that may be its owner's own is none, and is kept to be named."""
        self._uncertain.pop(intent.client_order_id, None)
        try:
            return await self._find(intent, broker)
        except UncertainOrderError as e:
            self._uncertain[intent.client_order_id] = e.order_ids
            return None

    async def _find(self, intent: Intent, broker: Broker) -> Order | None:
        steps = await self._journal.load_steps(intent.intent_id)
        left_at = first_sent_at(intent.venue, steps, intent.attempt)
        return await broker.find_order(
            intent.client_order_id,
            intent.symbol,
            since=wall_time.at_most(intent.created_at, self._clock.now()) - SOUGHT_BACK,
            sent=Sent(
                side=intent.side,
                quantity=intent.quantity,
                at=left_at or intent.sent_at or intent.created_at,
                is_margin=intent.reduce_only,
                others=await self._journal.load_other_orders(intent),
            ),
            priority=Priority.EXIT,
        )


def _request(intent: Intent, now: datetime) -> OrderRequest:
    return OrderRequest(
        symbol=intent.symbol,
        side=intent.side,
        quantity=intent.quantity,
        client_order_id=intent.client_order_id,
        deadline=now + KRAKEN_DEADLINE if intent.venue is Venue.KRAKEN else None,
        reduce_only=intent.reduce_only,
        leverage=intent.leverage,
    )
