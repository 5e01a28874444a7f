"""Every buy in flight: begun from an approved plan, or found unfinished in the journal."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from engine import wall_time
from engine.accounts.reports import Reports
from engine.brokers.base import Broker
from engine.clock import Clock
from engine.entries.buy import Buy
from engine.entries.entry_intent import entry_intent
from engine.entries.entry_journal import EntryJournal
from engine.entries.following import Following
from engine.entries.lost_buy import LostBuy
from engine.entries.plan import EntryPlan
from engine.market.feed import Markets
from engine.model.instruments import quote_of
from engine.orders.balance_verdict import SendBasis
from engine.orders.intents import Intent
from engine.orders.settling import Settler
from engine.orders.submit import Submitter
from engine.tasks import Tasks

#: Between two looks at whether a changed key certainly opens the account that a buy was sent to.
CERTAIN_POLL_S = 1.0
#: The owner of a buy that is not over by then is told so, once.
PENDING_AFTER_S = 60.0


class Buys:
    """Sends what was planned and confirmed, once, and takes up again what an earlier life of the process sent."""

    def __init__(
        self,
        *,
        journal: EntryJournal,
        submitter: Submitter,
        settler: Settler,
        brokers: Mapping[str, Broker],
        markets: Markets,
        reports: Reports,
        tasks: Tasks,
        clock: Clock,
        new_id: Callable[[], str],
        is_certain: Callable[[str], bool],
    ) -> None:
        self._journal = journal
        self._submitter = submitter
        self._settler = settler
        self._brokers = brokers
        self._markets = markets
        self._reports = reports
        self._tasks = tasks
        self._clock = clock
        self._new_id = new_id
        #: By account id: whether its key certainly opens the account that it opened before.
        self._is_certain = is_certain
        #: Those that are being written down and do not run yet.
        self._starting: set[str] = set()

    async def begin(self, user_id: int, plan: EntryPlan) -> bool:
        """Write a planned buy down and send it; False, and nothing is written, where that may not be done any more.

        That is once its figures do not count any more, where entries were halted since, or while it is not certain
        which account the key opens.
        """
        now, account_id = self._clock.now(), plan.route.account.account_id
        if not wall_time.is_open(plan.at, plan.counts_until, now) or not self._is_certain(account_id):
            return False
        intent = entry_intent(plan, user_id=user_id, intent_id=self._new_id(), now=now)
        self._starting.add(_name(intent))
        try:
            sent = await self._journal.plan_and_send(intent, basis=self._basis(intent))
            if sent is None:
                return False
            self._reports.outdate(account_id)
            # What a process that is stopping does not send, the next one finds as never arrived.
            self._spawn(sent, self._buy(sent, began_before=False).begin)
        finally:
            self._starting.discard(_name(intent))
        return True

    async def resume(self) -> None:
        """Take up every unfinished buy that nobody drives."""
        driven = {*self._tasks.names(), *self._starting}
        for intent in await self._journal.load_live():
            if intent.account_id in self._brokers and _name(intent) not in driven | self._starting:
                self._spawn(intent, self._take_up)

    async def _take_up(self, intent: Intent) -> None:
        while not self._is_certain(intent.account_id):
            await self._clock.sleep(CERTAIN_POLL_S)
        await self._buy(intent, began_before=True).run(intent)

    def _spawn(self, intent: Intent, drive: Callable[[Intent], Coroutine[Any, Any, None]]) -> None:
        self._tasks.spawn(_name(intent), partial(self._drive, intent, drive), must_end=True)

    async def _drive(self, intent: Intent, drive: Callable[[Intent], Coroutine[Any, Any, None]]) -> None:
        notice = asyncio.create_task(self._report_pending(intent))
        try:
            await drive(intent)
        finally:
            notice.cancel()
            await asyncio.gather(notice, return_exceptions=True)

    async def _report_pending(self, intent: Intent) -> None:
        await self._clock.sleep(PENDING_AFTER_S)
        await self._journal.report_pending(intent.intent_id)

    def _buy(self, intent: Intent, *, began_before: bool) -> Buy:
        broker = self._brokers[intent.account_id]
        return Buy(
            journal=self._journal,
            submitter=self._submitter,
            broker=broker,
            lost=LostBuy(
                journal=self._journal.orders,
                settler=self._settler,
                broker=broker,
                reports=self._reports,
                clock=self._clock,
            ),
            following=Following(
                journal=self._journal,
                broker=broker,
                market=self._markets[intent.venue],
                reports=self._reports,
                clock=self._clock,
                taken_up=intent.venue_order_id if began_before else None,
            ),
            clock=self._clock,
        )

    def _basis(self, intent: Intent) -> SendBasis | None:
        """Return the reading that a buy is based on: the money that it spends, and the coins that it brings."""
        report, spent = self._reports.latest(intent.account_id), quote_of(intent.symbol)
        if report is None or not report.covers(spent):
            return None
        money = report.holding(spent)
        return SendBasis(
            owned=money.total,
            held=money.held,
            currency=intent.asset,
            cash=report.holding(intent.asset).total if report.covers(intent.asset) else None,
            at=report.venue_at or report.at,
            step=report.step,
            quantity=intent.quantity,
        )


def _name(intent: Intent) -> str:
    return f"entry {intent.intent_id}"
