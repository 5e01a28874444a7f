"""What makes guards follow what happens to their accounts."""

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


class SyncParts:
    """What each reading is compared with, and what is asked and told about it."""

    def __init__(
        self,
        settings: EngineSettings,
        base: Base,
        *,
        accounts: AccountParts,
        exits: ExitParts,
        positions: PositionParts,
    ) -> None:
        self._settings = settings
        self._base = base
        self._clock = base.clock
        self._database = base.database
        self._accounts = accounts
        self._exits = exits
        self._positions = positions

    @cached_property
    def setter(self) -> GuardSetter:
        return GuardSetter(database=self._database, clock=self._clock, new_id=new_id)

    @cached_property
    def _reconciler(self) -> GuardReconciler:
        changes = GuardChanges(
            portfolio=self._positions.portfolio, database=self._database, clock=self._clock
        )
        return GuardReconciler(
            waiting=WaitingGuards(
                reports=self._accounts.reports,
                changes=changes,
                is_alone=self._base.is_alone,
                database=self._database,
                clock=self._clock,
            ),
            changes=changes,
            renamings=Renamings(portfolio=self._positions.portfolio, database=self._database),
            reports=self._accounts.reports,
            database=self._database,
            clock=self._clock,
        )

    @cached_property
    def sync(self) -> AccountSync:
        return AccountSync(
            reconciler=self._reconciler,
            reports=self._accounts.reports,
            unchanged=self._accounts.unchanged,
            histories=self._accounts.histories,
            onboarding=Onboarding(
                portfolio=self._positions.portfolio,
                setter=self.setter,
                database=self._database,
                clock=self._clock,
                threshold=self._settings.liquidation_pnl,
                mode=self._settings.guard_existing,
            ),
            outages=self._positions.outages,
            late_fills=LateFills(
                database=self._database,
                journal=self._exits.context.journal,
                brokers=self._base.brokers,
                markets=self._base.markets,
                clock=self._clock,
            ),
            unattributed_trades=UnattributedTrades(database=self._database, clock=self._clock),
            database=self._database,
        )
