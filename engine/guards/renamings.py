"""Notice guarded coins that their venue renamed, and work out how the new ones could be guarded."""

from dataclasses import replace
from decimal import Decimal

from engine.guards.changes import GuardChange
from engine.guards.guard import Guard
from engine.guards.offering import OldCost, Proposal, propose_renamed
from engine.guards.offers import ChoiceKind
from engine.guards.renaming import arrivals, successor_of
from engine.portfolio.service import PortfolioService
from engine.positions import AccountReport
from engine.storage.database import Database
from engine.storage.repositories import fills as fill_rows
from engine.storage.repositories import guards as rows
from engine.venues import Account


class Renamings:
    """Remembers what came into an account as something guarded was first missing."""

    def __init__(self, *, portfolio: PortfolioService, database: Database) -> None:
        self._portfolio = portfolio
        self._database = database
        self._arrived: dict[str, frozenset[str]] = {}

    async def note_missing(self, report: AccountReport, guard: Guard) -> None:
        """Note what is held for the first time in the reading in which a guarded quantity first differs."""
        async with self._database.read() as session:
            known = await rows.load_known_assets(session, guard.account_id)
        self._arrived[guard.guard_id] = arrivals(report, known={one.asset for one in known})

    async def find_successor(
        self, report: AccountReport, guard: Guard, change: GuardChange, *, gone: Decimal
    ) -> str | None:
        """Return what a guarded coin became; None when it was not renamed."""
        arrived = self._arrived.pop(guard.guard_id, frozenset())
        became = successor_of(change, report, gone=gone, arrived=arrived)
        if became is None:
            return None
        async with self._database.read() as session:
            trades = await fill_rows.load_fills(session, guard.account_id, asset=became)
        return None if trades else became

    async def propose(self, old: Guard, became: str) -> Proposal | None:
        """Return the question about the new coin with what the old one had cost; None if nothing can be done."""
        account = Account(account_id=old.account_id, user_id=old.user_id, venue=old.venue)
        old_cost = OldCost(quantity=old.quantity, cost=old.cost, currency=old.currency)
        for found in await self._portfolio.gather(account):
            if found.asset == became:
                proposal = propose_renamed(found, old_cost, threshold=old.threshold)
                choices = (*proposal.choices, ChoiceKind.LEAVE_ALONE)
                return replace(proposal, choices=choices) if proposal.choices else None
        return None
