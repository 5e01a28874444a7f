"""What makes guards follow what happens to their accounts."""

from dataclasses import dataclass
from functools import cached_property

from engine.base import Base, EngineSettings
from engine.exits.late_fills import LateFills
from engine.offers.onboarding import Onboarding
from engine.offers.setter import GuardSetter
from engine.parts.accounts import AccountParts
from engine.parts.exits import ExitParts
from engine.parts.new_id import new_id
from engine.parts.positions import PositionParts
from engine.sync.account_sync import AccountSync
from engine.sync.guard_changes import GuardChanges
from engine.sync.reconciler import GuardReconciler
from engine.sync.renamings import Renamings
from engine.sync.unattributed_trades import UnattributedTrades
from engine.sync.waiting_guards import WaitingGuards


@dataclass(frozen=True, eq=False, kw_only=True)
class SyncParts:
    """What each reading is compared with, and what is asked and told about it."""

    settings: EngineSettings
    base: Base
    accounts: AccountParts
    exits: ExitParts
    positions: PositionParts

    @cached_property
    def setter(self) -> GuardSetter:
        return GuardSetter(database=self.base.database, clock=self.base.clock, new_id=new_id)

    @cached_property
    def _reconciler(self) -> GuardReconciler:
        changes = GuardChanges(
            portfolio=self.positions.portfolio, database=self.base.database, clock=self.base.clock
        )
        return GuardReconciler(
            waiting=WaitingGuards(
                reports=self.accounts.reports,
                changes=changes,
                is_alone=self.base.is_alone,
                database=self.base.database,
                clock=self.base.clock,
            ),
            changes=changes,
            renamings=Renamings(portfolio=self.positions.portfolio, database=self.base.database),
            reports=self.accounts.reports,
            database=self.base.database,
            clock=self.base.clock,
        )

    @cached_property
    def sync(self) -> AccountSync:
        return AccountSync(
            reconciler=self._reconciler,
            reports=self.accounts.reports,
            unchanged=self.accounts.unchanged,
            histories=self.accounts.histories,
            onboarding=Onboarding(
                portfolio=self.positions.portfolio,
                setter=self.setter,
                database=self.base.database,
                clock=self.base.clock,
                threshold=self.settings.liquidation_pnl,
                mode=self.settings.guard_existing,
            ),
            outages=self.positions.outages,
            late_fills=LateFills(
                database=self.base.database,
                journal=self.exits.context.journal,
                brokers=self.base.brokers,
                markets=self.base.markets,
                clock=self.base.clock,
            ),
            unattributed_trades=UnattributedTrades(database=self.base.database, clock=self.base.clock),
            database=self.base.database,
        )
