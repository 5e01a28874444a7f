"""The whole engine as the process builds it, on a database of its own, with the venues on loopback."""

import asyncio
import shutil
import sqlite3
from contextlib import AsyncExitStack, asynccontextmanager, closing
from decimal import Decimal
from functools import partial

from pydantic_settings import InitSettingsSource
from sqlmodel import select
from structlog.testing import capture_logs

from bot.bootstrap.engine import build_engine
from bot.bootstrap.foundation import open_foundation
from bot.configuration.settings import Settings
from engine.alerts.messages import load_message
from engine.alerts.table import AlertRow
from engine.brokers.paper.ledger import Draft, Kind
from engine.exits.exit_journal import ExitJournal
from engine.guards import store as guard_rows
from engine.guards.guard import Guard, GuardSource
from engine.market.mark import MarkBasis
from engine.model.holdings import Direction, PositionKind
from engine.model.orders import Side
from engine.model.venues import Account, Venue
from engine.orders.intents import Trigger
from engine.orders.table import IntentRow
from engine.storage import connecting
from sandbox.faults import Fault, FaultKind
from sandbox.world import OWNER_ID, SandboxWorld, Story
from tests.patient_loop import START, LoopClock
from tests.rows import load_rows

#: How long writes are tried while another program holds the database: it will not let go, however long they wait.
HELD_MS = 50


class Room:
    """One life of the process after the other over the same database and the same world."""

    def __init__(self, folder, world, clock, logs, changes):
        self.folder = folder
        self.world = world
        self.clock = clock
        self.logs = logs
        environment = {
            name.removeprefix("NIJA_").lower(): value for name, value in world.environment(folder).items()
        }
        # Prices are pushed where a test says so: an open stream has no end that time could wait for.
        streams = dict.fromkeys([name for name in environment if "_ws_" in name], "off")
        self.given = {**environment, **streams, **changes}
        self.settings = self.settings_with({})
        self.base = None
        self.engine = None
        self.expected_failures = []

    def settings_with(self, changes):
        """Return the settings of the room, some of them changed."""
        # Nothing but these: reading the environment, where none of it stands, is most of the work.
        given = InitSettingsSource(Settings, {**self.given, **changes})
        return Settings(_build_sources=((given,), {}))

    # lives of the process

    async def open(self):
        resources = AsyncExitStack()
        self.base = await open_foundation(self.settings, self.clock, resources)
        self._keep_time_with(self.base)
        self.engine = build_engine(self.settings, self.base, resources)

    async def crash(self):
        """End a life in the middle of whatever it was doing."""
        await self.base.tasks.drain(0)
        await self.engine.close()

    async def restart(self):
        await self.crash()
        await self.open()
        await self.engine.start()

    def _keep_time_with(self, base):
        pools = {connection.market.http.session.connector for connection in base.connections.values()}
        tapes = [self.world.tape(venue) for venue in self.world.venues]

        def is_under_way():
            return not any(tape.is_answering for tape in tapes) and any(pool._acquired for pool in pools)

        asyncio.get_running_loop().is_under_way = is_under_way

    # what happens in the process

    async def look(self):
        """Run one guard cycle and wait until every venue that answers was looked at."""
        await self.engine.guard()
        await self.wait_for("look ")

    async def read(self):
        """Read every account, and bring fills, questions and guards up to date."""
        await self.engine.snapshot()
        await self.wait_for("snapshot ")

    async def wait_for(self, *kinds, within_s=900):
        """Wait until no task of these kinds runs."""
        try:
            async with asyncio.timeout(within_s):
                while running := [
                    task for name, task in self.tasks._running.items() if name.startswith(kinds)
                ]:
                    await asyncio.wait(running)
                    await asyncio.sleep(0)
        except TimeoutError as e:
            e.add_note(self._story())
            raise

    def _story(self):
        """What the venues were asked last and what was logged, for whoever wonders what it still waits for."""
        calls = sorted(
            (call.monotonic, venue, call.endpoint, call.outcome)
            for venue in self.world.venues
            for call in self.world.tape(venue).calls()
        )
        return "\n".join(map(str, [self.clock.monotonic(), *calls[-60:], *self.logs[-20:]]))

    async def sell_off(self):
        """Look, and wait until what was begun is over."""
        await self.look()
        await self.wait_for("exit ")

    # the engine's parts

    @property
    def database(self):
        return self.base.database

    @property
    def failures(self):
        """What ended with an exception nobody expected."""
        return [str(log["exc_info"]) for log in self.logs if log["event"] == "a task failed"]

    @property
    def tasks(self):
        return self.base.tasks

    @property
    def journal(self):
        return ExitJournal(database=self.database, clock=self.clock)

    @property
    def exits(self):
        return self.engine.exits

    @property
    def sync(self):
        return self.engine.sync

    @property
    def histories(self):
        return self.sync._histories

    def report(self, venue=Venue.KRAKEN):
        """Return the latest report of an account."""
        return self.sync._reports.latest(f"env-{venue.value}")

    @property
    def costs(self):
        return self.engine.costs

    @property
    def watch_log(self):
        return self.engine.watch_log

    def broker(self, venue=Venue.KRAKEN):
        return self.base.connections[venue].broker

    def account(self, venue=Venue.KRAKEN):
        return Account(account_id=f"env-{venue.value}", user_id=OWNER_ID, venue=venue)

    # what is written down

    async def alerts(self, *kinds):
        async with self.database.read() as session:
            found = await load_rows(session, select(AlertRow).order_by(AlertRow.alert_id))
            messages = [load_message(row.data) for row in found]
        return [message for message in messages if not kinds or isinstance(message, kinds)]

    async def guard(self, guard_id="guard-1"):
        async with self.database.read() as session:
            return await guard_rows.load_guard(session, guard_id)

    async def guards(self, venue=Venue.KRAKEN):
        async with self.database.read() as session:
            return await guard_rows.load_open_guards(session, f"env-{venue.value}")

    async def intents(self):
        async with self.database.read() as session:
            return list(await load_rows(session, select(IntentRow).order_by(IntentRow.created_at)))

    async def steps(self, intent_id):
        return [f"{step.why}: {step.to_state}" for step in await self.journal.orders.load_steps(intent_id)]

    # what a test brings about

    async def arm(
        self, quantity, cost, symbol="BTC/USD", *, venue=Venue.KRAKEN, guard_id="guard-1", **changes
    ):
        """Set a guard without asking anybody."""
        asset, _, currency = symbol.partition("/")
        values = {
            "guard_id": guard_id,
            "user_id": OWNER_ID,
            "account_id": f"env-{venue.value}",
            "venue": venue,
            "kind": PositionKind.SPOT,
            "direction": Direction.LONG,
            "asset": asset,
            "symbol": symbol,
            "quantity": Decimal(quantity),
            "cost": Decimal(cost),
            "currency": currency,
            "threshold": Decimal("-0.01"),
            "source": GuardSource.MANUAL,
            "created_at": self.clock.now(),
        }
        guard = Guard(**{**values, **changes})
        await self.put(guard)
        return guard

    async def put(self, guard):
        """Write a guard down as it is given, whatever stands there."""
        async with self.database.write() as session:
            was = await guard_rows.load_guard(session, guard.guard_id)
            await guard_rows.save_guard(session, guard, was=was, now=self.clock.now(), cause="test")

    async def damage(self, table, change, where="true"):
        """Change stored rows as a hand, a failing disk or another version would."""
        words = ["UPDATE", table, "SET", change, "WHERE", where]
        async with self._another_program() as execute:
            changed = (await execute(" ".join(words))).rowcount
        assert changed > 0

    @asynccontextmanager
    async def refused_changes(self, where, *, table="guards"):
        """Let the database refuse every change of some rows, which may be told from others by their `NEW` values."""
        change = "INSERT" if table == "alerts" else "UPDATE"
        refusal = "BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END"
        async with self._another_program() as execute:
            await execute(f"CREATE TRIGGER refusing BEFORE {change} ON {table} WHEN {where} {refusal}")
            try:
                yield
            finally:
                await execute("DROP TRIGGER refusing")

    @asynccontextmanager
    async def held_database(self):
        """Let another program hold the database file."""
        async with self._another_program() as execute:
            await execute("BEGIN IMMEDIATE")
            # So long whoever writes waits for another program, the counters of the keys too.
            usual, connecting.BUSY_TIMEOUT_MS = connecting.BUSY_TIMEOUT_MS, HELD_MS
            try:
                yield
            finally:
                await execute("ROLLBACK")
                connecting.BUSY_TIMEOUT_MS = usual

    @asynccontextmanager
    async def _another_program(self):
        """Yield what carries out SQL beside the process, in a thread: its turn may come only while the loop goes on."""
        opening = partial(sqlite3.connect, isolation_level=None, check_same_thread=False)
        with closing(await asyncio.to_thread(opening, self.folder / "nija.db")) as other:
            yield partial(asyncio.to_thread, other.execute)

    def deposit(self, asset, amount, *, venue=Venue.KRAKEN):
        self.world.ledger(venue).deposit(asset, Decimal(amount), at=self.seconds())

    def withdraw(self, asset, amount, *, venue=Venue.KRAKEN):
        self.world.ledger(venue).withdraw(asset, Decimal(amount), at=self.seconds())

    def trade(
        self, side, quantity, symbol="BTC/USD", *, venue=Venue.KRAKEN, limit=None, leverage=None, fee_on=None
    ):
        """Trade at a venue, as its owner does behind the bot's back."""
        draft = Draft(
            listing=self.world.market.listing(venue, symbol),
            side=Side(side),
            kind=Kind.MARKET if limit is None else Kind.LIMIT,
            quantity=Decimal(quantity),
            limit=None if limit is None else Decimal(limit),
            leverage=leverage,
            fee_on=fee_on,
        )
        book = self.world.market.liquidity(venue, symbol)
        collateral = Decimal(1_000_000)
        return self.world.ledger(venue).place(draft, book, at=self.seconds(), collateral=collateral)

    def set_bid(self, bid, symbol="BTC/USD", *, venue=Venue.KRAKEN):
        self.world.set_bid(venue, symbol, Decimal(bid))

    def fault(self, kind, endpoint="AddOrder", *, venue=Venue.KRAKEN, **options):
        self.world.faults(venue).add(Fault(kind=kind, endpoint=endpoint, **options))

    def fault_order_lists(self, *, times=None):
        """Have none of Kraken's lists answer that an order of ours could be found in."""
        for endpoint in ("OpenOrders", "ClosedOrders", "TradesHistory"):
            self.fault(FaultKind.HTTP_ERROR_BEFORE, endpoint, times=times)

    def sent(self, endpoint="AddOrder", *, venue=Venue.KRAKEN):
        """Return the calls of an endpoint but those that Kraken only checked."""
        return [call for call in self.world.tape(venue).calls(endpoint) if "validate" not in call.params]

    def spend_points(self, points):
        """Take points off what the key at Kraken may spend, as if other requests had gone out."""
        self.broker()._lane._budget.take(points, now=self.clock.monotonic())

    def seconds(self):
        """Return the venues' time."""
        return self.clock.true_now().timestamp()


def a_trigger(price="50000", quantity="0.1", cost="6000", *, at, ratio="-0.1667"):
    return Trigger(
        price=Decimal(price),
        basis=MarkBasis.BID,
        ratio=Decimal(ratio),
        threshold=Decimal("-0.01"),
        quantity=Decimal(quantity),
        cost=Decimal(cost),
        at=at,
    )


@asynccontextmanager
async def open_room(template, folder, *, venues=(Venue.KRAKEN,), story=None, start=START, **changes):
    """Open venues and engine; `template` is a migrated, empty database."""
    with capture_logs() as logs:
        shutil.copy(template, folder / "nija.db")
        clock = LoopClock(asyncio.get_running_loop(), start=start)
        world = SandboxWorld(
            venues=venues,
            story=story or Story(),
            now=lambda: clock.true_now().timestamp(),
            monotonic=clock.monotonic,
        )
        async with world:
            room = Room(folder, world, clock, logs, changes)
            await room.open()
            try:
                yield room
            finally:
                await room.crash()
