"""Write down what an order filled after its exit was over: told once, booked, and taken off the guard."""

from dataclasses import replace
from decimal import Decimal

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from engine import wall_time
from engine.alerts.messages import ExitFilled
from engine.alerts.outbox import append_alert, load_written_under
from engine.clock import Clock
from engine.exits.exit_journal import ExitJournal
from engine.exits.exit_message import describe_exit
from engine.exits.late_order import LateOrder, late_part
from engine.guards import store as guards
from engine.guards.following import quantity_there
from engine.guards.guard import Guard, GuardState
from engine.market.feed import Markets
from engine.market.rates import fetch_usd_rate
from engine.model.errors import BrokerError
from engine.model.holdings import AccountReport
from engine.model.money import ZERO, exact
from engine.model.orders import Fill, Order
from engine.orders import fills_store as fill_rows
from engine.orders.intents import Intent, StepNote
from engine.orders.states import client_order_id
from engine.storage.database import Database

log = structlog.get_logger(__name__)


class LateBooking:
    """Books late orders, each quantity of them once."""

    def __init__(self, *, database: Database, journal: ExitJournal, markets: Markets, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._markets = markets
        self._clock = clock

    async def book(self, late: LateOrder, report: AccountReport) -> None:
        """Book and tell what an order filled beyond what was told of it; nothing where that is nothing."""
        intent = late.intent
        async with self._database.read() as session:
            guard = await guards.load_guard(session, intent.guard_id) if intent.guard_id else None
            fills = await self._load_fills(session, late)
            prefix = f"{late_fill_prefix(intent)}{late.attempt}:"
            written = await load_written_under(session, key_prefix=prefix)
            told = [message for message in written if isinstance(message, ExitFilled)]
            order = late_part(late, fills, told) if fills else None
            if guard is None or intent.trigger is None or order is None:
                return
            with exact():
                late_quantity = sum((message.quantity for message in told), order.filled_quantity)
            key = f"{prefix}{late_quantity.normalize():f}"
        rate = await self._rate(guard, order)
        async with self._database.write() as session:
            message = describe_exit(
                replace(intent, client_order_id=client_order_id(intent.intent_id, late.attempt)),
                # What was guarded when it left: its guard may be over.
                replace(guard, quantity=intent.trigger.quantity, cost=intent.trigger.cost),
                order,
                cancelled=(),
                dust=None,
                found_later=True,
                may_be_owners=late.may_be_owners or any(one.may_be_owners for one in told),
                heard_at=self._clock.now(),
                rate=rate,
            )
            message = replace(message, is_rest=late.is_booked or bool(told))
            is_new = await append_alert(
                session,
                message,
                user_id=intent.user_id,
                account_id=intent.account_id,
                dedup_key=key,
                now=self._clock.now(),
            )
            if not is_new:
                return
            await self._journal.note_late(session, intent, late.attempt, late.order_id)
            await self._reduce_guard(session, intent, order.filled_quantity, report)
        log.critical(
            "an order filled on after its exit"
            if late.is_booked
            else "an order that was given up has filled",
            order=late.order_id,
            client_order_id=order.client_order_id,
            filled=f"{order.filled_quantity:f}",
        )

    @staticmethod
    async def _load_fills(session: AsyncSession, late: LateOrder) -> tuple[Fill, ...]:
        fills = [
            fill
            for order_id in (late.order_id, *late.successors)
            for fill in await fill_rows.load_order_fills(session, late.intent.account_id, order_id)
        ]
        return wall_time.oldest_first(fills, lambda fill: fill.at)

    async def _rate(self, guard: Guard, order: Order) -> Decimal | None:
        """Return what one unit of the money it brought was worth in the guard's own then; None is unknown."""
        brought, own = (symbol.partition("/")[2] for symbol in (order.symbol, guard.symbol))
        if brought == own:
            return Decimal(1)
        at = order.fills[-1].at
        try:
            worth, of = [
                await fetch_usd_rate(self._markets[guard.venue], currency, at) for currency in (brought, own)
            ]
        except BrokerError:
            return None
        return worth / of if worth and of else None

    async def _reduce_guard(
        self, session: AsyncSession, intent: Intent, filled: Decimal, report: AccountReport
    ) -> None:
        """Take what it sold off the guard of its position, unless that was found missing there before."""
        guard = await guards.load_open_guard(session, intent.position)
        if guard is None or guard.state is GuardState.CLOSING:
            return
        seen = await guards.load_seen(session, guard.guard_id)
        with exact():
            missing = filled if seen is None else max(seen.quantity - quantity_there(report, guard), ZERO)
            left = max(guard.quantity - min(filled, missing), ZERO)
        if left == guard.quantity:
            return
        reduced = guard.with_quantity(left)
        if reduced.state is GuardState.CLOSED:
            reduced = replace(reduced, state_reason="sold")
        await guards.save_guard(
            session, reduced, was=guard, now=self._clock.now(), cause=StepNote.FILLED_LATE
        )


def late_fill_prefix(intent: Intent) -> str:
    """Return what the keys of all alerts of an exit's late fills begin with."""
    return f"late_fill:{intent.intent_id}:"
