"""Notice guarded coins that their venue renamed, and work out how the new ones could be guarded."""

from dataclasses import dataclass, replace
from decimal import Decimal

from engine.alerts.questions import ChoiceKind
from engine.guards import store as rows
from engine.guards.changes import Closed, GuardChange, Paused, Unchanged
from engine.guards.guard import Guard, Seen
from engine.guards.known_assets import load_known_assets
from engine.guards.vanished import is_vanished
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import AccountReport, PositionKind
from engine.model.money import ZERO
from engine.model.venues import Account
from engine.offers.offering import GuardProposal, OldCost, propose_renamed
from engine.orders import fills_store as fill_rows
from engine.portfolio.service import PortfolioService
from engine.storage.database import Database
from engine.sync.renaming import arrivals, old_cost_of, successor_of

#: What takes over the old cost.
_FROM_COST = {ChoiceKind.GUARD_FROM_COST, ChoiceKind.GUARD_AND_SELL_NOW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """What a guarded coin became, and the question about it."""

    asset: str
    quantity: Decimal
    proposal: GuardProposal


class Renamings:
    """Looks for what came in the place of a guarded coin that is gone."""

    def __init__(self, *, portfolio: PortfolioService, database: Database) -> None:
        self._portfolio = portfolio
        self._database = database
        #: Accounts in which a guarded coin became one that cannot be asked about yet.
        self._waiting = set[str]()

    def begin_reading(self, account_id: str) -> None:
        """Forget what an earlier reading of an account left waiting: this one reports what still is."""
        self._waiting.discard(account_id)

    def is_waiting(self, account_id: str) -> bool:
        """Return whether a new coin of an account is to be asked about as soon as it has a price."""
        return account_id in self._waiting

    async def find_successor(
        self, report: AccountReport, guard: Guard, change: GuardChange, *, was: Seen
    ) -> Successor | None:
        """Return the asset that a guarded coin was renamed to; None while its owner cannot be asked about it yet."""
        if not _is_gone(change) or guard.kind is not PositionKind.SPOT or was.quantity <= ZERO:
            return None
        async with self._database.read() as session:
            known = await load_known_assets(session, guard.account_id)
            guarded = {one.asset for one in await rows.load_open_guards(session, guard.account_id)}
            arrived = arrivals(report, known=known, gone_at=was.at) - guarded
            untraded = {
                asset
                for asset in arrived
                if not await fill_rows.load_fills(session, guard.account_id, asset=asset)
            }
        became = successor_of(report, gone=was.quantity, arrived=untraded)
        if became is None:
            return None
        quantity = report.holding(became).total
        old_cost = old_cost_of(change.guard, was=was.quantity, became=quantity)
        proposal = await self._propose(guard, became, old_cost)
        if proposal is None:
            self._waiting.add(guard.account_id)
            return None
        return Successor(asset=became, quantity=quantity, proposal=proposal)

    async def _propose(self, old: Guard, became: str, old_cost: OldCost) -> GuardProposal | None:
        """Return the question about the new coin with what the old one had cost; None while that cannot be answered."""
        account = Account(account_id=old.account_id, user_id=old.user_id, venue=old.venue)
        for found in await self._portfolio.gather(account):
            if found.asset == became:
                proposal = propose_renamed(found, old_cost, threshold=old.threshold)
                choices = (*proposal.choices, ChoiceKind.LEAVE_ALONE)
                return replace(proposal, choices=choices) if _FROM_COST & set(choices) else None
        return None


def renamed(guard: Guard) -> Closed:
    """Return the end of a guard whose coin has another name now."""
    reason = GuardReason.RENAMED
    ended = guard.with_quantity(ZERO).closed(reason)
    return Closed(guard=ended, by=guard.quantity, reason=reason)


def _is_gone(change: GuardChange) -> bool:
    is_found = isinstance(change, Paused) and change.reason is GuardReason.VANISHED
    return is_found or (isinstance(change, Unchanged) and is_vanished(change.guard))
