"""Readings, kept and valued, and the positions that they make."""

from dataclasses import dataclass
from functools import cached_property

from engine.accounts.service import BalanceService
from engine.alerts.outages import OutageMonitor
from engine.base import Base, EngineSettings
from engine.offers.questions_store import load_open_questions
from engine.parts.accounts import AccountParts
from engine.parts.watch import WatchParts
from engine.portfolio.open_orders_service import OpenOrdersService
from engine.portfolio.service import PortfolioService


@dataclass(frozen=True, eq=False, kw_only=True)
class PositionParts:
    """What is held now, and what it is worth."""

    settings: EngineSettings
    base: Base
    accounts: AccountParts
    watch: WatchParts

    @cached_property
    def outages(self) -> OutageMonitor:
        return OutageMonitor(
            database=self.base.database, clock=self.base.clock, watched=self.watch.watch.watched
        )

    @cached_property
    def balances(self) -> BalanceService:
        return BalanceService(
            reader=self.accounts.reader,
            reports=self.accounts.reports,
            note_outcome=self.outages.note,
            database=self.base.database,
            clock=self.base.clock,
            tasks=self.base.tasks,
        )

    @cached_property
    def portfolio(self) -> PortfolioService:
        return PortfolioService(
            balances=self.balances,
            reader=self.accounts.reader,
            reports=self.accounts.reports,
            histories=self.accounts.histories,
            markets=self.base.markets,
            costs=self.accounts.costs,
            guard_marks=self.accounts.guard_marks,
            load_open_questions=load_open_questions,
            database=self.base.database,
            clock=self.base.clock,
            threshold=self.settings.liquidation_pnl,
            price_max_age_s=self.settings.price_max_age_s,
            marks=self.accounts.marks,
        )

    @cached_property
    def open_orders(self) -> OpenOrdersService:
        return OpenOrdersService(
            reader=self.accounts.reader,
            brokers=self.base.brokers,
            database=self.base.database,
            clock=self.base.clock,
        )
