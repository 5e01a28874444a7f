"""Build the engine on its base."""

import uuid
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial

from bot.bootstrap.base import Base
from bot.settings import Settings
from bot.trading import Trading
from engine.alerts.unreadable import UnreadableRecords
from engine.balances.lookout import Lookout
from engine.balances.reader import AccountReader
from engine.balances.reports import Reports
from engine.balances.service import BalanceService
from engine.closing.gathering import Gathering
from engine.closing.service import ClosingService
from engine.execution.audit import Audit
from engine.execution.journal import Journal
from engine.execution.late_fees import LateFees
from engine.execution.settling import Settler
from engine.execution.submit import Submitter
from engine.guards.arming import ArmingMode
from engine.guards.guard import Guard
from engine.guards.introduction import Introduction
from engine.guards.keeper import GuardKeeper
from engine.guards.service import GuardService
from engine.guards.setter import GuardSetter
from engine.halts import HaltSwitch
from engine.history import Histories
from engine.liquidation.availability import Availability
from engine.liquidation.desk import Desk
from engine.liquidation.execute import Exits
from engine.liquidation.late_fills import LateFills
from engine.liquidation.watch import Watch
from engine.liquidation.watch_log import WatchLog
from engine.portfolio.service import PortfolioService
from engine.routing.costs import Costs
from engine.routing.service import RouteService
from engine.storage.database import Database
from engine.storage.repositories.steps import load_last_step_of_all

#: A shorter silence than this, or than three guard cycles, is no gap worth a message.
SHORTEST_GAP_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineParts:
    """The engine, built: its lifecycle and what the chat asks of it."""

    trading: Trading
    reader: AccountReader
    watch: Watch
    exits: Exits
    balances: BalanceService
    portfolio: PortfolioService
    guards: GuardService
    closing: ClosingService
    halts: HaltSwitch
    audit: Audit
    routes: RouteService


@dataclass(frozen=True, slots=True, kw_only=True)
class _Books:
    """What is known of the accounts: the latest readings, their past, what trading costs, all of it as positions."""

    reports: Reports
    reader: AccountReader
    lookout: Lookout
    balances: BalanceService
    histories: Histories
    costs: Costs
    portfolio: PortfolioService


def build_engine(settings: Settings, base: Base, resources: AsyncExitStack) -> EngineParts:
    """Return the engine, which owns `resources` from now on."""
    reports = Reports(base.clock, last_step=partial(_last_step, base.database))
    exits, watch = _build_watch(settings, base, reports)
    books = _open_books(settings, base, reports, watch)
    setter = GuardSetter(database=base.database, clock=base.clock, new_id=_new_id)
    keeper = _build_keeper(settings, base, books, setter)
    return EngineParts(
        trading=_build_trading(
            settings, base, books, keeper=keeper, exits=exits, watch=watch, resources=resources
        ),
        reader=books.reader,
        watch=watch,
        exits=exits,
        balances=books.balances,
        portfolio=books.portfolio,
        guards=GuardService(
            portfolio=books.portfolio,
            database=base.database,
            clock=base.clock,
            threshold=settings.liquidation_pnl,
            setter=setter,
        ),
        closing=_build_closing(settings, base, books, exits),
        halts=HaltSwitch(database=base.database, clock=base.clock),
        audit=Audit(database=base.database),
        routes=RouteService(
            reader=books.reader,
            balances=books.balances,
            markets=base.markets,
            costs=books.costs,
            database=base.database,
            clock=base.clock,
            coinbase_min_equity_usd=settings.coinbase_min_equity_usd,
        ),
    )


def _open_books(settings: Settings, base: Base, reports: Reports, watch: Watch) -> _Books:
    clock, database = base.clock, base.database
    reader = AccountReader(brokers=base.brokers, markets=base.markets, reports=reports, clock=clock)
    lookout = Lookout(database=database, clock=clock, has_price_alarm=watch.has_price_alarm)
    balances = BalanceService(
        reader=reader,
        reports=reports,
        lookout=lookout,
        database=database,
        clock=clock,
        tasks=base.tasks,
    )
    histories = Histories(database=database, brokers=base.brokers, markets=base.markets, clock=clock)
    costs = Costs(database=database, brokers=base.brokers, markets=base.markets, clock=clock)
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
    return _Books(
        reports=reports,
        reader=reader,
        lookout=lookout,
        balances=balances,
        histories=histories,
        costs=costs,
        portfolio=portfolio,
    )


def _build_keeper(settings: Settings, base: Base, books: _Books, setter: GuardSetter) -> GuardKeeper:
    clock, database = base.clock, base.database
    return GuardKeeper(
        portfolio=books.portfolio,
        reports=books.reports,
        histories=books.histories,
        introduction=Introduction(
            portfolio=books.portfolio,
            setter=setter,
            database=database,
            clock=clock,
            threshold=settings.liquidation_pnl,
            mode=ArmingMode(settings.guard_existing),
        ),
        lookout=books.lookout,
        late_fills=LateFills(database=database, brokers=base.brokers, clock=clock),
        is_alone=lambda: base.rival.is_ruled_out,
        database=database,
        clock=clock,
    )


def _build_trading(
    settings: Settings,
    base: Base,
    books: _Books,
    *,
    keeper: GuardKeeper,
    exits: Exits,
    watch: Watch,
    resources: AsyncExitStack,
) -> Trading:
    gap_s = max(SHORTEST_GAP_S, 3 * settings.guard_interval_s)
    return Trading(
        brokers=base.brokers,
        markets=base.markets,
        reader=books.reader,
        portfolio=books.portfolio,
        balances=books.balances,
        keeper=keeper,
        watch=watch,
        watch_log=WatchLog(
            database=base.database, watch=watch, clock=base.clock, shortest_gap=timedelta(seconds=gap_s)
        ),
        exits=exits,
        identities=base.identities,
        costs=books.costs,
        unreadable=UnreadableRecords(database=base.database, clock=base.clock),
        late_fees=LateFees(database=base.database, brokers=base.brokers, clock=base.clock),
        tasks=base.tasks,
        snapshot_interval_s=settings.snapshot_interval_s,
        resources=resources,
    )


def _build_closing(settings: Settings, base: Base, books: _Books, exits: Exits) -> ClosingService:
    return ClosingService(
        portfolio=books.portfolio,
        gathering=Gathering(
            reader=books.reader,
            reports=books.reports,
            brokers=base.brokers,
            markets=base.markets,
            clock=base.clock,
            threshold=settings.liquidation_pnl,
            price_max_age_s=settings.price_max_age_s,
            is_key_certain=base.identities.is_settled,
        ),
        exits=exits,
        database=base.database,
        clock=base.clock,
        threshold=settings.liquidation_pnl,
        new_id=_new_id,
    )


def _build_watch(settings: Settings, base: Base, reports: Reports) -> tuple[Exits, Watch]:
    journal = Journal(database=base.database, clock=base.clock)
    settler = Settler(journal=journal, clock=base.clock)

    def breached(guard: Guard) -> bool | None:
        return watch.is_breached(guard)

    def marked(guard: Guard) -> Decimal | None:
        return watch.price_of(guard)

    exits = Exits(
        desk=Desk(
            journal=journal,
            submitter=Submitter(journal=journal, settler=settler, clock=base.clock),
            settler=settler,
            reports=reports,
            availability=Availability(reports=reports, journal=journal, clock=base.clock),
            clock=base.clock,
            breached=breached,
            marked=marked,
        ),
        brokers=base.brokers,
        markets=base.markets,
        tasks=base.tasks,
        new_id=_new_id,
        is_certain=base.identities.is_settled,
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


async def _last_step(database: Database) -> int:
    async with database.read() as session:
        return await load_last_step_of_all(session)
