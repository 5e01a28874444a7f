"""What buys: the plan of a buy, and the buys in flight."""

from dataclasses import dataclass
from functools import cached_property

from engine.base import Base, EngineSettings
from engine.entries.entry_journal import EntryJournal
from engine.entries.execute import Buys
from engine.entries.halts import HaltSwitch
from engine.entries.late_buys import LateBuys
from engine.entries.places import Places
from engine.entries.preferences import EntryPreferences
from engine.entries.rules import EntryRules
from engine.entries.service import EntryService
from engine.orders.settling import Settler
from engine.orders.submit import Submitter
from engine.parts.accounts import AccountParts
from engine.parts.new_id import new_id
from engine.parts.positions import PositionParts


@dataclass(frozen=True, eq=False, kw_only=True)
class EntryParts:
    """Whatever happens from the wish to buy something to the guard of what was bought."""

    settings: EngineSettings
    base: Base
    accounts: AccountParts
    positions: PositionParts

    @cached_property
    def halts(self) -> HaltSwitch:
        return HaltSwitch(database=self.base.database, clock=self.base.clock)

    @cached_property
    def preferences(self) -> EntryPreferences:
        return EntryPreferences(
            database=self.base.database,
            rules=EntryRules(
                threshold=self.settings.liquidation_pnl,
                coinbase_min_equity_usd=self.settings.coinbase_min_equity_usd,
            ),
        )

    @cached_property
    def entries(self) -> EntryService:
        return EntryService(
            places=Places(
                reader=self.accounts.reader,
                balances=self.positions.balances,
                markets=self.base.markets,
                costs=self.accounts.costs,
                clock=self.base.clock,
            ),
            reader=self.accounts.reader,
            portfolio=self.positions.portfolio,
            halts=self.halts,
            database=self.base.database,
            clock=self.base.clock,
            preferences=self.preferences,
        )

    @cached_property
    def _journal(self) -> EntryJournal:
        return EntryJournal(database=self.base.database, clock=self.base.clock, new_id=new_id)

    @cached_property
    def late_buys(self) -> LateBuys:
        return LateBuys(
            database=self.base.database,
            journal=self._journal,
            brokers=self.base.brokers,
            markets=self.base.markets,
            clock=self.base.clock,
        )

    @cached_property
    def buys(self) -> Buys:
        journal = self._journal
        settler = Settler(journal=journal.orders, clock=self.base.clock)
        return Buys(
            journal=journal,
            submitter=Submitter(journal=journal.orders, settler=settler, clock=self.base.clock),
            settler=settler,
            brokers=self.base.brokers,
            markets=self.base.markets,
            reports=self.accounts.reports,
            tasks=self.base.tasks,
            clock=self.base.clock,
            new_id=new_id,
            is_certain=self.base.identities.is_settled,
        )
