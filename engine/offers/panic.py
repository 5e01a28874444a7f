"""The panic: one press halts entries and closes every position that can be sold, over a restart too."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

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

#: Stops a user's entries within a transaction.
HaltEntries: TypeAlias = Callable[[DatabaseSession, int], Awaitable[None]]

#: After a start, a broker that does not answer is asked again after so long.
AGAIN_AFTER = timedelta(seconds=5)

#: Somebody sells it, or has.
_UNDER_WAY = frozenset({ObstacleKind.BEING_SOLD, ObstacleKind.UNREAD_SALE, ObstacleKind.CHANGED})
#: What a broker that answers again ends.
_PASSING = frozenset(
    {
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
    """Answers `/panic` and its button; a panic that a stop of the process cut off is gone on with at the next start."""

    def __init__(
        self,
        *,
        portfolio: PortfolioService,
        reader: ClosingReader,
        sales: ClosingSales,
        halt_entries: HaltEntries,
        database: Database,
        clock: Clock,
    ) -> None:
        self._portfolio = portfolio
        self._reader = reader
        self._sales = sales
        self._halt_entries = halt_entries
        self._database = database
        self._clock = clock

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
        async with self._database.write() as session:
            await finish(session, unfinished, now=self._clock.now())
            buys = [one for one in await load_live_intents(session) if one.kind is IntentKind.ENTRY]
        return PanicBegun(
            selling=selling,
            unread=self._portfolio.troubles(user_id),
            buys=tuple(f"{one.symbol} at {one.venue.label}" for one in buys if one.user_id == user_id),
        )

    async def resume(self) -> None:
        """Go on with what a stop of the process cut off; what is too old is not sold any more, and its owner is told."""
        async with self._database.read() as session:
            found = await load_unfinished(session)
        for unfinished in found:
            await self._resume(unfinished)

    async def _resume(self, unfinished: UnfinishedPanic) -> None:
        message = PanicInterrupted(at=unfinished.panic.at, in_time=unfinished.is_open(self._clock.now()))
        if message.in_time:
            selling = await self._sell_while_open(unfinished)
            message = _with_sales(message, selling, unread=self._portfolio.troubles(unfinished.user_id))
        async with self._database.write() as session:
            await finish(session, unfinished.confirmation_id, now=self._clock.now())
            if message.in_time and not (message.selling or message.left or message.unread):
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
        """Sell what can be sold; just after a start a broker may not answer yet, which is asked again while there is time."""
        begun = list[CloseLine]()
        while True:
            selling = await self._sell(unfinished.user_id)
            begun += selling.lines
            is_complete = not (
                self._portfolio.troubles(unfinished.user_id) or any(map(_may_pass, selling.left_out))
            )
            if is_complete or not unfinished.is_open(self._clock.now() + AGAIN_AFTER):
                return replace(selling, lines=tuple(begun))
            await self._clock.sleep(AGAIN_AFTER.total_seconds())

    async def _sell(self, user_id: int) -> Selling:
        """Sell at every venue at once, so that one that is waited for holds up no other.

        Raises:
            ExceptionGroup: sales that could not be begun; every other one was.

        """
        failures, sold = Failures(), list[Selling]()

        async def sell_at(venue: Venue) -> None:
            with failures.turn_of(venue.label):
                sold.append(await self._sales.begin(await self._plan(user_id, venue)))

        await asyncio.gather(*(sell_at(venue) for venue in self._venues(user_id)))
        failures.raise_together("not every sale was begun")
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
    begun = [*selling.lines, *(line for line in selling.left_out if _is_of(line, _UNDER_WAY))]
    return replace(
        message,
        selling=tuple(dict.fromkeys(map(_name, begun))),
        left=tuple(_name(line) for line in selling.left_out if not _is_of(line, _UNDER_WAY)),
        unread=unread,
    )


def _may_pass(line: CloseLine) -> bool:
    return _is_of(line, _PASSING)


def _is_of(line: CloseLine, kinds: frozenset[ObstacleKind]) -> bool:
    return line.obstacle is not None and line.obstacle.kind in kinds


def _name(line: CloseLine) -> str:
    return f"{line.symbol} at {line.venue.label}"
