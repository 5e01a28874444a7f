"""What is there to be sold: read it freshly, and cancel what holds it."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import chain, repeat

from engine.accounts.live_accounts import LiveAccounts
from engine.accounts.reports import Reports
from engine.brokers.base import Broker, Priority
from engine.clock import Clock
from engine.exits.exit_journal import ExitJournal
from engine.exits.freeing import Freeing, without_list
from engine.exits.position_reading import PositionReading
from engine.exits.release_plan import held_by, opposite_orders
from engine.exits.releases import Releases
from engine.guards.comparison import SHOWN_LATE_WITHIN, is_covered, quantity_there
from engine.guards.guard import Guard
from engine.model.errors import BrokerError, MisconfiguredError
from engine.model.holdings import AccountReport, Holding, PositionKind
from engine.model.money import ZERO
from engine.model.orders import OpenOrders, Order
from engine.orders.intents import Intent

#: An exit waits no longer than this for a balance; then it goes with the last known quantity.
BALANCE_READ_S = 0.5
BALANCE_MAX_AGE = timedelta(seconds=5)
#: Where a private stream reports every change a reading may be this old: every snapshot reads it again, which shows a
#: stream that misses changes.
KNOWN_MAX_AGE = timedelta(minutes=5)

#: How long a venue may take to release what a cancelled order held.
RELEASE_TIMEOUT_S = 10.0
#: Pauses between readings that wait for it; each reading costs the key points.
RELEASE_POLLS_S = (0.1, 0.2, 0.5, 1.0)
#: So many readings in a row in which nothing is held are believed: a single one may be wrong.
ALL_FREE_READINGS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOrders:
    """What a venue's list of open orders shows of one exit."""

    #: Those that are its own.
    own: tuple[Order, ...]
    #: How much of its position the others hold.
    others_hold: Decimal


class Availability:
    """Reads what may be sold of a guard, and frees what open orders hold of it."""

    def __init__(
        self, *, reports: Reports, live_accounts: LiveAccounts, journal: ExitJournal, clock: Clock
    ) -> None:
        self._reports = reports
        self._live_accounts = live_accounts
        self._journal = journal
        self._releases = Releases(journal=journal, clock=clock)
        self._clock = clock

    async def read(self, guard: Guard, broker: Broker, *, must_be_fresh: bool = False) -> PositionReading:
        """Return what is there of a guarded position; nothing is changed.

        Raises:
            BrokerError: it must be fresh, and the account does not answer.

        """
        report, is_fresh = (
            (await self._read_anew(guard, broker), True) if must_be_fresh else await self._read(guard, broker)
        )
        # One with less may be of before more came in, or wrong: only readings that agree make less of a position.
        is_contradicted = report is not None and not is_fresh and await self._says_less(report, guard)
        if report is None or is_contradicted or not is_covered(report, guard):
            return PositionReading(free=None, owned=None, at=None, is_fresh=is_fresh, report=report)
        step = self._reports.certain_step(guard.account_id, SHOWN_LATE_WITHIN)
        if guard.kind is PositionKind.MARGIN:
            quantity = quantity_there(report, guard)
            return PositionReading(
                free=quantity, owned=quantity, at=report.at, step=step, is_fresh=is_fresh, report=report
            )
        holding = report.holding(guard.asset)
        return PositionReading(
            free=holding.free,
            owned=holding.total,
            held=holding.held,
            at=report.at,
            step=step,
            venue_entry=holding.venue_entry,
            is_fresh=is_fresh,
            report=report,
        )

    async def free(
        self, intent: Intent, guard: Guard, available: PositionReading, broker: Broker
    ) -> PositionReading:
        """Cancel the fewest orders that free a quantity, and return what the venue has released then.

        Raises:
            BrokerError: the orders could not be read while nothing is free, or not be cancelled.

        """
        known = await self._journal.orders.load_our_orders(intent)
        try:
            opened = await self._open_orders(intent, broker)
        except BrokerError as e:
            if (rest := without_list(available, e)) is None:
                raise
            return rest
        tried = await self._journal.releases.load_tried(intent.intent_id)
        freeing = Freeing(
            guard=guard, available=available, opened=opened, known=known, was_cancelling=bool(tried)
        )
        if (own := freeing.own_order) is not None:
            return replace(available, unreadable=opened.unreadable, own_order=own)
        done = await self._releases.cancel(intent, broker, freeing.plan)
        after = replace(available, unreadable=opened.unreadable, hindrance=done.hindrance)
        if done.is_overtaken:
            return replace(after, is_overtaken=True)
        expected = freeing.expect(order for order, _ in done.failed)
        released = await self._await_release(guard, broker, wanted=expected.awaited)
        # What is sent is compared later with what was there after the release.
        after = replace(after, report=self._reports.latest(guard.account_id))
        return freeing.judge(after, expected, released)

    async def listed(
        self, intent: Intent, guard: Guard, broker: Broker, *, but: Collection[str] = ()
    ) -> ListedOrders:
        """Return which open orders are an intent's own, and what the others hold of its position but those named.

        Raises:
            BrokerError: the orders could not be read.

        """
        known = await self._journal.orders.load_our_orders(intent)
        opened = await self._open_orders(intent, broker)
        others = (
            order
            for order in opened.orders
            if order.held_asset == guard.asset
            and order.venue_order_id not in but
            and not known.is_of_intent(order)
        )
        own = tuple(order for order in opened.orders if known.is_of_intent(order))
        return ListedOrders(own=own, others_hold=held_by(others))

    async def confirm_releases(self, intent: Intent, broker: Broker) -> None:
        """Query once more what became of the cancelled orders, for the alert that names them."""
        await self._releases.confirm(intent, broker)

    async def _open_orders(self, intent: Intent, broker: Broker) -> OpenOrders:
        opened = await broker.fetch_open_orders(priority=Priority.EXIT)
        self._reports.keep_unreadable(broker.account.account_id, opened.unreadable)
        return replace(opened, orders=self._releases.standing(intent, opened.orders))

    async def _read(self, guard: Guard, broker: Broker) -> tuple[AccountReport | None, bool]:
        account_id = broker.account.account_id
        recent = self._reports.no_older_than(account_id, BALANCE_MAX_AGE) or (await self._known(guard))
        if recent is not None:
            return recent, True
        report = await self._fetch(broker)
        return (report, True) if report else (self._reports.latest(account_id), False)

    async def _known(self, guard: Guard) -> AccountReport | None:
        """Return the latest reading if its account's stream would have pushed whatever changed since.

        None where it shows less than there should be: what is contradicted is read again.
        """
        if not self._live_accounts.keeps_known(guard.account_id):
            return None
        report = self._reports.no_older_than(guard.account_id, KNOWN_MAX_AGE)
        return None if report is None or await self._says_less(report, guard) else report

    async def _read_anew(self, guard: Guard, broker: Broker) -> AccountReport:
        """Return a reading of after the account last changed, however long that takes."""
        report = self._reports.no_older_than(broker.account.account_id, BALANCE_MAX_AGE)
        if report is None:
            start = await self._reports.begin()
            report = await broker.fetch_report(priority=Priority.EXIT)
            self._reports.keep(report, start=start)
        if not is_covered(report, guard):
            raise MisconfiguredError(guard.venue, f"the balance of {guard.asset} cannot be read")
        return report

    async def _fetch(self, broker: Broker) -> AccountReport | None:
        start = await self._reports.begin()
        try:
            async with asyncio.timeout(BALANCE_READ_S):
                report = await broker.fetch_report(priority=Priority.EXIT)
        except (BrokerError, TimeoutError):
            return None
        self._reports.keep(report, start=start)
        return report

    async def _says_less(self, report: AccountReport, guard: Guard) -> bool:
        expected = await self._journal.load_expected(guard)
        return expected is not None and quantity_there(report, guard) < expected

    async def cancel_opposite(self, intent: Intent, broker: Broker) -> tuple[str, ...]:
        """Cancel the open orders a venue refuses this one for: the other side of the same pair.

        Returns those that could not be read.

        Raises:
            BrokerError: they could not be read or cancelled.

        """
        opened = await self._open_orders(intent, broker)
        opposite = opposite_orders(intent.symbol, intent.side, opened.orders)
        done = await self._releases.cancel(intent, broker, opposite)
        if done.hindrance is not None:
            raise done.hindrance
        return opened.unreadable

    async def _await_release(self, guard: Guard, broker: Broker, *, wanted: Decimal) -> Holding | None:
        """Return what is there once it is released, or by the last answer; None where the venue does not answer."""
        give_up_at = self._clock.monotonic() + RELEASE_TIMEOUT_S
        pauses_s = chain(RELEASE_POLLS_S, repeat(RELEASE_POLLS_S[-1]))
        all_free, last = 0, None
        while (holding := await self._read_holding(guard, broker)) is not None:
            last = holding
            # Where the order filled instead, nothing more is to come.
            all_free = all_free + 1 if holding.held == ZERO and holding.total < wanted else 0
            is_released = holding.free >= wanted or all_free >= ALL_FREE_READINGS
            if is_released or self._clock.monotonic() >= give_up_at:
                return holding
            await self._clock.sleep(next(pauses_s))
        return last

    async def _read_holding(self, guard: Guard, broker: Broker) -> Holding | None:
        report = await self._fetch(broker)
        return report.holding(guard.asset) if report and is_covered(report, guard) else None
