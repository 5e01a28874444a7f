"""Trades that the owner made since a guard was last compared with what is held, fetched before an exit sells."""

from engine import wall_time
from engine.accounts.account_updates import AccountUpdates
from engine.accounts.reports import Reports
from engine.accounts.unchanged import UnchangedAccounts
from engine.brokers.base import Broker
from engine.exits.exit_journal import ExitJournal
from engine.exits.latest_trades import LatestTrades
from engine.exits.position_reading import PositionReading
from engine.guards.changes import is_about
from engine.guards.comparison import SHOWN_LATE_WITHIN
from engine.guards.guard import Guard
from engine.model.orders import Fill

#: Where the latest trades show that what is guarded was traded, an exit waits so long until its guard is brought up to date.
UPDATE_S = 3.0


class OwnerTrades:
    """What is sold at the venue and bought again leaves the quantity as it was, but is not guarded any more."""

    def __init__(
        self,
        *,
        journal: ExitJournal,
        reports: Reports,
        unchanged: UnchangedAccounts,
        updates: AccountUpdates,
        trades: LatestTrades,
    ) -> None:
        self._journal = journal
        self._reports = reports
        self._unchanged = unchanged
        self._updates = updates
        self._trades = trades

    async def learn(self, guard: Guard, available: PositionReading, broker: Broker) -> Guard | None:
        """Bring a guard up to date if its owner may have traded what it guards; return it where that changed it.

        Costs nothing while the account is unchanged; trades that the venue does not report in time delay no sale.
        """
        report, requested_at = available.report, self._reports.requested_at(guard.account_id)
        if (
            report is None
            or requested_at is None
            or not available.is_fresh
            or self._unchanged.is_settled(report)
        ):
            return None
        if not await self._has_new(guard, await self._trades.read(broker, after=requested_at) or ()):
            return None
        await self._updates.run_within(broker.account, UPDATE_S, name=guard.guard_id)
        now = await self._journal.load_guard(guard.guard_id)
        return now if now != guard else None

    async def are_none(self, guard: Guard, available: PositionReading, broker: Broker) -> bool:
        """Return whether the latest trades are known as of a reading and none changed what a guard covers."""
        requested_at = self._reports.requested_at(guard.account_id)
        if requested_at is None or not available.is_fresh:
            return False
        fills = await self._trades.read(broker, after=requested_at)
        return fills is not None and not await self._has_new(guard, fills)

    async def _has_new(self, guard: Guard, fills: tuple[Fill, ...]) -> bool:
        """Return whether some of them changed the guarded position lately and are not of our own orders."""
        about = [fill for fill in fills if is_about(guard, fill)]
        if not about:
            return False
        seen = await self._journal.load_seen(guard)
        since = (seen.venue_at or seen.at) - SHOWN_LATE_WITHIN if seen else guard.created_at
        lately = {fill.venue_order_id for fill in about if not wall_time.is_before(fill.at, since)}
        return not lately <= await self._journal.load_order_ids(guard)
