"""Build the engine on its base."""

import uuid
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

from bot.bootstrap.base import Base
from bot.settings import Settings
from bot.trading import Trading
from engine.balances.lookout import Lookout
from engine.balances.reader import AccountReader
from engine.balances.reports import Reports
from engine.balances.service import BalanceService
from engine.closing.gathering import Gathering
from engine.closing.service import ClosingService
from engine.execution.audit import Audit
from engine.execution.journal import Journal
from engine.execution.submit import Submitter
from engine.guards.arming import ArmingMode
from engine.guards.guard import Guard
from engine.guards.introduction import Introduction
from engine.guards.keeper import GuardKeeper
from engine.guards.service import GuardService
from engine.guards.setter import GuardSetter
from engine.halts import HaltSwitch
from engine.history import Histories
from engine.liquidation.execute import Exits
from engine.liquidation.sale import Desk
from engine.liquidation.stock import Stockroom
from engine.liquidation.watch import Watch
from engine.liquidation.watch_log import WatchLog
from engine.portfolio.service import PortfolioService
from engine.routing.costs import Costs
from engine.routing.service import RouteService

#: A shorter silence than this, or than three guard cycles, is no gap worth a message.
SHORTEST_GAP_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineParts:
    """The engine, built: its lifecycle and what the chat asks of it."""

    trading: Trading
    reader: AccountReader
    watch: Watch
    balances: BalanceService
    portfolio: PortfolioService
    guards: GuardService
    closing: ClosingService
    halts: HaltSwitch
    audit: Audit
    routes: RouteService


def build_engine(settings: Settings, base: Base, resources: AsyncExitStack) -> EngineParts:
    """Return the engine, which owns `resources` from now on."""
    clock, database, tasks = base.clock, base.database, base.tasks
    reports = Reports()
    reader = AccountReader(brokers=base.brokers, markets=base.markets, reports=reports, clock=clock)
    balances = BalanceService(
        reader=reader,
        reports=reports,
        lookout=Lookout(database=database, clock=clock, what="balances"),
        database=database,
        clock=clock,
        tasks=tasks,
    )
    histories = Histories(database=database, brokers=base.brokers, markets=base.markets, clock=clock)
    costs = Costs(database=database, brokers=base.brokers, markets=base.markets, clock=clock)
    exits, watch = _build_watch(settings, base, reports)
    portfolio = PortfolioService(
        balances=balances,
        reader=reader,
        reports=reports,
        histories=histories,
        markets=base.markets,
        costs=costs,
        sights=lambda: watch.sights,
        database=database,
        clock=clock,
        threshold=settings.liquidation_pnl,
        price_max_age_s=settings.price_max_age_s,
    )
    setter = GuardSetter(database=database, clock=clock, new_id=_new_id)
    keeper = GuardKeeper(
        portfolio=portfolio,
        reports=reports,
        histories=histories,
        introduction=Introduction(
            portfolio=portfolio,
            setter=setter,
            database=database,
            clock=clock,
            threshold=settings.liquidation_pnl,
            mode=ArmingMode(settings.guard_existing),
        ),
        lookout=Lookout(database=database, clock=clock, what="past trades"),
        database=database,
        clock=clock,
    )
    gap_s = max(SHORTEST_GAP_S, 3 * settings.guard_interval_s)
    return EngineParts(
        trading=Trading(
            brokers=base.brokers,
            markets=base.markets,
            reader=reader,
            portfolio=portfolio,
            balances=balances,
            keeper=keeper,
            watch=watch,
            watch_log=WatchLog(
                database=database, watch=watch, clock=clock, shortest_gap=timedelta(seconds=gap_s)
            ),
            exits=exits,
            costs=costs,
            tasks=tasks,
            snapshot_interval_s=settings.snapshot_interval_s,
            resources=resources,
        ),
        reader=reader,
        watch=watch,
        balances=balances,
        portfolio=portfolio,
        guards=GuardService(
            portfolio=portfolio,
            reader=reader,
            database=database,
            clock=clock,
            threshold=settings.liquidation_pnl,
            setter=setter,
        ),
        closing=ClosingService(
            gathering=Gathering(
                portfolio=portfolio,
                reader=reader,
                reports=reports,
                brokers=base.brokers,
                markets=base.markets,
                clock=clock,
                threshold=settings.liquidation_pnl,
                price_max_age_s=settings.price_max_age_s,
            ),
            exits=exits,
            database=database,
            clock=clock,
            threshold=settings.liquidation_pnl,
            new_id=_new_id,
        ),
        halts=HaltSwitch(database=database, clock=clock),
        audit=Audit(database=database),
        routes=RouteService(
            reader=reader,
            balances=balances,
            markets=base.markets,
            costs=costs,
            database=database,
            clock=clock,
            coinbase_min_equity_usd=settings.coinbase_min_equity_usd,
        ),
    )


def _build_watch(settings: Settings, base: Base, reports: Reports) -> tuple[Exits, Watch]:
    journal = Journal(database=base.database, clock=base.clock)

    def breached(guard: Guard) -> bool | None:
        return watch.is_breached(guard)

    exits = Exits(
        desk=Desk(
            journal=journal,
            submitter=Submitter(journal=journal, clock=base.clock),
            reports=reports,
            stockroom=Stockroom(reports=reports, journal=journal, clock=base.clock),
            clock=base.clock,
            breached=breached,
        ),
        brokers=base.brokers,
        markets=base.markets,
        tasks=base.tasks,
        new_id=_new_id,
    )
    watch = Watch(
        database=base.database,
        markets=base.markets,
        exits=exits,
        clock=base.clock,
        tasks=base.tasks,
        price_max_age_s=settings.price_max_age_s,
    )
    return exits, watch


def _new_id() -> str:
    return str(uuid.uuid4())
