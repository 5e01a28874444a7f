"""The journal of buys: what an order changes of its guard is written in the transaction of its step."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.alerts.messages import EntryFilled, EntryGivenUp, EntryPending
from engine.alerts.outbox import append_alert, load_written_under
from engine.clock import Clock
from engine.entries import halts_store
from engine.entries.bought import booked_before, bought_of, find_guard, guard_with
from engine.entries.entry_message import describe_late, describe_pending
from engine.guards import store as guards
from engine.guards.guard import Guard
from engine.model.instruments import Instrument, quote_of
from engine.model.money import exact
from engine.model.orders import Order
from engine.orders import store as intents
from engine.orders.balance_verdict import SendBasis
from engine.orders.intents import Intent, IntentKind, IntentStep
from engine.orders.journal import Journal, Written
from engine.orders.order_readings import ROUNDING
from engine.orders.states import IntentEvent
from engine.orders.step_cause import StepCause
from engine.storage.database import Database
from engine.storage.session import DatabaseSession


class EntryJournal:
    """Writes buys with the guards they begin and the alerts they end with, all or nothing."""

    def __init__(self, *, database: Database, clock: Clock, new_id: Callable[[], str]) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id
        #: The buys' orders: each step, whatever it is, guards what has filled by it, and no more.
        self.orders = Journal(database=database, clock=clock, also=self._guard)

    async def plan_and_send(self, intent: Intent, *, basis: SendBasis | None) -> Intent | None:
        """Write down that a buy's order leaves now, which reserves its cash; None where entries are halted.

        `basis` is the reading that the order is based on.
        """
        async with self._database.write() as session:
            if await halts_store.load_halt(session, intent.user_id) is not None:
                return None
            return await self.orders.begin_sent(
                session, intent, cause=StepCause.CONFIRMED, quantity=intent.quantity, basis=basis
            )

    async def conclude(
        self, intent: Intent, order: Order, describe: Callable[[Guard | None], EntryFilled]
    ) -> Written:
        """Write the fills, the intent's end, the guard of what it brought and the alert, all or nothing."""
        async with self._database.write() as session:
            ended = await self.orders.fill(session, intent, order)
            guard = await self._guard(session, intent, ended.intent)
            await self._report(session, ended.intent, describe(guard))
        return ended

    async def give_up(self, intent: Intent, message: EntryGivenUp) -> Intent:
        """End a buy that came to nothing, and tell its owner."""
        async with self._database.write() as session:
            ended = await self.orders.move(session, intent, IntentEvent.REFUSE, cause=StepCause.NOT_BOUGHT)
            await self._report(session, ended.intent, message)
        return ended.intent

    async def book_late(
        self,
        intent: Intent,
        attempt: int,
        order: Order,
        steps: Sequence[IntentStep],
        *,
        instrument: Instrument | None,
    ) -> bool:
        """Write what an order has filled beyond its intent's end, guarded and told once; False where that is nothing."""
        arrived = replace(
            intent.as_attempt(attempt),
            filled_quantity=order.filled_quantity,
            cost=order.cost,
            fee=order.fee,
            fee_asset=order.fee_asset,
        )
        key = f"entry_filled:{intent.intent_id}"
        async with self._database.read() as session:
            reported = await load_written_under(session, key_prefix=key)
        before = booked_before(intent, order, reported)
        with exact():
            if order.filled_quantity - before.filled_quantity <= ROUNDING:
                return False
        message_key = f"{key}:{order.venue_order_id}:{order.filled_quantity.normalize():f}"
        async with self._database.write() as session:
            await self.orders.note_late(session, intent, attempt, order.venue_order_id)
            guard = await self._guard(session, before, arrived)
            message = describe_late(
                arrived, order, guard, steps, before=before, instrument=instrument, heard_at=self._clock.now()
            )
            await self._report(session, arrived, message, key=message_key)
        return True

    async def report_pending(self, intent_id: str) -> None:
        """Tell the owner, once, that it is not known yet what became of a buy, if it is not over."""
        async with self._database.write() as session:
            for intent in await intents.load_intents(session, [intent_id]):
                if not intent.state.is_final:
                    await self._report(session, intent, describe_pending(intent))

    async def load_live(self) -> tuple[Intent, ...]:
        """Return every buy that is not over, oldest first."""
        async with self._database.read() as session:
            live = await intents.load_live_intents(session)
        return tuple(intent for intent in live if intent.kind is IntentKind.ENTRY)

    async def _guard(self, session: DatabaseSession, before: Intent, after: Intent) -> Guard | None:
        """Write the guard of what came since, and return it as it is now; None where nothing of it is guarded."""
        now, was = self._clock.now(), bought_of(before)
        open_guards = await guards.load_open_guards(session, after.account_id)
        guard = find_guard(open_guards, after.position, quote_of(after.symbol))
        changed = guard_with(guard, after, was=was, now=bought_of(after), guard_id=self._new_id(), at=now)
        if changed is not None and changed != guard:
            await guards.save_guard(session, changed, was=guard, now=now, cause="bought")
        return changed

    async def _report(
        self,
        session: DatabaseSession,
        intent: Intent,
        message: EntryFilled | EntryGivenUp | EntryPending,
        *,
        key: str = "",
    ) -> None:
        await append_alert(
            session,
            message,
            user_id=intent.user_id,
            account_id=intent.account_id,
            dedup_key=key or f"{message.kind}:{intent.intent_id}",
            now=self._clock.now(),
        )
