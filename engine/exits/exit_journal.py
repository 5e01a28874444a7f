"""The journal of exits: what an order changes of its guard is written in the transaction of its step."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

from engine.alerts.messages import Message
from engine.alerts.outbox import append_alert
from engine.clock import Clock
from engine.exits.changed_guard import is_as_sold, left_of_changed
from engine.exits.live_exit import LiveExit, exit_of
from engine.exits.live_sales import may_be_on_sale
from engine.exits.release_log import ReleaseLog
from engine.guards import store as guards
from engine.guards.guard import Guard, GuardState, Seen
from engine.model.guard_reasons import GuardReason
from engine.model.money import ZERO, exact
from engine.model.orders import Order
from engine.orders import store as intents
from engine.orders.balance_verdict import SendBasis
from engine.orders.filled_intents_store import has_changed_after, load_changes_after
from engine.orders.intents import Intent, Trigger
from engine.orders.journal import Journal, Written
from engine.orders.states import IntentEvent
from engine.orders.step_cause import StepCause
from engine.orders.steps_store import load_last_step_of_all
from engine.storage.database import Database
from engine.storage.session import DatabaseSession


class ExitJournal:
    """Writes exits with the guards they close and the alerts they end with, all or nothing."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        #: The exits' orders, for what changes nothing but them.
        self.orders = Journal(database=database, clock=clock)
        #: The orders that were cancelled for an exit.
        self.releases = ReleaseLog(database=database, clock=clock, orders=self.orders)

    async def plan_exit(self, guard: Guard, trigger: Trigger, *, intent_id: str) -> LiveExit | None:
        """Write down that a guard's quantity is to be sold; the guard is closing from now on.

        None when it is not armed or not as it was judged any more: the next look judges what it is now.
        """
        with suppress(guards.StaleGuardError):
            async with self._database.write() as session:
                closing = await self._close(session, guard)
                if closing is None:
                    return None
                intent = exit_of(guard, trigger, intent_id=intent_id, now=self._clock.now())
                await self.orders.begin(session, intent, cause=StepCause.TRIGGERED)
                return LiveExit(intent=intent, guard=closing)
        return None

    async def plan_and_send(
        self,
        guard: Guard,
        trigger: Trigger,
        *,
        intent_id: str,
        quantity: Decimal,
        basis: SendBasis | None,
        also: Callable[[DatabaseSession], None] | None = None,
    ) -> LiveExit | None:
        """Write down that so much of a guard's quantity is to be sold and that the order for it leaves now.

        None as with `plan_exit`; `basis` is the reading that the order is based on, `also` what its request needs
        on disk: one commit serves for all.
        """
        with suppress(guards.StaleGuardError):
            async with self._database.write() as session:
                closing = await self._close(session, guard)
                if closing is None:
                    return None
                intent = exit_of(guard, trigger, intent_id=intent_id, now=self._clock.now())
                sent = await self.orders.begin_sent(
                    session, intent, cause=StepCause.TRIGGERED, quantity=quantity, basis=basis
                )
                if also is not None:
                    also(session)
                return LiveExit(intent=sent, guard=closing)
        return None

    async def plan_manual_close(
        self, guard: Guard, trigger: Trigger, *, before: Guard | None, intent_id: str
    ) -> LiveExit | None:
        """Write down that its owner wants a position sold, with the guard that covers all of it.

        `before` is the guard the position had when this was worked out; None is returned when that
        is not true any more, above all when it is being sold already, or was since.
        """
        now = self._clock.now()
        closing = guard.in_state(GuardState.CLOSING, GuardReason.SELLING_ON_REQUEST)
        async with self._database.write() as session:
            if await guards.load_open_guard(session, guard.key) != before:
                return None
            if await may_be_on_sale(session, guard) or await _has_changed(session, guard, trigger):
                return None
            intent = exit_of(closing, trigger, intent_id=intent_id, now=now)
            await guards.save_guard(session, closing, was=before, now=now, cause="requested by its owner")
            await self.orders.begin(session, intent, cause=StepCause.REQUESTED)
        return LiveExit(intent=intent, guard=closing)

    async def conclude(
        self,
        intent: Intent,
        order: Order,
        *,
        was: Guard,
        guard: Guard,
        seen: Seen | None,
        message: Message,
    ) -> Written:
        """Write the fills, the intent's end, what is left of the guard and the alert, all or nothing.

        A sale is written down whatever became of its guard: one that is not as it `was` loses what was sold.
        `seen` is what was there before the order when the owner had taken some at the venue, which the guard
        is already reduced by: the next reading must not find it missing once more.
        """
        async with self._database.write() as session:
            ended = await self.orders.fill(session, intent, order)
            is_as_left = await self._leave(
                session, intent, guard, was=was, filled=order.filled_quantity, cause=StepCause.FILLED
            )
            if seen is not None and is_as_left:
                await guards.note_seen(session, guard.guard_id, seen, before_intent=intent.intent_id)
            await self._report_end(session, intent, message)
        return ended

    async def give_back(
        self,
        intent: Intent,
        event: IntentEvent,
        *,
        was: Guard,
        guard: Guard,
        message: Message,
        cause: StepCause,
        detail: str = "",
        awaited: Decimal | None = None,
    ) -> Intent:
        """End an exit without a fill: the guard is as given, if it still is as it `was`, and its owner is alerted.

        `awaited` is how much is missing now of its position by what was seen and sold: what comes back is
        compared with that, and a reading from before proves nothing.
        """
        async with self._database.write() as session:
            ended = await self.orders.move(session, intent, event, cause=cause, detail=detail)
            is_as_left = await self._leave(session, intent, guard, was=was, filled=ZERO, cause=cause)
            if awaited is not None and is_as_left:
                step = await load_last_step_of_all(session)
                await guards.note_seen(
                    session, guard.guard_id, Seen(quantity=awaited, at=self._clock.now(), step=step)
                )
            await self._report_end(session, intent, message)
        return ended.intent

    async def load_expected(self, guard: Guard) -> Decimal | None:
        """Return how much of a guarded position should be there: what was seen, and what our orders changed since."""
        async with self._database.read() as session:
            found = await guards.load_seen_with_step(session, guard.guard_id)
            if found is None:
                return None
            seen, step = found
            return await _load_changed(session, guard, seen.quantity, step=step)

    async def load_changed(self, guard: Guard, quantity: Decimal, *, step: int) -> Decimal:
        """Return what our orders made since a step of a quantity of a guarded position."""
        async with self._database.read() as session:
            return await _load_changed(session, guard, quantity, step=step)

    async def load_guard(self, guard_id: str) -> Guard | None:
        """Return a guard as it is now."""
        async with self._database.read() as session:
            return await guards.load_guard(session, guard_id)

    async def load_seen(self, guard: Guard) -> Seen | None:
        """Return what was there when a guard was last compared with it; None when it never was."""
        async with self._database.read() as session:
            return await guards.load_seen(session, guard.guard_id)

    async def load_order_ids(self, guard: Guard) -> frozenset[str]:
        """Return the venue's ids of all orders of ours in a guard's account."""
        async with self._database.read() as session:
            return await intents.load_order_ids(session, guard.account_id)

    async def load_live_exits(self) -> tuple[LiveExit, ...]:
        """Return every exit that is not over, oldest first."""
        live = list[LiveExit]()
        async with self._database.read() as session:
            for intent in await intents.load_live_intents(session):
                guard = await guards.load_guard(session, intent.guard_id) if intent.guard_id else None
                # What is closed is not guarded any more, whatever an unfinished exit has.
                if guard is not None and guard.state is not GuardState.CLOSED:
                    live.append(LiveExit(intent=intent, guard=guard))
        return tuple(live)

    async def _close(self, session: DatabaseSession, guard: Guard) -> Guard | None:
        """Let a guard be closing from now on; None when it is not armed, or may be on sale already."""
        if guard.state is not GuardState.ARMED or await may_be_on_sale(session, guard):
            return None
        closing = guard.in_state(GuardState.CLOSING, GuardReason.SELLING)
        await guards.save_guard(session, closing, was=guard, now=self._clock.now(), cause=StepCause.TRIGGERED)
        return closing

    async def _report_end(self, session: DatabaseSession, intent: Intent, message: Message) -> None:
        await append_alert(
            session,
            message,
            user_id=intent.user_id,
            account_id=intent.account_id,
            dedup_key=ending_key(message.kind, intent),
            now=self._clock.now(),
        )

    async def _leave(
        self,
        session: DatabaseSession,
        intent: Intent,
        guard: Guard,
        *,
        was: Guard,
        filled: Decimal,
        cause: StepCause,
    ) -> bool:
        """Write what an exit leaves of its guard; False when that was changed while it was being sold."""
        now = self._clock.now()
        stored = await guards.load_guard(session, guard.guard_id)
        if stored is None:
            # Its row was damaged meanwhile; what it was is known here.
            await guards.overwrite_guard(session, guard, was=was, now=now, cause=cause)
            return True
        if is_as_sold(stored, was):
            await guards.save_guard(session, guard, was=stored, now=now, cause=cause)
            return True
        left = left_of_changed(stored, guard, filled=filled, manual=intent.manual)
        if left != stored:
            await guards.save_guard(session, left, was=stored, now=now, cause=f"{cause}; changed meanwhile")
        return False


async def _load_changed(session: DatabaseSession, guard: Guard, quantity: Decimal, *, step: int) -> Decimal:
    ours = await load_changes_after(session, guard.key, step=step)
    # What a buy brought may be part of the quantity already: counted twice, it would seem to be missing.
    with exact():
        return quantity + sum((change for change in ours if change < ZERO), ZERO)


async def _has_changed(session: DatabaseSession, guard: Guard, trigger: Trigger) -> bool:
    """Return whether an order of ours changed a position since the reading that a manual close was shown by."""
    # Of one that no step dates nothing is known: every order may be later.
    step = trigger.manual.step if trigger.manual else None
    return await has_changed_after(session, guard.key, step=step or 0)


def ending_key(kind: str, intent: Intent) -> str:
    """Return the key of the alert that an exit ended with."""
    return f"{kind}:{intent.intent_id}:{intent.attempt}"
