"""What everything stands on: clock, database, keys' counters and connections to the venues."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from bot.command_errors import CommandError
from bot.configuration.settings import Settings
from bot.doctor.doctor import Link
from bot.storage.upkeep import migrate_held
from bot.telegram.second_poller import SecondPoller
from bot.venue_connections import Connection, ConnectorParts, connect_all, open_paper_accounts
from engine.adoption.identities import Identities
from engine.adoption.identities_store import Identity
from engine.adoption.ownership import adopt_accounts
from engine.brokers.base import Broker
from engine.brokers.streams.account_stream import AccountStream
from engine.brokers.venue_http import Http
from engine.clock import Clock, SystemClock
from engine.market.feed import Markets, VenueMarket
from engine.model.venues import Venue
from engine.nonce.store import NonceStore
from engine.storage.backup import database_file
from engine.storage.database import Database
from engine.tasks import Tasks
from engine.users.accounts import KeyOrigin
from engine.users.users import Users

_NO_BROKER = (
    "no broker is set: nothing is read, guarded or sold; nija doctor names the settings of their keys"
)
_NO_POSTGRESQL = "NIJA_DATABASE_URL names PostgreSQL; this version runs on SQLite only."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """What everything stands on: clock, database, connections."""

    clock: Clock
    database: Database
    nonces: NonceStore
    connections: Mapping[Venue, Connection]
    markets: Markets
    brokers: Mapping[str, Broker]
    account_streams: Mapping[str, AccountStream]
    users: Users
    tasks: Tasks
    identities: Identities
    second_poller: SecondPoller


async def open_foundation(settings: Settings, clock: Clock, resources: AsyncExitStack) -> Foundation:
    """Open everything, to be closed with `resources`.

    Raises:
        CommandError: the database is one this version cannot run on.

    """
    file = database_file(settings.database_url)
    if file is None:
        raise CommandError(_NO_POSTGRESQL)
    database = Database(settings.database_url)
    resources.push_async_callback(database.dispose)
    nonces, connections = await _open_connections(settings, file, database, clock, resources)
    if not connections:
        log.warning(_NO_BROKER)
    markets = {
        venue: VenueMarket(data=c.market, clock=clock, streams=c.streams) for venue, c in connections.items()
    }
    for market in markets.values():
        resources.push_async_callback(market.close)
    users = Users(database=database, clock=clock)
    await users.ensure_owners(settings.owner_ids)
    known = await _save_accounts(settings, clock, database, nonces, connections)
    await open_paper_accounts(connections.values(), settings.paper_usd)
    tasks = Tasks(report=_report_task)
    brokers = {c.stored.account_id: c.broker for c in connections.values()}
    return Foundation(
        clock=clock,
        database=database,
        nonces=nonces,
        connections=connections,
        markets=markets,
        brokers=brokers,
        account_streams=_account_streams(connections),
        users=users,
        tasks=tasks,
        identities=Identities(
            database=database,
            accounts={c.stored.account_id: c.stored for c in connections.values()},
            brokers=brokers,
            known=known,
            clock=clock,
            tasks=tasks,
        ),
        second_poller=SecondPoller(clock),
    )


async def _open_connections(
    settings: Settings, file: Path, database: Database, clock: Clock, resources: AsyncExitStack
) -> tuple[NonceStore, Mapping[Venue, Connection]]:
    """Open the counters of the keys, and connect to every venue that has one."""
    nonces = await NonceStore(file, clock).open()
    resources.push_async_callback(nonces.close)
    http = Http.open(clock, secrets=settings.secrets())
    resources.push_async_callback(http.close)
    connections = connect_all(
        ConnectorParts(settings=settings, http=http, clock=clock, nonces=nonces, database=database)
    )
    for connection in connections.values():
        resources.push_async_callback(connection.broker.close)
        resources.push_async_callback(connection.market.close)
    return nonces, connections


async def _save_accounts(
    settings: Settings,
    clock: Clock,
    database: Database,
    nonces: NonceStore,
    connections: Mapping[Venue, Connection],
) -> Mapping[str, Identity]:
    stored_accounts = [connection.stored for connection in connections.values()]
    known = await adopt_accounts(database, stored_accounts, owner_ids=settings.owner_ids, clock=clock)
    for connection in connections.values():
        stored = connection.stored
        if stored.origin is KeyOrigin.PAPER:
            continue
        await nonces.assign(stored.key_fingerprint, user_id=stored.user_id, account_id=stored.account_id)
    return known


def _account_streams(connections: Mapping[Venue, Connection]) -> Mapping[str, AccountStream]:
    streams = {c.stored.account_id: c.account_stream for c in connections.values()}
    return {account_id: stream for account_id, stream in streams.items() if stream is not None}


def _report_task(name: str, error: BaseException) -> None:
    log.error("a task failed", task=name, exc_info=error)


@asynccontextmanager
async def open_links(settings: Settings, *, public_only: bool) -> AsyncIterator[tuple[Link, ...]]:
    """Connect to the venues for a look that is over soon; `public_only` leaves the keys alone."""
    clock, file = SystemClock(), database_file(settings.database_url)
    async with AsyncExitStack() as resources:
        if file is None:
            raise CommandError(_NO_POSTGRESQL)
        if not file.exists():
            file = await asyncio.to_thread(_make_passing, settings, clock, resources)
        database = Database(settings.database_url)
        resources.push_async_callback(database.dispose)
        _, connections = await _open_connections(settings, file, database, clock, resources)
        yield tuple(_link(c, public_only=public_only) for c in connections.values())


def _link(connection: Connection, *, public_only: bool) -> Link:
    market, streams = connection.market, connection.streams
    if public_only:
        return Link(market=market)
    if connection.stored.origin is KeyOrigin.PAPER:
        return Link(market=market, streams=streams)
    return Link(
        market=market, streams=streams, broker=connection.broker, account_stream=connection.account_stream
    )


def _make_passing(settings: Settings, clock: Clock, resources: AsyncExitStack) -> Path:
    """Make a database for the counters of one look, which makes nothing that stays."""
    folder = Path(resources.enter_context(TemporaryDirectory(prefix="nija-")))
    file = folder / "nija.db"
    changes = {"data_dir": folder, "database_url": f"sqlite+aiosqlite:///{file}"}
    migrate_held(settings.model_copy(update=changes), clock)
    return file
