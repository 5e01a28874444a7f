"""Build the engine of its parts, each group of which is wired in `parts/`."""

from contextlib import AsyncExitStack

from engine.base import Base, EngineSettings
from engine.engine import Engine
from engine.exits.audit import Audit
from engine.orders.late_fees import LateFees
from engine.parts.accounts import AccountParts
from engine.parts.chat import ChatParts
from engine.parts.entries import EntryParts
from engine.parts.exits import ExitParts
from engine.parts.positions import PositionParts
from engine.parts.sync import SyncParts
from engine.parts.watch import WatchParts
from engine.statements.fill_reader import FillReader
from engine.statements.owner_sales import OwnerSales
from engine.statements.service import Statements
from engine.statements.trades import TradeReader
from engine.sync.unreadable import UnreadableRecords


def build_engine(settings: EngineSettings, base: Base, resources: AsyncExitStack) -> Engine:
    """Return the engine, which owns `resources` from now on."""
    accounts = AccountParts(settings=settings, base=base)
    exits = ExitParts(base=base, accounts=accounts)
    watch = WatchParts(settings=settings, base=base, accounts=accounts, exits=exits)
    positions = PositionParts(settings=settings, base=base, accounts=accounts, watch=watch)
    sync = SyncParts(settings=settings, base=base, accounts=accounts, exits=exits, positions=positions)
    entries = EntryParts(settings=settings, base=base, accounts=accounts, positions=positions)
    chat = ChatParts(
        settings=settings,
        base=base,
        accounts=accounts,
        exits=exits,
        positions=positions,
        sync=sync,
        entries=entries,
    )
    audit = Audit(database=base.database)
    trades = TradeReader(database=base.database, audit=audit, reports=accounts.reports, costs=accounts.costs)
    resources.enter_context(base.database.on_commit(watch.ticks.note_commit))
    return Engine(
        brokers=base.brokers,
        markets=base.markets,
        reader=accounts.reader,
        portfolio=positions.portfolio,
        balances=positions.balances,
        open_orders=positions.open_orders,
        sync=sync.sync,
        updates=accounts.updates,
        live_accounts=accounts.live_accounts,
        watch=watch.watch,
        watch_log=watch.watch_log,
        exits=exits.exits,
        identities=base.identities,
        costs=accounts.costs,
        late_fees=LateFees(database=base.database, brokers=base.brokers, clock=base.clock),
        unreadable=UnreadableRecords(database=base.database, clock=base.clock),
        tasks=base.tasks,
        guards=chat.guards,
        closing=chat.closing,
        levels=chat.levels,
        panic=chat.panic,
        cancelling=chat.cancelling,
        paper=chat.paper,
        buying=chat.buying,
        halts=entries.halts,
        audit=audit,
        statements=Statements(
            trades=trades,
            owner_sales=OwnerSales(database=base.database, reports=accounts.reports),
            fills=FillReader(database=base.database, clock=base.clock),
            database=base.database,
        ),
        entries=entries.entries,
        preferences=entries.preferences,
        buys=entries.buys,
        late_buys=entries.late_buys,
        snapshot_interval_s=settings.snapshot_interval_s,
        resources=resources,
    )
