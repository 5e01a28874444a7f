"""Write down what an order filled after its exit was over: reported once, booked, and taken off the guard."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import structlog

from engine import wall_time
from engine.alerts.messages import ExitFilled
from engine.alerts.outbox import append_alert, load_written_under
from engine.clock import Clock
from engine.exits.exit_message import describe_exit
from engine.exits.late_order import LateOrder, late_part, quantity_off_guard, sold_of_guarded
from engine.guards import store as guards
from engine.guards.comparison import quantity_there
from engine.guards.guard import Guard, GuardState, Seen
from engine.market.feed import Markets
from engine.market.rates import fetch_usd_rate
from engine.model.errors import BrokerError
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import AccountReport
from engine.model.instruments import quote_of
from engine.model.money import ZERO, exact
from engine.model.orders import Fill, Order
from engine.orders import fills_store as fill_rows
from engine.orders.intents import Intent, StepNote
from engine.orders.journal import Journal
from engine.orders.states import IntentState
from engine.storage.database import Database
from engine.storage.session import DatabaseSession

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _LatePart:
    """What one order filled that was not reported yet."""

    late: LateOrder
    #: As it was when the order left.
    guard: Guard
    order: Order
    #: What was reported of the order before.
    reported: tuple[ExitFilled, ...]
    key_prefix: str
    #: How much of it was guarded.
    guarded: Decimal

    @property
    def key(self) -> str:
        """Return the key of its alert, by all that has filled late with it."""
        with exact():
            quantity = sum((message.quantity for message in self.reported), self.order.filled_quantity)
        return f"{self.key_prefix}{quantity.normalize():f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """What late orders sold of a guarded position since it was last seen, and how much of that was taken off its guard."""

    seen: Seen | None
    sold: tuple[Decimal, ...] = ()
    quantity: Decimal = ZERO


class LateBooking:
    """Books late orders, each quantity of them once."""

    def __init__(self, *, database: Database, journal: Journal, markets: Markets, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._markets = markets
        self._clock = clock
        #: By guard.
        self._taken = dict[str, _Taken]()

    async def book(self, late: LateOrder, report: AccountReport) -> None:
        """Book and report what an order filled beyond the reported fills, if anything."""
        part = await self._gather(late)
        if part is None:
            return
        rate = await self._rate(part.guard, part.order)
        message = _describe(part, rate=rate, heard_at=self._clock.now())
        if await self._write(part, message, report):
            log.critical(
                "an order filled on after its exit"
                if late.is_booked
                else "an order that was given up has filled",
                order=late.order_id,
                client_order_id=part.order.client_order_id,
                filled=f"{part.order.filled_quantity:f}",
            )

    async def _gather(self, late: LateOrder) -> _LatePart | None:
        """Return what is to be booked of an order; None where that is nothing."""
        intent, prefix = late.intent, f"{late_fill_prefix(late.intent)}{late.attempt}:"
        async with self._database.read() as session:
            guard = await guards.load_guard(session, intent.guard_id) if intent.guard_id else None
            fills = await self._load_fills(session, late)
            written = await load_written_under(session, key_prefix=prefix)
            of_all = await load_written_under(session, key_prefix=late_fill_prefix(intent))
        reported = tuple(message for message in written if isinstance(message, ExitFilled))
        order = late_part(late, fills, reported) if fills else None
        if guard is None or intent.trigger is None or order is None:
            return None
        # What was guarded when it left: its guard may be over.
        left_with = replace(guard, quantity=intent.trigger.quantity, cost=intent.trigger.cost)
        with exact():
            booked = intent.filled_quantity if intent.state is IntentState.FILLED else ZERO
            before = sum((one.quantity for one in of_all if isinstance(one, ExitFilled)), booked)
        guarded = sold_of_guarded(intent.trigger, before=before, filled=order.filled_quantity)
        return _LatePart(
            late=late,
            guard=left_with,
            order=order,
            reported=reported,
            key_prefix=prefix,
            guarded=guarded,
        )

    async def _write(self, part: _LatePart, message: ExitFilled, report: AccountReport) -> bool:
        """Store the report and what stays guarded; False where that is stored already."""
        late, intent = part.late, part.late.intent
        async with self._database.write() as session:
            is_new = await append_alert(
                session,
                message,
                user_id=intent.user_id,
                account_id=intent.account_id,
                dedup_key=part.key,
                now=self._clock.now(),
            )
            if not is_new:
                return False
            await self._journal.note_late(session, intent, late.attempt, late.order_id)
            taken = await self._reduce_guard(session, intent, part.guarded, report)
        # Only what is written down was taken.
        self._taken.update(taken)
        return True

    @staticmethod
    async def _load_fills(session: DatabaseSession, late: LateOrder) -> tuple[Fill, ...]:
        fills = [
            fill
            for order_id in (late.order_id, *late.successors)
            for fill in await fill_rows.load_order_fills(session, late.intent.account_id, order_id)
        ]
        return wall_time.oldest_first(fills, lambda fill: fill.at)

    async def _rate(self, guard: Guard, order: Order) -> Decimal | None:
        """Return what one unit of the money it brought was worth in the guard's own then; None is unknown."""
        brought, own = (quote_of(symbol) for symbol in (order.symbol, guard.symbol))
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
        self, session: DatabaseSession, intent: Intent, filled: Decimal, report: AccountReport
    ) -> Mapping[str, _Taken]:
        """Take what it sold off the guard of its position, unless that was found missing there before."""
        guard = await guards.load_open_guard(session, intent.position)
        if guard is None or guard.state is GuardState.CLOSING:
            return {}
        seen, before = await guards.load_seen(session, guard.guard_id), self._taken.get(guard.guard_id)
        if before is None or before.seen != seen:
            before = _Taken(seen=seen)
        sold = (*before.sold, filled)
        off = quantity_off_guard(
            sold,
            seen=None if seen is None else seen.quantity,
            there=quantity_there(report, guard),
            taken=before.quantity,
        )
        reduced = guard.reduced_by(off)
        with exact():
            taken = {guard.guard_id: _Taken(seen=seen, sold=sold, quantity=before.quantity + off)}
        if reduced.quantity == guard.quantity:
            return taken
        if reduced.state is GuardState.CLOSED:
            reduced = reduced.closed(GuardReason.SOLD)
        await guards.save_guard(
            session, reduced, was=guard, now=self._clock.now(), cause=StepNote.FILLED_LATE
        )
        return taken


def _describe(part: _LatePart, *, rate: Decimal | None, heard_at: datetime) -> ExitFilled:
    late = part.late
    message = describe_exit(
        late.intent.as_attempt(late.attempt),
        part.guard,
        part.order,
        cancelled=(),
        dust=None,
        found_later=True,
        may_be_owners=late.may_be_owners or any(one.may_be_owners for one in part.reported),
        heard_at=heard_at,
        rate=rate,
    )
    return replace(message, is_rest=late.is_booked or bool(part.reported))


def late_fill_prefix(intent: Intent) -> str:
    """Return what the keys of all alerts of an exit's late fills begin with."""
    return f"late_fill:{intent.intent_id}:"
