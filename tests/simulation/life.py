"""One life of the process: the real engine, wired as the process wires it, until it ends or is killed."""

import asyncio
from contextlib import AsyncExitStack
from types import SimpleNamespace

from bot.bootstrap.engine import build_engine
from engine.adoption.identities import Identities
from engine.market.feed import VenueMarket
from engine.tasks import Tasks
from tests.simulation.account_stream import SimAccountStream
from tests.simulation.broker import SimBroker, SimMarketData
from tests.simulation.database import InlineDatabase
from tests.simulation.delivery import Delivery
from tests.simulation.endings import KilledError, interruption_in, is_kill
from tests.simulation.known_balance import KnownBalance
from tests.simulation.nonces import Nonces
from tests.simulation.stream import SimStream


class Life:
    """Runs on the world's store and venues; once dead, it reaches neither."""

    def __init__(self, world):
        self._world = world
        self._rng = world.rng("life")
        self._answered = False
        self.is_started = False
        self.is_dead = False
        self.killed = asyncio.Event()
        self.database = InlineDatabase(world.store, self)
        self.tasks = Tasks(report=self._report)
        self._nonces = Nonces(world, self)
        #: what is known of each account's balance
        self._known = {
            venue: KnownBalance(
                pushes_transfers=truth.rules.pushes_transfers,
                monotonic=world.clock.monotonic,
                violate=world.violate,
            )
            for venue, truth in world.venues.items()
        }
        connections = {venue: self._connect(truth) for venue, truth in sorted(world.venues.items())}
        brokers = {broker.account.account_id: broker for broker, _ in connections.values()}
        base = SimpleNamespace(
            clock=world.wall,
            database=self.database,
            markets={
                venue: VenueMarket(data=market, clock=world.wall, streams=self._streams(world.venues[venue]))
                for venue, (_, market) in connections.items()
            },
            brokers=brokers,
            account_streams={stream.account.account_id: stream for stream in self._account_streams()},
            tasks=self.tasks,
            # The keys stay as they are in every scenario.
            identities=Identities(
                database=self.database,
                accounts={},
                brokers=brokers,
                known={},
                clock=world.wall,
                tasks=self.tasks,
            ),
        )
        self.engine = build_engine(world.settings, base, AsyncExitStack())
        self.delivery = Delivery(self.database, world.wall, world.rng("post"))

    def _connect(self, truth):
        world = self._world
        broker = SimBroker(
            world.account(truth.venue),
            truth=truth,
            faults=world.faults,
            clock=world.wall,
            life=self,
            known=self._known[truth.venue],
            rng=world.rng(f"broker {truth.venue}"),
            later=world.later,
        )
        market = SimMarketData(
            truth=truth,
            faults=world.faults,
            life=self,
            clock=world.wall,
            rng=world.rng(f"market {truth.venue}"),
        )
        return broker, market

    def _streams(self, truth):
        world = self._world
        if not world.is_streamed(truth.venue):
            return ()
        return (
            SimStream(
                truth=truth,
                faults=world.faults,
                life=self,
                clock=world.wall,
                rng=world.rng(f"stream {truth.venue}"),
            ),
        )

    def _account_streams(self):
        world = self._world
        for venue, truth in sorted(world.venues.items()):
            if world.pushes_orders(venue):
                yield SimAccountStream(
                    world.account(venue),
                    truth=truth,
                    faults=world.faults,
                    life=self,
                    known=self._known[venue],
                    rng=world.rng(f"account stream {venue}"),
                    later=world.later,
                )

    # what everything the engine touches asks before it answers

    def check(self):
        if self.is_dead:
            raise KilledError

    def check_call(self):
        self.check()
        if self.database.is_inside():
            self._world.violate("a venue was called inside a transaction")

    async def number_request(self, truth):
        """Draw the number of a request to a venue that wants rising ones."""
        if truth.rules.numbers_requests:
            self._world.note_nonce(truth.venue, await self._nonces.next_nonce(f"key of {truth.venue}"))

    def reserve_number(self, truth, session):
        """Draw it in the transaction of what the request is for."""
        if truth.rules.numbers_requests:
            self._nonces.reserve(session.raw, f"key of {truth.venue}")

    def crash_here(self, point):
        self.check()
        if self._world.crashes.strikes(point):
            self.is_dead = True
            self.killed.set()
            raise KilledError

    def note_answer(self):
        """Remember that a venue answered an order of which nothing is written down yet."""
        self._answered = True

    def crash_before_commit(self):
        if self._answered:
            self.crash_here("answered")

    def crash_after_commit(self):
        if self._answered:
            self._answered = False
            self.crash_here("committed")
        self.crash_here("any commit")

    async def take_turns(self):
        self.check()
        await asyncio.sleep(self._rng.choice((0, 0, 0.001, 0.004)))
        self.check()

    async def bury(self):
        """End what is left of a dead process."""
        self.is_dead = True
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        for ending in await asyncio.gather(*others, return_exceptions=True):
            self._world.break_off(interruption_in(ending))
        self._world.store.roll_back()

    def _report(self, name, error):
        if (interruption := interruption_in(error)) is not None:
            self._world.break_off(interruption)
        elif not is_kill(error):
            self._world.violate(f"the task {name!r} died: {error!r}")
