"""What the chat uses: guards, closing, the panic, halts, and the plan of a buy."""

from dataclasses import dataclass
from functools import cached_property

from engine.base import Base, EngineSettings
from engine.entries.halts import HaltSwitch
from engine.entries.places import Places
from engine.entries.preferences import EntryPreferences
from engine.entries.rules import EntryRules
from engine.entries.service import EntryService
from engine.offers.closing import ClosingService
from engine.offers.closing_reader import ClosingReader
from engine.offers.closing_sales import ClosingSales
from engine.offers.guarding import GuardService
from engine.offers.panic import PanicService
from engine.parts.accounts import AccountParts
from engine.parts.exits import ExitParts
from engine.parts.new_id import new_id
from engine.parts.positions import PositionParts
from engine.parts.sync import SyncParts


@dataclass(frozen=True, eq=False, kw_only=True)
class ChatParts:
    """What answers questions and takes orders."""

    settings: EngineSettings
    base: Base
    accounts: AccountParts
    exits: ExitParts
    positions: PositionParts
    sync: SyncParts

    @cached_property
    def guards(self) -> GuardService:
        return GuardService(
            portfolio=self.positions.portfolio,
            database=self.base.database,
            clock=self.base.clock,
            threshold=self.settings.liquidation_pnl,
            setter=self.sync.setter,
        )

    @cached_property
    def closing(self) -> ClosingService:
        return ClosingService(
            portfolio=self.positions.portfolio,
            reader=self.closing_reader,
            sales=self.closing_sales,
            database=self.base.database,
            clock=self.base.clock,
        )

    @cached_property
    def panic(self) -> PanicService:
        return PanicService(
            portfolio=self.positions.portfolio,
            reader=self.closing_reader,
            sales=self.closing_sales,
            halt_entries=self.halts.halt_with,
            database=self.base.database,
            clock=self.base.clock,
        )

    @cached_property
    def closing_reader(self) -> ClosingReader:
        return ClosingReader(
            reader=self.accounts.reader,
            reports=self.accounts.reports,
            brokers=self.base.brokers,
            marks=self.accounts.marks,
            threshold=self.settings.liquidation_pnl,
            is_key_certain=self.base.identities.is_settled,
        )

    @cached_property
    def closing_sales(self) -> ClosingSales:
        return ClosingSales(
            exits=self.exits.exits,
            clock=self.base.clock,
            threshold=self.settings.liquidation_pnl,
            new_id=new_id,
        )

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
