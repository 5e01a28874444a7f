"""Buys that fill, or fill on, behind their end: booked, guarded and told as soon as the venue shows it."""

from collections.abc import Mapping

import structlog

from engine import wall_time
from engine.brokers.base import Broker, Priority
from engine.clock import Clock
from engine.entries.entry_journal import EntryJournal
from engine.model.errors import BrokerError
from engine.model.money import exact
from engine.model.orders import Order, quantity_of
from engine.model.venues import Account
from engine.orders import fills_store as fill_rows
from engine.orders import store as intents
from engine.orders.intents import Intent, IntentKind
from engine.orders.late_orders_store import load_filled_otherwise, load_given_up
from engine.orders.lookup import LOOKUP_WINDOW, Found, OrderLookup, fetch_trades, lookup_start
from engine.orders.order_readings import ROUNDING, with_trade_totals
from engine.orders.unproven import ended_short, late_orders, unproven_attempts
from engine.orders.unreadable_order import unread_order
from engine.storage.database import Database

log = structlog.get_logger(__name__)


class LateBuys:
    """Looks for buys that were given up while an account shows purchases of no known order, and for more of those that ended short."""

    def __init__(
        self, *, database: Database, journal: EntryJournal, brokers: Mapping[str, Broker], clock: Clock
    ) -> None:
        self._database = database
        self._journal = journal
        self._brokers = brokers
        self._clock = clock
        self._lookup = OrderLookup(journal=journal.orders, clock=clock)
        #: By intent: orders of others that are not the one.
        self._others = dict[str, frozenset[str]]()

    async def book(self, account: Account) -> None:
        """Book what arrived of an account's buys after all: of those that were given up, and that ended short."""
        kind = IntentKind.ENTRY
        async with self._database.read() as session:
            given_up = await load_given_up(session, account.account_id, kind=kind)
            short = filter(ended_short, await load_filled_otherwise(session, account.account_id, kind=kind))
        for intent in filter(self._is_recent, given_up):
            await self._book_one(intent, self._brokers[account.account_id])
        for intent in filter(self._is_recent, short):
            await self._book_rest(intent)

    def _is_recent(self, intent: Intent) -> bool:
        age = wall_time.age(intent.updated_at, self._clock.now())
        return age is None or age < LOOKUP_WINDOW

    async def _book_rest(self, intent: Intent) -> None:
        """Book what an order filled beyond what was reported as its end."""
        order = unread_order(intent)
        if order is None:
            return
        async with self._database.read() as session:
            fills = await fill_rows.load_order_fills(session, intent.account_id, order.venue_order_id)
        with exact():
            rest = quantity_of(fills) - intent.filled_quantity
        if rest <= ROUNDING:
            return
        steps = await self._journal.orders.load_steps(intent.intent_id)
        if order.venue_order_id not in late_orders(steps):
            whole = with_trade_totals(order, fills, intent.quantity)
            await self._journal.book_late(intent, intent.attempt, whole, steps)
            log.critical("a buy filled on after its end", order=order.venue_order_id)

    async def _book_one(self, intent: Intent, broker: Broker) -> None:
        others = await self._others_purchases(intent)
        if others <= self._others.get(intent.intent_id, frozenset()):
            return
        steps = await self._journal.orders.load_steps(intent.intent_id)
        open_attempts = [
            one for one in unproven_attempts(intent.venue, steps) if one not in late_orders(steps).values()
        ]
        try:
            for attempt in open_attempts:
                order = await self._find(intent.as_attempt(attempt), broker)
                if order is not None:
                    await self._journal.book_late(intent, attempt, order, steps)
                    log.critical("a buy that was given up has filled", order=order.venue_order_id)
        except BrokerError:
            # Asked again with the next reading.
            return
        self._others[intent.intent_id] = others

    async def _find(self, sent: Intent, broker: Broker) -> Order | None:
        """Return the order of an attempt with what filled of it; None where that is nothing, or not surely ours.

        Raises:
            BrokerError: the venue does not answer.

        """
        found = await self._lookup.find(sent, broker, priority=Priority.READ)
        if not isinstance(found, Found) or found.order.client_order_id != sent.client_order_id:
            return None
        fills = await fetch_trades(sent, found.order, broker, now=self._clock.now(), priority=Priority.READ)
        order = with_trade_totals(found.order, fills or (), sent.quantity)
        return order if order.status.is_final and order.average_price else None

    async def _others_purchases(self, intent: Intent) -> frozenset[str]:
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
