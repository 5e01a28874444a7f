"""Trades that its owner made since an account was last brought up to date, learnt before an exit sells."""

import asyncio
from datetime import datetime

from engine import wall_time
from engine.accounts.account_updates import AccountUpdates
from engine.brokers.base import Broker, Priority
from engine.exits.available import Available
from engine.exits.exit_journal import ExitJournal
from engine.guards.changes import is_about
from engine.guards.following import SHOWN_LATE_WITHIN
from engine.guards.guard import Guard
from engine.model.errors import BrokerError

#: An exit waits no longer than this for the latest trades.
TRADES_READ_S = 0.5
#: Where they show that what is guarded was traded, it waits so long until its guard is brought up to date.
UPDATE_S = 3.0


class OwnerTrades:
    """What is sold by hand and bought again leaves the quantity as it was, but is not guarded any more."""

    def __init__(
        self, guard: Guard, *, journal: ExitJournal, updates: AccountUpdates, broker: Broker
    ) -> None:
        self._guard = guard
        self._journal = journal
        self._updates = updates
        self._broker = broker

    async def learn(self, available: Available) -> Guard | None:
        """Bring the guard up to date if its owner may have traded what it guards; return it where that changed it.

        Costs nothing while the account holds what it held; trades that the venue does not tell delay no sale.
        """
        report = available.report
        if report is None or not available.is_fresh or self._updates.is_current(report):
            return None
        if not await self._may_have_traded():
            return None
        await self._updates.run_within(self._broker.account, UPDATE_S)
        now = await self._journal.load_guard(self._guard.guard_id)
        return now if now != self._guard else None

    async def _may_have_traded(self) -> bool:
        try:
            async with asyncio.timeout(TRADES_READ_S):
                page = await self._broker.fetch_fills(priority=Priority.EXIT)
        except (BrokerError, TimeoutError):
            return False
        since = self._known_until()
        lately = [
            fill.venue_order_id
            for fill in page.fills
            if is_about(self._guard, fill) and not wall_time.is_before(fill.at, since)
        ]
        return bool(lately) and not (await self._journal.load_order_ids(self._guard)).issuperset(lately)

    def _known_until(self) -> datetime:
        last = self._updates.last(self._guard.account_id)
        if last is None:
            return self._guard.created_at
        return (last.venue_at or last.at) - SHOWN_LATE_WITHIN
