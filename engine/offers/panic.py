"""The panic: one press halts entries and closes every position that can be sold, over a restart too."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TypeAlias

import structlog

from engine.alerts.messages import PanicInterrupted
from engine.alerts.outbox import append_alert
from engine.clock import Clock
from engine.exits.manual_close import MANUAL_CLOSE_VALID
from engine.failures import Failures
from engine.model.venues import Venue
from engine.offers.closing_buttons import PANIC, PANIC_BUTTON, ShownSales
from engine.offers.closing_plan import ClosePlan, plan_closing
from engine.offers.closing_preview import CloseLine, ClosePreview, ObstacleKind, Selling
from engine.offers.closing_reader import ClosingReader
from engine.offers.closing_sales import ClosingSales
from engine.offers.outcomes import Nothing, Rejected
from engine.offers.panic_preview import PanicBegun, PanicPreview
from engine.offers.panic_store import Panic, UnfinishedPanic, finish, load_unfinished, save_unfinished
from engine.orders.intents import IntentKind
from engine.orders.store import load_live_intents
from engine.portfolio.service import PortfolioService
from engine.storage.database import Database
from engine.storage.session import DatabaseSession
from engine.tasks import Tasks

#: Stops a user's entries within a transaction.
HaltEntries: TypeAlias = Callable[[DatabaseSession, int], Awaitable[None]]

log = structlog.get_logger(__name__)

#: What could not be read or begun is tried again after so long.
AGAIN_AFTER = timedelta(seconds=5)

#: What a further reading, or a broker that answers again, ends.
_PASSING = frozenset(
    {
        ObstacleKind.UNREAD_SALE,
        ObstacleKind.CHANGED,
        ObstacleKind.NOT_WRITTEN,
        ObstacleKind.KEY_UNCERTAIN,
        ObstacleKind.NO_ANSWER,
        ObstacleKind.ORDERS_UNREAD,
        ObstacleKind.ORDERS_LATE,
        ObstacleKind.LISTING_UNKNOWN,
        ObstacleKind.PRICE_UNREAD,
        ObstacleKind.PRICE_LATE,
    }
)


class PanicService:
    """Answers `/panic` and its button; what the press or a stop of the process left is gone on with for a minute."""

    def __init__(
        self,
        *,
        portfolio: PortfolioService,
        reader: ClosingReader,
        sales: ClosingSales,
        halt_entries: HaltEntries,
        database: Database,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self._portfolio = portfolio
        self._reader = reader
        self._sales = sales
        self._halt_entries = halt_entries
        self._database = database
        self._clock = clock
        self._tasks = tasks

    async def offer(self, user_id: int) -> PanicPreview:
        """Show what the button halts, and what it would sell and bring now; it halts where nothing can be sold too."""
        plans = await self._plan(user_id)
        now = self._clock.now()
        sales = tuple(sale for plan in plans if (sale := plan.shown) is not None)
        async with self._database.write() as session:
            confirmation_id = await PANIC_BUTTON.store(
                session,
                ShownSales(positions=sales),
                user_id=user_id,
                action=PANIC,
                now=now,
                valid_for=MANUAL_CLOSE_VALID,
            )
        closing = ClosePreview(
            lines=tuple(plan.line for plan in plans),
            confirmation_id=confirmation_id,
            as_of=now,
            expires_at=now + MANUAL_CLOSE_VALID,
        )
        return PanicPreview(closing=closing, unread=self._portfolio.troubles(user_id))

    async def press(self, user_id: int, confirmation_id: str) -> PanicBegun | Nothing:
        """Halt entries, whatever can be sold; then sell all that can be, at whatever price there is by then."""
        now = self._clock.now()
        async with self._database.write() as session:
            used = await PANIC_BUTTON.use(session, confirmation_id, user_id=user_id, now=now)
            if isinstance(used, Rejected):
                return Nothing(why=used)
            await self._halt_entries(session, user_id)
            unfinished = await save_unfinished(session, Panic(at=now), user_id=user_id)
        selling = await self._sell(user_id)
        goes_on = self._is_incomplete(user_id, selling)
        async with self._database.write() as session:
            if not goes_on:
                await finish(session, unfinished.confirmation_id, now=self._clock.now())
            buys = [one for one in await load_live_intents(session) if one.kind is IntentKind.ENTRY]
        if goes_on:
            # A process that is stopping leaves it to the next one.
            self._tasks.spawn(f"panic {unfinished.confirmation_id}", partial(self._go_on, unfinished))
        return PanicBegun(
            selling=selling,
            unread=self._portfolio.troubles(user_id),
            goes_on_until=unfinished.expires_at if goes_on else None,
            buys=tuple(f"{one.symbol} at {one.venue.label}" for one in buys if one.user_id == user_id),
        )

    async def resume(self) -> None:
        """Go on with what a stop of the process cut off; what is too old is not sold any more, and its owner is told."""
        async with self._database.read() as session:
            found = await load_unfinished(session)
        for unfinished in found:
            await self._resume(unfinished)

    async def _go_on(self, unfinished: UnfinishedPanic) -> None:
        await self._clock.sleep(AGAIN_AFTER.total_seconds())
        await self._resume(unfinished, was_stopped=False)

    async def _resume(self, unfinished: UnfinishedPanic, *, was_stopped: bool = True) -> None:
        in_time = unfinished.is_open(self._clock.now())
        message = PanicInterrupted(at=unfinished.panic.at, in_time=in_time, was_stopped=was_stopped)
        if message.in_time:
            selling = await self._sell_while_open(unfinished)
            message = _with_sales(message, selling, unread=self._portfolio.troubles(unfinished.user_id))
        async with self._database.write() as session:
            await finish(session, unfinished.confirmation_id, now=self._clock.now())
            is_empty = message.in_time and not (message.selling or message.left or message.unread)
            if was_stopped and is_empty:
                # Each sale told of itself.
                return
            await append_alert(
                session,
                message,
                user_id=unfinished.user_id,
                account_id=None,
                dedup_key=f"panic {unfinished.confirmation_id}",
                now=self._clock.now(),
            )

    async def _sell_while_open(self, unfinished: UnfinishedPanic) -> Selling:
        """Sell what can be sold; what cannot be read or begun yet is tried again while there is time."""
        begun = list[CloseLine]()
        while True:
            selling = await self._sell(unfinished.user_id)
            begun += selling.lines
            is_complete = not self._is_incomplete(unfinished.user_id, selling)
            if is_complete or not unfinished.is_open(self._clock.now() + AGAIN_AFTER):
                return replace(selling, lines=tuple(begun))
            await self._clock.sleep(AGAIN_AFTER.total_seconds())

    def _is_incomplete(self, user_id: int, selling: Selling) -> bool:
        return bool(self._portfolio.troubles(user_id)) or any(map(_may_pass, selling.left_out))

    async def _sell(self, user_id: int) -> Selling:
        """Sell at every venue at once, so that one that is waited for holds up no other."""
        failures, sold = Failures(), list[Selling]()

        async def sell_at(venue: Venue) -> None:
            with failures.turn_of(venue.label):
                sold.append(await self._sales.try_to_begin(await self._plan(user_id, venue), failures))

        await asyncio.gather(*(sell_at(venue) for venue in self._venues(user_id)))
        try:
            failures.raise_together("not every sale was begun")
        except ExceptionGroup:
            # It is tried again, and its owner is told what was not begun.
            log.exception("not every sale of a panic was begun")
        return Selling(
            lines=tuple(line for one in sold for line in one.lines),
            left_out=tuple(line for one in sold for line in one.left_out),
            written_down=tuple(line for one in sold for line in one.written_down),
        )

    async def _plan(self, user_id: int, venue: Venue | None = None) -> list[ClosePlan]:
        positions = [one for one in await self._portfolio.find(user_id, None, venue) if one.quantity]
        facts = await self._reader.read(positions)
        return [replace(plan_closing(one), at_any_price=True) for one in facts]

    def _venues(self, user_id: int) -> list[Venue]:
        return sorted(set(self._portfolio.venues(user_id).values()))


def _with_sales(message: PanicInterrupted, selling: Selling, *, unread: tuple[str, ...]) -> PanicInterrupted:
    """Add what is being sold by now, whoever began it, what cannot be, and who does not answer."""
    under_way = (line for line in selling.left_out if _is_being_sold(line))
    begun = dict.fromkeys(map(_name, (*selling.lines, *under_way)))
    left = dict.fromkeys(map(_name, selling.left_out))
    return replace(
        message,
        selling=tuple(begun),
        left=tuple(name for name in left if name not in begun),
        unread=unread,
    )


def _may_pass(line: CloseLine) -> bool:
    return line.obstacle is not None and line.obstacle.kind in _PASSING


def _is_being_sold(line: CloseLine) -> bool:
    return line.obstacle is not None and line.obstacle.kind is ObstacleKind.BEING_SOLD


def _name(line: CloseLine) -> str:
    return f"{line.symbol} at {line.venue.label}"
