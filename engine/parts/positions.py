"""Readings, kept and valued, and the positions that they make."""

from functools import cached_property

from engine.accounts.service import BalanceService
from engine.alerts.outages import OutageMonitor
from engine.base import Base, EngineSettings
from engine.offers.questions_store import load_open_questions
from engine.parts.accounts import AccountParts
from engine.parts.exits import ExitParts
from engine.portfolio.service import PortfolioService


class PositionParts:
    """What is held now, and what it is worth."""

    def __init__(
        self, settings: EngineSettings, base: Base, *, accounts: AccountParts, exits: ExitParts
    ) -> None:
        self._settings = settings
        self._base = base
        self._clock = base.clock
        self._database = base.database
        self._accounts = accounts
        self._exits = exits

    @cached_property
    def outages(self) -> OutageMonitor:
        return OutageMonitor(database=self._database, clock=self._clock, watched=self._exits.watch.watched)

    @cached_property
    def balances(self) -> BalanceService:
        return BalanceService(
            reader=self._accounts.reader,
            reports=self._accounts.reports,
            note_outcome=self.outages.note,
            database=self._database,
            clock=self._clock,
            tasks=self._base.tasks,
        )

    @cached_property
    def portfolio(self) -> PortfolioService:
        return PortfolioService(
            balances=self.balances,
            reader=self._accounts.reader,
            reports=self._accounts.reports,
            histories=self._accounts.histories,
            markets=self._base.markets,
            costs=self._accounts.costs,
            guard_marks=self._accounts.guard_marks,
            load_open_questions=load_open_questions,
            database=self._database,
            clock=self._clock,
            threshold=self._settings.liquidation_pnl,
            price_max_age_s=self._settings.price_max_age_s,
            marks=self._accounts.marks,
        )
