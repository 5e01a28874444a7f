"""The journal of orders: every change of an intent is one short transaction with its reason."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine import wall_time
from engine.clock import Clock
from engine.model.money import ZERO
from engine.model.orders import Order, VenueOrderId
from engine.orders import fills_store as fills
from engine.orders import store as intents
from engine.orders.balance_verdict import SendBasis
from engine.orders.intents import Intent, IntentStep, StepNote, Trigger
from engine.orders.our_orders import OurOrders, our_orders, replacements
from engine.orders.states import IntentEvent, IntentState, next_state
from engine.orders.step_cause import StepCause
from engine.orders.step_log import StepLog, note_of, step_of
from engine.orders.steps_store import insert_step, load_readable_steps
from engine.orders.unproven import late_orders, orders_of_attempts
from engine.storage.database import Database
from engine.storage.session import DatabaseSession

#: Writes what a step changes elsewhere, in its transaction: it is given the intent before the step and after it.
AlsoWrite = Callable[[DatabaseSession, Intent, Intent], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Written:
    """What a step made of an intent."""

    intent: Intent
    #: The step's number among all.
    step: int


class Journal:
    """Writes intents and their steps, consistent after a crash at any instant."""

    def __init__(self, *, database: Database, clock: Clock, also: AlsoWrite | None = None) -> None:
        self._database = database
        self._clock = clock
        self._steps = StepLog()
        #: What every recorded step changes elsewhere.
        self._also = also

    async def plan(self, intent: Intent, *, cause: StepCause) -> None:
        """Write down an order that is to be placed, before anything of it leaves."""
        async with self._database.write() as session:
            await self.begin(session, intent, cause=cause)

    async def book(self, intent: Intent, order: Order) -> Written:
        """Write an order's fills and its intent's end, all or nothing."""
        async with self._database.write() as session:
            return await self.fill(session, intent, order)

    async def record(
        self,
        intent: Intent,
        event: IntentEvent,
        *,
        cause: StepCause,
        detail: str = "",
        basis: SendBasis | None = None,
        **changes: Any,
    ) -> Intent:
        """Move an intent to its next state; `basis` is the reading that an attempt is based on which leaves with it.

        Raises:
            IllegalTransitionError: the event cannot happen to it now.

        """
        async with self._database.write() as session:
            moved = await self.move(
                session, intent, event, cause=cause, detail=detail, basis=basis, **changes
            )
            if self._also is not None:
                await self._also(session, intent, moved.intent)
        return moved.intent

    async def retrigger(self, intent: Intent, trigger: Trigger) -> Intent:
        """Write down that another trigger than the one it began with sells an intent now; its state stays."""
        changed = replace(intent, trigger=trigger, updated_at=self._clock.now())
        async with self._database.write() as session:
            await intents.update_intent(session, changed, expected=intent.state)
        return changed

    async def resume(self, intent: Intent, *, cause: StepCause) -> Intent:
        """Return the intent as it can be sent: planned again where it was suspended."""
        if intent.state is not IntentState.SUSPENDED:
            return intent
        return await self.record(intent, IntentEvent.RESUME, cause=cause)

    async def begin(self, session: DatabaseSession, intent: Intent, *, cause: StepCause) -> None:
        """Write down an order that is to be placed, in the transaction of what it is placed for."""
        await intents.insert_intent(session, intent)
        await insert_step(session, step_of(None, intent, cause=cause, detail="", at=self._clock.now()))

    async def begin_sent(
        self,
        session: DatabaseSession,
        intent: Intent,
        *,
        cause: StepCause,
        quantity: Decimal,
        basis: SendBasis | None,
    ) -> Intent:
        """Write down an order and that its first attempt leaves now: what `begin` and its first step write."""
        now = self._clock.now()
        state = next_state(intent.state, IntentEvent.SEND)
        sent = replace(intent, state=state, quantity=quantity, sent_at=now, updated_at=now)
        await intents.insert_intent(session, sent)
        await insert_step(session, step_of(None, intent, cause=cause, detail="", at=now))
        step = step_of(intent, sent, cause=StepCause.SEND, detail="", at=now, basis=basis)
        await insert_step(session, step)
        return sent

    async def fill(self, session: DatabaseSession, intent: Intent, order: Order) -> Written:
        """Write an order's fills and its intent's end, in the transaction of what they change."""
        now = self._clock.now()
        await fills.save_fills(session, intent.account_id, intent.user_id, order.fills, seen_at=now)
        return await self.move(
            session,
            intent,
            IntentEvent.FILL,
            cause=StepCause.FILLED,
            filled_quantity=order.filled_quantity,
            cost=order.cost,
            fee=order.fee,
            fee_asset=order.fee_asset,
            venue_order_id=order.venue_order_id,
        )

    async def move(
        self,
        session: DatabaseSession,
        intent: Intent,
        event: IntentEvent,
        *,
        cause: StepCause,
        detail: str = "",
        basis: SendBasis | None = None,
        **changes: Any,
    ) -> Written:
        """Move an intent to its next state, in the transaction of what its step changes.

        Raises:
            IllegalTransitionError: the event cannot happen to it now.

        """
        now = self._clock.now()
        moved = replace(intent, state=next_state(intent.state, event), updated_at=now, **changes)
        await intents.update_intent(session, moved, expected=intent.state)
        order_id = moved.venue_order_id if event is IntentEvent.ACCEPT else None
        step = step_of(intent, moved, cause=cause, detail=detail, at=now, basis=basis, order_id=order_id)
        return Written(moved, await insert_step(session, step))

    async def set_aside(self, session: DatabaseSession, intent: Intent, *, cause: StepCause) -> None:
        """End an intent that is not to be followed any more, whatever becomes of its order."""
        if intent.state.is_final:
            # Of a damaged row: only its end is missing.
            await intents.update_intent(session, intent, expected=intent.state)
            return
        await self.move(session, intent, IntentEvent.SET_ASIDE, cause=cause)

    async def retry(
        self, intent: Intent, *, cause: StepCause, detail: str = "", same_id: bool = False
    ) -> Intent:
        """End an attempt that was refused, is over or is given up on a ground, so that the next one can be made."""
        following = intent if same_id else intent.as_attempt(intent.attempt + 1)
        return await self.record(
            intent,
            IntentEvent.END_ATTEMPT,
            cause=cause,
            detail=detail,
            attempt=following.attempt,
            client_order_id=following.client_order_id,
            venue_order_id=None,
            filled_quantity=ZERO,
            cost=None,
        )

    async def note_late(self, session: DatabaseSession, intent: Intent, attempt: int, order_id: str) -> None:
        """Write down, once, that the order of an attempt which was given up has filled after its intent was over."""
        known = await load_readable_steps(session, intent.intent_id)
        if late_orders(known).get(order_id) == attempt:
            return
        step = note_of(
            intent,
            StepNote.FILLED_LATE,
            detail=f"{order_id} of attempt {attempt}",
            at=self._clock.now(),
            order_id=order_id,
            attempt=attempt,
        )
        await insert_step(session, step)

    async def load_other_orders(self, intent: Intent) -> frozenset[str]:
        """Return the venue's ids of all orders of ours that are not the one of an intent's present attempt."""
        async with self._database.read() as session:
            steps = await self._steps.load(session, intent.intent_id)
            known = await intents.load_order_ids(session, intent.account_id)
        own = orders_of_attempts(intent.venue, steps)
        mine = {order_id for order_id, attempt in own.items() if attempt == intent.attempt}
        return (known | own.keys()) - mine - {intent.venue_order_id or ""}

    async def load_our_orders(self, intent: Intent) -> OurOrders:
        """Return what the orders of an intent, and all others of ours in its account, are known by."""
        async with self._database.read() as session:
            steps = await self._steps.load(session, intent.intent_id)
            known = await intents.load_order_ids(session, intent.account_id)
        return our_orders(intent, steps, of_account=known)

    async def note_replaced(self, intent: Intent, order_id: VenueOrderId) -> None:
        """Write down, once, which order the venue put in the place of an accepted one."""
        if order_id in replacements(await self.load_steps(intent.intent_id)):
            return
        async with self._database.write() as session:
            note = StepNote.REPLACED
            step = note_of(intent, note, detail=order_id, at=self._clock.now(), order_id=order_id)
            await insert_step(session, step)

    async def load_steps(self, intent_id: str) -> tuple[IntentStep, ...]:
        """Return an intent's whole life, first step first."""
        async with self._database.read() as session:
            return await self._steps.load(session, intent_id)

    async def load_unlisted_refusal(self, intent: Intent) -> str | None:
        """Return the unlisted message that refused the last attempt; None where it was not refused so."""
        steps = await self.load_steps(intent.intent_id)
        last = next((step for step in reversed(steps) if step.note is None), None)
        return last.detail if last is not None and last.cause == StepCause.REFUSED_UNLISTED else None

    async def load_sent_since(
        self, account_id: str, order_ids: Collection[str], at: datetime
    ) -> frozenset[str]:
        """Return which of our orders were based on a reading as late as this, so that they left after it."""
        async with self._database.read() as session:
            found = await intents.load_of_orders(session, account_id, order_ids)
        based = [(intent, await self.load_basis(intent)) for intent in found]
        return frozenset(
            intent.venue_order_id or ""
            for intent, basis in based
            if basis is not None and not wall_time.is_before(basis.at, at)
        )

    async def load_basis(self, intent: Intent) -> SendBasis | None:
        """Return the reading that the last attempt was based on; None where none was written down with it."""
        bases = await self._load_bases(intent)
        return bases[-1] if bases else None

    async def load_sent_quantities(self, intent: Intent) -> frozenset[Decimal] | None:
        """Return how much each of its attempts was to trade; None where one of them was not written down with it."""
        sent = [basis.quantity if basis else None for basis in await self._load_bases(intent)]
        known = [quantity for quantity in sent if quantity is not None]
        return frozenset(known) if len(known) == len(sent) else None

    async def load_first_left(self, intent: Intent) -> datetime | None:
        """Return when the first of its attempts left, on the venue's own clock; None where that is not known."""
        bases = await self._load_bases(intent)
        return bases[0].left_at if bases and bases[0] else None

    async def _load_bases(self, intent: Intent) -> tuple[SendBasis | None, ...]:
        """Return what each of its attempts was based on, the first first."""
        steps = await self.load_steps(intent.intent_id)
        return tuple(step.basis for step in steps if step.cause == StepCause.SEND)
