"""One world with the lives of the process in it, moved on cycle by cycle by a scenario or by a test."""

import asyncio
from contextlib import contextmanager
from decimal import Decimal
from unittest.mock import patch

from engine.offers.closing_preview import ClosePreview
from engine.offers.part import Share
from tests.simulation.arming import store_guard
from tests.simulation.committed_rows import CommittedRows
from tests.simulation.database import OWNER_ID
from tests.simulation.endings import KilledError
from tests.simulation.faults import Kind
from tests.simulation.invariants import check_end, check_history, check_step, unsettled
from tests.simulation.life import Life
from tests.simulation.loop import VirtualLoop
from tests.simulation.order_checks import OrderChecks
from tests.simulation.world import SNAPSHOT_EVERY_S, World

CYCLE_S = 5
#: By how many seconds the machine's clock may be wrong: more than a scenario lasts.
OFF_BY_S = (-30 * 86_400, -7200, 7200, 30 * 86_400)
NOTE_EVERY_S = 15
#: Seconds that coming to rest may take, and for which nothing may happen before it counts as rest. A lost order whose
#: coins are gone is sought for ten minutes, and what waited for that may need two more readings.
REST_S, QUIET_S = 900, 2 * SNAPSHOT_EVERY_S + 2 * CYCLE_S
#: How long a cycle is while coming to rest, once nothing happened in the one before.
IDLE_CYCLE_S = SNAPSHOT_EVERY_S


#: What of a position its owner asks to be sold; None is all of it.
PARTS = (None, None, Share(Decimal("0.5")), Share(Decimal("0.3")))


class Stage:
    """Does what the schedule does, interval by interval; a process that is killed is started again."""

    def __init__(self, world):
        self.world = world
        self._committed = CommittedRows(world)
        self._order_checks = OrderChecks(world)
        self._life = None
        self._parts = world.rng("parts")
        self._snapshot_at = self._note_at = 0

    def furnish(self, venue, symbol, *, price, quantity):
        """Open a market at a venue and let the account hold some of it."""
        truth = self.world.venues.get(venue) or self.world.open_venue(venue)
        self._order_checks.stand_at(truth)
        truth.prices.set(symbol, Decimal(price))
        truth.deposit(symbol.split("/")[0], Decimal(quantity))
        return truth

    async def arm(self, truth, symbol, quantity, *, cost):
        """Set a guard as the owner's word does."""
        return await store_guard(self.world, truth, symbol, Decimal(quantity), cost=Decimal(cost))

    async def cycles(self, count):
        for _ in range(count):
            await self.cycle()

    async def cycle(self, down_s=3, *, lasts_s=CYCLE_S):
        """Do what is due within one interval; the process is down for a while when it is killed meanwhile."""
        self._set_clock()
        self._shape_markets()
        life = self._life = self._life or Life(self.world)
        try:
            await self._do_what_is_due(life)
        except KilledError:
            self.world.life_is_up = False
        except Exception as error:  # noqa: BLE001 - the schedule's edge: whatever a job raises is a finding
            self.world.violate(f"a job failed: {error!r}")
        await self._pass_time(life, lasts_s, down_s)
        self.world.check_unbroken()
        self._committed.catch_up()
        check_step(self.world)

    async def come_to_rest(self):
        """End what goes wrong, and check once nothing happens any more."""
        self.world.trace("nothing goes wrong from here on")
        self.world.faults.end_all()
        self.world.crashes.end_all()
        quiet_s, lasts_s, until = 0, CYCLE_S, self._now_s + REST_S
        while self._now_s < until and quiet_s < QUIET_S and not self.world.violations:
            so_far = len(self.world.lines)
            await self.cycle(lasts_s=lasts_s)
            quiet_s = 0 if unsettled(self.world) else quiet_s + lasts_s
            lasts_s = CYCLE_S if len(self.world.lines) > so_far else IDLE_CYCLE_S
        if not self.world.violations:
            for what in unsettled(self.world):
                self.world.violate(f"never settled: {what}")
            check_end(self.world)
            await self._check_history()

    def ask_to_close(self, truth, symbol):
        """Have the owner ask for a sale, look at what it would bring, and agree."""
        if self._life and self._life.is_started and not self._life.is_dead:
            life = self._life
            life.tasks.spawn(f"the owner asks for {symbol}", lambda: self._close(life, truth, symbol))

    async def _close(self, life, truth, symbol):
        part = self._parts.choice(PARTS)
        preview = await life.engine.closing.offer_close(OWNER_ID, symbol, truth.venue, part=part)
        if not isinstance(preview, ClosePreview) or preview.confirmation_id is None:
            return
        armed = self.world.guard_of(truth.venue, symbol)
        if armed is None:
            return
        armed.is_all_agreed |= part is None
        armed.agreed = armed.sold + sum(line.quantity for line in preview.sellable)
        came_of_it = await life.engine.closing.close(OWNER_ID, preview.confirmation_id)
        self.world.trace(f"the owner agreed to sell {symbol} at {truth.venue}: {type(came_of_it).__name__}")

    async def _check_history(self):
        life = self._life
        for record in await life.engine.audit.fetch_exits(OWNER_ID):
            if await life.engine.audit.fetch_exit(OWNER_ID, record.intent.intent_id) != record:
                self.world.violate(f"the history of {record.intent.intent_id} is shown in two ways")
        check_history(self.world, await life.engine.audit.fetch_exits(OWNER_ID))

    async def end(self):
        if self._life:
            await self._life.bury()

    async def _do_what_is_due(self, life):
        if not life.is_started:
            life.is_started = True
            await life.engine.start()
        await life.engine.guard()
        if self._now_s >= self._snapshot_at:
            self._snapshot_at = self._now_s + SNAPSHOT_EVERY_S
            await life.engine.snapshot()
        if self._now_s >= self._note_at:
            self._note_at = self._now_s + NOTE_EVERY_S
            await life.engine.note_watching()
        if self.world.store.rows("SELECT 1 FROM alerts WHERE not_before IS NOT NULL LIMIT 1"):
            await life.delivery.deliver()

    @property
    def _now_s(self):
        return self.world.clock.monotonic()

    async def _pass_time(self, life, lasts_s, down_s):
        try:
            async with asyncio.timeout(lasts_s):
                await life.killed.wait()
        except TimeoutError:
            self.world.life_is_up = True
            return
        await life.bury()
        self._life, self.world.life_is_up = None, False
        await asyncio.sleep(down_s)

    def _set_clock(self):
        """Set the machine's clock forward or back, or right again; the venues and the steady clock go on."""
        world = self.world
        if not any(world.faults.lasts(venue, Kind.CLOCK_SET) for venue in world.venues):
            world.wall.set_by(0)
        elif world.wall.is_right:
            off_s = world.rng("clock").choice(OFF_BY_S)
            world.wall.set_by(off_s)
            world.tally.faults[Kind.CLOCK_SET] += 1
            world.trace(f"the clock is set by {off_s} s")

    def _shape_markets(self):
        """Bring the faults about that no call runs into: a state of the market, or a stream that ends."""
        faults, tally = self.world.faults, self.world.tally
        for truth in self.world.venues.values():
            wide = faults.lasts(truth.venue, Kind.SPREAD_WIDE)
            thin = faults.lasts(truth.venue, Kind.TOP_THIN)
            if faults.strikes(truth.venue, Kind.ACCOUNT_STREAM_LOST):
                truth.drop_stream()
            truth.cancel_only = faults.lasts(truth.venue, Kind.CANCEL_ONLY)
            tally.faults[Kind.SPREAD_WIDE] += wide
            tally.faults[Kind.TOP_THIN] += thin
            for symbol in truth.prices.symbols():
                truth.prices.shape(
                    symbol,
                    spread_ratio=Decimal("0.03") if wide else Decimal("0.001"),
                    top=Decimal("0.00001") if thin else Decimal(1000),
                )


@contextmanager
def virtual_time():
    """Open a loop in which waiting takes no time."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def play(store, script, *, seed="script"):
    """Play a script on an empty stage and return its world."""
    with virtual_time() as loop:
        store.empty()
        world = World(seed, store, loop=loop)
        with patch("uuid.uuid4", world.new_id), patch("secrets.token_urlsafe", world.new_token):
            loop.run_until_complete(_played(Stage(world), script))
    world.tally.violations = len(world.violations)
    return world


async def _played(stage, script):
    await script(stage)
    await stage.end()
    stage.world.check_unbroken()
