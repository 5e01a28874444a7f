"""Look an attempt's order up at its venue by our id, and the trades of an order that is known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine import wall_time
from engine.brokers.base import Broker, Priority
from engine.clock import Clock
from engine.model.errors import BrokerError, UncertainOrderError
from engine.model.orders import Fill, Order, Sent, quantity_of
from engine.orders.intents import Intent, IntentStep
from engine.orders.journal import Journal
from engine.orders.states import IntentState
from engine.orders.step_cause import StepCause
from engine.orders.unproven import first_sent_at

#: How far back an order is looked up: both clocks, and how long the process was away, are trusted to a day.
LOOKUP_WINDOW = timedelta(days=1)

#: Such an order only agrees with what was sent.
_UNNAMED = frozenset({StepCause.FOUND_UNNAMED, StepCause.FOUND_BY_BALANCE})


@dataclass(frozen=True, slots=True)
class Found:
    """The venue has it."""

    order: Order


@dataclass(frozen=True, slots=True)
class Absent:
    """No list shows it, nor anything that may be it."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """No list shows it under our id, but these may be it, or their owner's own."""

    order_ids: tuple[str, ...]
    #: Those that are listed without any id, by their rows' other fields.
    unnamed: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return what their owner finds all of them by."""
        return (*self.order_ids, *self.unnamed)


Lookup = Found | Absent | Uncertain


class OrderLookup:
    """Looks up the orders of attempts at their venues."""

    def __init__(self, *, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def find(self, intent: Intent, broker: Broker, *, priority: Priority) -> Lookup:
        """Look the order of an intent's attempt up.

        Raises:
            BrokerError: the venue does not answer.

        """
        steps = await self._journal.load_steps(intent.intent_id)
        left_at = first_sent_at(intent.venue, steps, intent.attempt)
        try:
            order = await broker.find_order(
                intent.client_order_id,
                intent.symbol,
                since=lookup_start(intent, self._clock.now()),
                sent=Sent(
                    side=intent.side,
                    quantity=intent.quantity,
                    at=left_at or intent.sent_at or intent.created_at,
                    is_margin=intent.reduce_only,
                    others=await self._journal.load_other_orders(intent),
                ),
                priority=priority,
            )
        except UncertainOrderError as e:
            return Uncertain(e.order_ids, e.unnamed)
        return Absent() if order is None else Found(order)


async def fetch_trades(
    intent: Intent, order: Order, broker: Broker, *, now: datetime, priority: Priority | None = None
) -> tuple[Fill, ...] | None:
    """Return the trades of an order, which it names itself or the account's history does; None is silence."""
    if order.fills and quantity_of(order.fills) == order.filled_quantity:
        return order.fills
    if order.opened_at is None:
        order = replace(order, opened_at=lookup_start(intent, now))
    try:
        return await broker.fetch_order_fills(
            order, priority=intent.priority if priority is None else priority
        )
    except BrokerError:
        return None


def found_cause(order: Order) -> StepCause:
    """Return the journal's cause for an order that was looked up."""
    return StepCause.FOUND if order.client_order_id else StepCause.FOUND_UNNAMED


def was_looked_up(steps: Sequence[IntentStep]) -> bool:
    """Return whether the last order that an intent with these steps went on from is not known by its own answer."""
    causes = (step.cause for step in reversed(steps) if _accepts(step))
    return next(causes, StepCause.ANSWERED) != StepCause.ANSWERED


def may_be_owners(order_id: str | None, steps: Sequence[IntentStep]) -> bool:
    """Return whether an order was taken for the one of an intent with these steps although nothing names it so."""
    causes = [step.cause for step in steps if _accepts(step) and step.order_id == order_id]
    return bool(causes) and _UNNAMED.issuperset(causes)


def _accepts(step: IntentStep) -> bool:
    return step.to_state is IntentState.ACCEPTED and step.note is None


def lookup_start(intent: Intent, now: datetime) -> datetime:
    """Return from when on the orders of an intent are looked up."""
    return wall_time.at_most(intent.created_at, now) - LOOKUP_WINDOW
