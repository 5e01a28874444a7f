"""Follow an accepted order: one question at a time, each answer weighed against all before it."""

from dataclasses import dataclass, replace
from decimal import Decimal

from engine.brokers.base import Broker, Priority
from engine.clock import Clock
from engine.model.errors import BrokerError, KeyRejectedError, RefusedError
from engine.model.orders import Fill, Order, VenueOrderId, quantity_of
from engine.orders.intents import Intent
from engine.orders.journal import Journal
from engine.orders.lookup import fetch_trades
from engine.orders.order_readings import (
    AGREES_AFTER_S,
    STANDS_STILL_S,
    TRADES_AGAIN_S,
    OrderReadings,
    ReadingVerdict,
    is_all_traded,
    is_price_odd,
    needs_trades,
    weigh,
    weigh_not_known,
    why_unconfirmed,
    with_trade_totals,
)
from engine.orders.pace import LONGEST_COSTLY_PAUSE_S, STANDS_AFTER_S, stretched, turn
from engine.orders.states import IntentEvent
from engine.orders.step_cause import StepCause
from engine.orders.unreadable_order import unread_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What is known of an accepted order after one more question."""

    intent: Intent
    #: With the totals of its trades; as it was sent where its row could not be read.
    order: Order
    verdict: ReadingVerdict
    #: What is the matter with an end that is not confirmed.
    why_unconfirmed: str = ""
    #: Why its row could not be read.
    error: BrokerError | None = None


class Follower:
    """Queries one broker for orders and stores their fills."""

    def __init__(self, *, journal: Journal, broker: Broker, clock: Clock) -> None:
        self._journal = journal
        self._broker = broker
        self._clock = clock
        self._readings = dict[VenueOrderId, OrderReadings]()
        #: When to fetch the trades of an order that is not reported as over.
        self._trades_due_s = dict[VenueOrderId, float]()
        #: Since when each order is followed, anew from its first final answer or any news on: there is something to decide again.
        self._since_s = dict[VenueOrderId, float]()
        self._ending = set[VenueOrderId]()

    async def ask(self, intent: Intent) -> Followed:
        """Query an accepted order once and store what has filled of it."""
        error: BrokerError | None = None
        order = unread_order(intent)
        if order is None:
            message = f"intent {intent.intent_id} is {intent.state} without an order id"
            raise ValueError(message)
        self._since_s.setdefault(order.venue_order_id, self._clock.monotonic())
        try:
            order = await self._broker.fetch_order(
                order.venue_order_id, intent.symbol, priority=self._turn(intent)
            )
        except KeyRejectedError as e:
            return Followed(intent=intent, order=order, verdict=ReadingVerdict.OPEN, error=e)
        except BrokerError as e:
            error = e
        else:
            intent = await self._note_part(intent, order)
        if order.quantity > intent.quantity:
            # It was found under an id that was sent again for less, when a part of it had been sold.
            intent = replace(intent, quantity=order.quantity)
        self._note_end(order)
        return await self._weigh(intent, order, error)

    def waited_s(self, intent: Intent) -> float:
        """Return for how long an intent's order has been followed as open, or since its first final answer or the last news of it."""
        now_s = self._clock.monotonic()
        order_id = intent.venue_order_id
        return 0.0 if order_id is None else now_s - self._since_s.get(order_id, now_s)

    def note_news(self, intent: Intent) -> None:
        """Query an intent's order in its own turn again: its venue pushed news of it."""
        if intent.venue_order_id is not None:
            self._since_s[intent.venue_order_id] = self._clock.monotonic()

    def _note_end(self, order: Order) -> None:
        order_id = order.venue_order_id
        if order.status.is_final and order_id not in self._ending:
            self._ending.add(order_id)
            self._since_s[order_id] = self._clock.monotonic()

    def _turn(self, intent: Intent) -> Priority:
        return turn(intent.priority, waited_s=self.waited_s(intent), after_s=STANDS_AFTER_S)

    async def lose(self, intent: Intent, order: Order) -> Intent:
        """Write down that the venue does not know the order it accepted: it is looked up like one whose answer was lost."""
        return await self._journal.record(
            intent,
            IntentEvent.LOSE_ANSWER,
            cause=StepCause.ID_NOT_KNOWN,
            detail=order.venue_order_id,
            venue_order_id=None,
        )

    async def note_most(self, intent: Intent, order: Order) -> Intent:
        """Write down the most that was reported as filled: after a restart a lower answer must not pass for the first."""
        most = self._readings[order.venue_order_id].most_filled
        if most <= intent.filled_quantity:
            return intent
        return await self._journal.record(
            intent,
            IntentEvent.FILL_PART,
            cause=StepCause.FILLED_IN_PART_UNCONFIRMED,
            filled_quantity=most,
            cost=_reported_cost(order) if order.filled_quantity == most else None,
        )

    async def _note_part(self, intent: Intent, order: Order) -> Intent:
        for successor in order.successors:
            await self._journal.note_replaced(intent, successor)
        if order.status.is_final or order.filled_quantity <= intent.filled_quantity:
            return intent
        return await self._journal.record(
            intent,
            IntentEvent.FILL_PART,
            cause=StepCause.FILLED_IN_PART,
            filled_quantity=order.filled_quantity,
            cost=_reported_cost(order),
        )

    async def _weigh(self, intent: Intent, order: Order, error: BrokerError | None) -> Followed:
        """Hold an answer against the ones before it and, where it falls short, against the order's trades."""
        before = self._readings.get(order.venue_order_id) or OrderReadings(
            sent=intent.quantity, most_filled=intent.filled_quantity
        )
        fills = await self._trades(intent, order)
        traded = None if fills is None else quantity_of(fills)
        if error is not None and not is_all_traded(fills, intent.quantity):
            after, verdict = self._weigh_error(before, error, traded=traded)
            self._readings[order.venue_order_id] = after
            return Followed(intent=intent, order=order, verdict=verdict, error=error)
        after, verdict = weigh(before, order, traded=traded, now_s=self._clock.monotonic())
        self._readings[order.venue_order_id] = after
        return Followed(
            intent=intent,
            # Only now: an answer must not be made to agree with the trades it is held against.
            order=with_trade_totals(order, fills or (), intent.quantity),
            verdict=verdict,
            why_unconfirmed=why_unconfirmed(after, order, traded=traded),
            error=error,
        )

    def _weigh_error(
        self, before: OrderReadings, error: BrokerError, *, traded: Decimal | None
    ) -> tuple[OrderReadings, ReadingVerdict]:
        # Only the venue's own refusal to show it says anything of the order.
        if not isinstance(error, RefusedError):
            return before, ReadingVerdict.OPEN
        return weigh_not_known(before, traded=traded, now_s=self._clock.monotonic())

    async def _trades(self, intent: Intent, order: Order) -> tuple[Fill, ...] | None:
        """Return an order's trades where it does not show all of them itself, or stands still; None when not requested."""
        if order.status.is_final:
            is_odd = is_price_odd(order, intent.trigger_price)
            is_needed = is_odd or needs_trades(order, intent.quantity)
            return await self._fetch_trades(intent, order) if is_needed else None
        now_s = self._clock.monotonic()
        if now_s < self._trades_due_s.setdefault(order.venue_order_id, now_s + STANDS_STILL_S):
            return None
        fills = await self._fetch_trades(intent, order)
        is_all = is_all_traded(fills, intent.quantity)
        again_s = stretched(TRADES_AGAIN_S, waited_s=self.waited_s(intent), longest_s=LONGEST_COSTLY_PAUSE_S)
        after_s = AGREES_AFTER_S if is_all else again_s
        self._trades_due_s[order.venue_order_id] = self._clock.monotonic() + after_s
        return fills

    async def _fetch_trades(self, intent: Intent, order: Order) -> tuple[Fill, ...] | None:
        now = self._clock.now()
        return await fetch_trades(intent, order, self._broker, now=now, priority=self._turn(intent))


def _reported_cost(order: Order) -> Decimal | None:
    """Return what was filled for; a venue that reports nothing for it has not worked it out yet."""
    return order.cost or None
