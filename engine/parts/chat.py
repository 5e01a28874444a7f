"""What the chat uses: guards, closing, the panic and buying."""

from dataclasses import dataclass
from functools import cached_property

from engine.base import Base, EngineSettings
from engine.offers.buying import BuyingService
from engine.offers.cancelling import CancelService
from engine.offers.closing import ClosingService
from engine.offers.closing_reader import ClosingReader
from engine.offers.closing_sales import ClosingSales
from engine.offers.guarding import GuardService
from engine.offers.levels import LevelService
from engine.offers.panic import PanicService
from engine.offers.paper_reset import PaperResets
from engine.parts.accounts import AccountParts
from engine.parts.entries import EntryParts
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
    entries: EntryParts

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
    def levels(self) -> LevelService:
        return LevelService(
            portfolio=self.positions.portfolio,
            costs=self.accounts.costs,
            costs_of_sales=self.accounts.costs_of_sales,
            database=self.base.database,
            clock=self.base.clock,
        )

    @cached_property
    def panic(self) -> PanicService:
        return PanicService(
            portfolio=self.positions.portfolio,
            reader=self.closing_reader,
            sales=self.closing_sales,
            halt_entries=self.entries.halts.halt_with,
            database=self.base.database,
            clock=self.base.clock,
            tasks=self.base.tasks,
        )

    @cached_property
    def cancelling(self) -> CancelService:
        return CancelService(
            open_orders=self.positions.open_orders,
            reader=self.accounts.reader,
            reports=self.accounts.reports,
            brokers=self.base.brokers,
            database=self.base.database,
            clock=self.base.clock,
        )

    @cached_property
    def paper(self) -> PaperResets:
        return PaperResets(
            brokers=self.base.brokers.values(),
            reports=self.accounts.reports,
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
    def buying(self) -> BuyingService:
        return BuyingService(
            entries=self.entries.entries,
            buys=self.entries.buys,
            database=self.base.database,
            clock=self.base.clock,
        )
