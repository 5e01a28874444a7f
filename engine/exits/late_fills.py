"""Fills that an exit did not end with, reported once it is over: booked and reported as what they are, sales of NIJA."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from engine import wall_time
from engine.brokers.base import Broker, Priority
from engine.clock import Clock
from engine.exits.exit_journal import ExitJournal
from engine.exits.late_booking import LateBooking
from engine.exits.late_order import LateOrder, is_certain
from engine.failures import Failures
from engine.guards import store as guards
from engine.market.feed import Markets
from engine.model.errors import BrokerError, MisconfiguredError, RefusalReason, RefusedError
from engine.model.guard_reasons import TO_BE_COMPARED
from engine.model.holdings import AccountReport
from engine.model.orders import VenueOrderId
from engine.orders import fills_store as fill_rows
from engine.orders import store as intents
from engine.orders.intents import Intent
from engine.orders.late_orders_store import load_filled_otherwise, load_given_up
from engine.orders.lookup import LOOKUP_WINDOW, Found, OrderLookup, lookup_start, may_be_owners
from engine.orders.our_orders import replacements
from engine.orders.states import IntentState
from engine.orders.unproven import (
    ended_short,
    first_sent_at,
    late_orders,
    orders_of_attempts,
    unproven_attempts,
)
from engine.storage.database import Database
from engine.storage.readable import UnreadableRecordError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """A given up attempt that is looked up by our id."""

    intent: Intent
    #: The intent as it was when the attempt left.
    sent: Intent
    left_at: datetime | None
    #: The orders that traded since and are not known as ours.
    external_orders: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LateOutcome:
    """What is not known yet of the attempts that were given up; all other assets are not concerned."""

    #: By asset, why the venue does not report whose order has filled: what is traded in it may be ours.
    unattributed: Mapping[str, BrokerError]
    #: Assets of which something went wrong.
    unbooked: frozenset[str]

    @property
    def open_assets(self) -> frozenset[str]:
        """Return the assets in which an order of ours may have filled that is not booked."""
        return self.unbooked | self.unattributed.keys()


class LateFills:
    """Looks for them among the fills of an account, once their exit is over: before, the exit seeks them itself."""

    def __init__(
        self,
        *,
        database: Database,
        journal: ExitJournal,
        brokers: Mapping[str, Broker],
        markets: Markets,
        clock: Clock,
    ) -> None:
        self._database = database
        self._brokers = brokers
        self._clock = clock
        self._orders = journal.orders
        self._lookup = OrderLookup(journal=journal.orders, clock=clock)
        self._booking = LateBooking(database=database, journal=journal.orders, markets=markets, clock=clock)
        #: By client order id: orders with fills that are not the one.
        self._others = dict[str, frozenset[str]]()

    async def book(self, report: AccountReport, failures: Failures) -> LateOutcome:
        """Book every fill of an exit that it did not end with; each quantity is reported once.

        They are of attempts that it gave up, or of its last order, reported as over before it was. What goes wrong
        with one exit is left in `failures` and keeps no other from being booked.
        """
        ended = await self._load_ended(report.account.account_id)
        unattributed, done = dict[str, BrokerError](), set[str]()
        for intent in ended:
            with failures.turn_of(f"late fills of {intent.intent_id}"):
                await self._book_all(intent, report, unattributed)
                done.add(intent.intent_id)
        unbooked = frozenset(intent.asset for intent in ended if intent.intent_id not in done)
        return LateOutcome(unattributed=unattributed, unbooked=unbooked)

    async def _book_all(
        self, intent: Intent, report: AccountReport, unattributed: dict[str, BrokerError]
    ) -> None:
        try:
            if await self._is_to_be_compared(intent):
                return
            for late in await self._known(intent):
                await self._booking.book(late, report)
            targets = await self._targets(intent)
        except UnreadableRecordError:
            # Its owner is alerted to the damage; the positions of the account are followed all the same.
            return
        for one in targets:
            # A venue that is away is queried once a turn: everything else of the account waits meanwhile.
            outage = next((error for error in unattributed.values() if _is_away(error)), None)
            error = outage or await self._book_if_ours(one, report)
            if error is not None:
                unattributed[intent.asset] = error

    async def _is_to_be_compared(self, intent: Intent) -> bool:
        """Return whether the guard of an exit waits until it is known whether this database and account are the ones.

        Another bot may have reported its fills, or they may be of another account.
        """
        async with self._database.read() as session:
            guard = await guards.load_guard(session, intent.guard_id) if intent.guard_id else None
        return guard is not None and guard.reason in TO_BE_COMPARED

    async def are_awaited(self, account_id: str) -> bool:
        """Return whether an exit ended so lately that more fills of its orders may be reported."""
        return any(self._is_recent(intent) for intent in await self._load_ended(account_id))

    async def _load_ended(self, account_id: str) -> tuple[Intent, ...]:
        """Return the latest exits that may yet get a fill that they did not end with."""
        async with self._database.read() as session:
            given_up = await load_given_up(session, account_id)
            short = filter(ended_short, await load_filled_otherwise(session, account_id))
        return tuple({intent.intent_id: intent for intent in (*given_up, *short)}.values())

    async def _known(self, intent: Intent) -> list[LateOrder]:
        """Return the orders that are known already."""
        steps = await self._orders.load_steps(intent.intent_id)
        known = {**orders_of_attempts(intent.venue, steps), **late_orders(steps)}
        earlier = [
            LateOrder(
                intent=intent,
                attempt=attempt,
                order_id=VenueOrderId(order_id),
                may_be_owners=may_be_owners(order_id, steps),
            )
            for order_id, attempt in known.items()
            if order_id != intent.venue_order_id
        ]
        # One that was under way when its exit ended was not booked at all.
        is_all_booked = intent.state is IntentState.FILLED and not ended_short(intent)
        if intent.venue_order_id is None or is_all_booked:
            return earlier
        last = LateOrder(
            intent=intent,
            attempt=intent.attempt,
            order_id=intent.venue_order_id,
            successors=replacements(steps),
            may_be_owners=may_be_owners(intent.venue_order_id, steps),
        )
        return [*earlier, last]

    async def _targets(self, intent: Intent) -> list[_Target]:
        """Return the attempts of which no order is known and of which a fill could be."""
        steps = await self._orders.load_steps(intent.intent_id)
        known = {*orders_of_attempts(intent.venue, steps).values(), *late_orders(steps).values()}
        unknown = [one for one in unproven_attempts(intent.venue, steps) if one not in known]
        if not unknown or not self._is_recent(intent):
            return []
        external = await self._external_orders(intent)
        attempts = (
            _Target(
                intent=intent,
                sent=intent.as_attempt(attempt),
                left_at=first_sent_at(intent.venue, steps, attempt),
                external_orders=external,
            )
            for attempt in unknown
        )
        return [
            one for one in attempts if not external <= self._others.get(one.sent.client_order_id, frozenset())
        ]

    async def _book_if_ours(self, target: _Target, report: AccountReport) -> BrokerError | None:
        """Look an attempt up by our id and book what it filled; return the venue's error, if any."""
        sent = target.sent
        try:
            looked_up = await self._lookup.find(sent, self._brokers[sent.account_id], priority=Priority.READ)
        except RefusedError as e:
            # What the venue does not know is none of ours; it is queried again, because it may yet come to know it.
            return None if e.reason is RefusalReason.UNKNOWN_ORDER else e
        except BrokerError as e:
            return e
        if isinstance(looked_up, Found) and is_certain(looked_up.order, sent, target.left_at):
            late = LateOrder(
                intent=target.intent,
                attempt=sent.attempt,
                order_id=looked_up.order.venue_order_id,
                may_be_owners=not looked_up.order.client_order_id,
            )
            await self._booking.book(late, report)
        else:
            self._others[sent.client_order_id] = target.external_orders
        return None

    async def _external_orders(self, intent: Intent) -> frozenset[str]:
        """Return the orders that traded what the intent was to sell and are not known as ours."""
        since = lookup_start(intent, self._clock.now())
        async with self._database.read() as session:
            ours = await intents.load_order_ids(session, intent.account_id)
            fills = await fill_rows.load_fills(session, intent.account_id, asset=intent.asset)
        return frozenset(
            fill.venue_order_id
            for fill in fills
            if fill.venue_order_id not in ours
            and (fill.base, fill.side, fill.margin) == (intent.asset, intent.side, intent.reduce_only)
            and not wall_time.is_before(fill.at, since)
        )

    def _is_recent(self, intent: Intent) -> bool:
        age = wall_time.age(intent.updated_at, self._clock.now())
        return age is None or age < LOOKUP_WINDOW


def _is_away(error: BrokerError) -> bool:
    """Return whether a venue answers nothing now, rather than not this."""
    return not isinstance(error, RefusedError | MisconfiguredError)
