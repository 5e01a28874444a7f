"""Buys that fill, or fill on, behind their end: booked, guarded and told as soon as the venue shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from engine import wall_time
from engine.brokers.base import Broker
from engine.clock import Clock
from engine.entries.entry_journal import EntryJournal
from engine.guards import store as guards
from engine.market.feed import Markets
from engine.model.errors import BrokerError
from engine.model.guard_reasons import TO_BE_COMPARED
from engine.model.orders import ClientOrderId, Fill, VenueOrderId
from engine.model.venues import Account
from engine.orders import fills_store as fill_rows
from engine.orders import store as intents
from engine.orders.intents import Intent, IntentKind, IntentStep
from engine.orders.late_orders_store import load_filled_otherwise, load_given_up
from engine.orders.lookup import LOOKUP_WINDOW, lookup_start
from engine.orders.order_readings import with_trade_totals
from engine.orders.our_orders import replacements
from engine.orders.states import IntentState, client_order_id
from engine.orders.unproven import ended_short, late_orders, orders_of_attempts, unproven_attempts
from engine.orders.unreadable_order import unread_order
from engine.storage.database import Database

log = structlog.get_logger(__name__)


class LateBuys:
    """Looks for buys that were given up while an account shows purchases of no known order, and for more of those that ended short."""

    def __init__(
        self,
        *,
        database: Database,
        journal: EntryJournal,
        brokers: Mapping[str, Broker],
        markets: Markets,
        clock: Clock,
    ) -> None:
        self._database = database
        self._journal = journal
        self._brokers = brokers
        self._markets = markets
        self._clock = clock
        #: By intent: orders that were read and carry another id than its own.
        self._others = dict[str, frozenset[str]]()

    async def book(self, account: Account) -> None:
        """Book what arrived of an account's buys after all: of those that were given up, and that ended short."""
        for intent in await self._load_ended(account.account_id):
            steps = await self._journal.orders.load_steps(intent.intent_id)
            found = await self._find(intent, steps)
            for order_id, attempt in {**_known_orders(intent, steps), **found}.items():
                await self._book_order(intent, attempt, VenueOrderId(order_id), steps)

    async def _load_ended(self, account_id: str) -> list[Intent]:
        """Return the latest buys that may yet get a fill that they did not end with.

        Those of a position wait whose guard does until it is known whether this database and account are the ones.
        """
        kind = IntentKind.ENTRY
        async with self._database.read() as session:
            given_up = await load_given_up(session, account_id, kind=kind)
            short = filter(ended_short, await load_filled_otherwise(session, account_id, kind=kind))
            open_guards = await guards.load_open_guards(session, account_id)
        waiting = {one.key for one in open_guards if one.reason in TO_BE_COMPARED}
        ended = {intent.intent_id: intent for intent in (*given_up, *short)}
        return [
            intent for intent in ended.values() if intent.position not in waiting and self._is_recent(intent)
        ]

    async def _book_order(
        self, intent: Intent, attempt: int, order_id: VenueOrderId, steps: Sequence[IntentStep]
    ) -> None:
        """Book what an order of a buy filled beyond what is booked of it, by all fills that are known."""
        order = unread_order(replace(intent.as_attempt(attempt), venue_order_id=order_id))
        fills = await self._load_fills(intent, order_id, steps)
        if order is None or not fills:
            return
        whole = with_trade_totals(order, fills, intent.quantity)
        instrument = self._markets[intent.venue].kept_instrument(intent.symbol)
        if await self._journal.book_late(intent, attempt, whole, steps, instrument=instrument):
            log.critical("a buy filled behind its end", order=order_id)

    async def _load_fills(
        self, intent: Intent, order_id: VenueOrderId, steps: Sequence[IntentStep]
    ) -> tuple[Fill, ...]:
        """Return the known fills of an order and of those that the venue put in its place, oldest first."""
        successors = replacements(steps) if order_id == intent.venue_order_id else ()
        async with self._database.read() as session:
            fills = [
                fill
                for one in (order_id, *successors)
                for fill in await fill_rows.load_order_fills(session, intent.account_id, one)
            ]
        return wall_time.oldest_first(fills, lambda fill: fill.at)

    async def _find(self, intent: Intent, steps: Sequence[IntentStep]) -> dict[str, int]:
        """Return the orders of attempts that were given up, as the venue attributes what was bought since."""
        known = {*orders_of_attempts(intent.venue, steps).values(), *late_orders(steps).values()}
        wanted = {
            client_order_id(intent.intent_id, attempt): attempt
            for attempt in unproven_attempts(intent.venue, steps)
            if attempt not in known
        }
        if not wanted:
            return {}
        found, others = dict[str, int](), self._others.get(intent.intent_id, frozenset())
        for order_id in sorted(await self._unknown_purchases(intent) - others):
            carried = await self._read_id(intent, VenueOrderId(order_id))
            if carried in wanted:
                found[order_id] = wanted[carried]
            elif carried:
                others |= {order_id}
        self._others[intent.intent_id] = others
        return found

    async def _read_id(self, intent: Intent, order_id: VenueOrderId) -> ClientOrderId | None:
        """Return the client order id that an order carries; None where it shows none, or cannot be read."""
        try:
            order = await self._brokers[intent.account_id].fetch_order(order_id, intent.symbol)
        except BrokerError:
            # Asked again with the next reading.
            return None
        return order.client_order_id

    async def _unknown_purchases(self, intent: Intent) -> frozenset[str]:
        """Return the orders that bought its asset since, and that are not known as ours."""
        since = lookup_start(intent, self._clock.now())
        async with self._database.read() as session:
            ours = await intents.load_order_ids(session, intent.account_id)
            fills = await fill_rows.load_fills(session, intent.account_id, asset=intent.asset)
        return frozenset(
            fill.venue_order_id
            for fill in fills
            if fill.venue_order_id not in ours
            and (fill.base, fill.side, fill.margin) == (intent.asset, intent.side, False)
            and not wall_time.is_before(fill.at, since)
        )

    def _is_recent(self, intent: Intent) -> bool:
        age = wall_time.age(intent.updated_at, self._clock.now())
        return age is None or age < LOOKUP_WINDOW


def _known_orders(intent: Intent, steps: Sequence[IntentStep]) -> dict[str, int]:
    """Return the venue's ids of the orders of a buy that are known, each with its attempt.

    None of one that was set aside: another database, or another account, has what it filled.
    """
    if intent.state is IntentState.SUPERSEDED:
        return {}
    known = {**orders_of_attempts(intent.venue, steps), **late_orders(steps)}
    return {**known, intent.venue_order_id: intent.attempt} if intent.venue_order_id else known
