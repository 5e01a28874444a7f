"""A seed's whole story: prices fall, venues fail, owners trade, the process dies, and everything must hold."""

import asyncio
from unittest.mock import patch

from engine.venues import Venue
from tests.simulation.crashes import plan_crashes
from tests.simulation.database import Store
from tests.simulation.deeds import FIRST_PRICES, Deeds
from tests.simulation.faults import Kind
from tests.simulation.invariants import check_end, check_step, unsettled
from tests.simulation.life import KilledError, Life
from tests.simulation.loop import VirtualLoop
from tests.simulation.watching import Watching
from tests.simulation.world import World

CYCLE_S = 5
STEPS = 30
SNAPSHOT_EVERY = 4
#: Cycles that coming to rest may take.
REST = 60


class Story:
    """Drives one world and the lives of the process in it."""

    def __init__(self, world):
        self.world = world
        self._rng = world.rng("story")
        self._deeds = Deeds(world)
        self._life = None

    async def run(self):
        for venue in self._rng.sample(list(Venue), self._rng.choice((1, 1, 2, 3))):
            truth = self.world.open_venue(venue)
            for symbol in self._rng.sample(list(FIRST_PRICES), self._rng.choice((1, 1, 2))):
                self._deeds.furnish(truth, symbol)
        Watching(self.world)
        for step in range(STEPS):
            await self._happen()
            await self._cycle(step)
            if self.world.violations:
                return
        await self._come_to_rest()

    async def _happen(self):
        self._deeds.drift()
        if self._rng.random() < 0.3:
            await self._deeds.arm_where_nothing_is_guarded()
        if self._rng.random() < 0.45:
            self._deeds.happen()
        if self._rng.random() < 0.4:
            self._go_wrong()

    def _go_wrong(self):
        truth = self._rng.choice(list(self.world.venues.values()))
        kind = self._rng.choice(list(Kind))
        self.world.faults.begin(truth.venue, kind)

    async def _cycle(self, step):
        """Do what the schedule does within one interval, unless the process is killed meanwhile."""
        life = self._life or self._new_life()
        try:
            if not life.is_started:
                life.is_started = True
                await life.trading.start()
            await life.trading.guard()
            if step % SNAPSHOT_EVERY == 0:
                await life.trading.snapshot()
            await life.trading.note_watching()
            await life.postman.deliver()
        except KilledError:
            pass
        except Exception as error:  # noqa: BLE001 - the schedule's edge: whatever a job raises is a finding
            self.world.violate(f"a job failed: {error!r}")
        await self._pass_time(life)
        check_step(self.world)

    async def _pass_time(self, life):
        try:
            async with asyncio.timeout(CYCLE_S):
                await life.killed.wait()
        except TimeoutError:
            self.world.life_is_up = True
            return
        await life.bury()
        self._life, self.world.life_is_up = None, False
        await asyncio.sleep(self._rng.choice((0.5, 3, 20, 70)))

    def _new_life(self):
        self._life = Life(self.world)
        return self._life

    async def _come_to_rest(self):
        """End what goes wrong, and check once nothing happens any more."""
        self.world.tell("nothing goes wrong from here on")
        self.world.faults.end_all()
        self.world.crashes.end_all()
        quiet = 0
        for step in range(REST):
            for truth in self.world.venues.values():
                for symbol in truth.prices.symbols():
                    truth.prices.remember(symbol)
            await self._cycle(step)
            if self.world.violations:
                return
            quiet = 0 if unsettled(self.world) else quiet + 1
            if quiet > 2 * SNAPSHOT_EVERY + 1:
                break
        for what in unsettled(self.world):
            self.world.violate(f"never settled: {what}")
        check_end(self.world)
        await self._life.bury()


def tell(seed, store, *, defect=None):
    """Tell the story of one seed and return its world."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    try:
        world = World(seed, store, loop=loop)
        world.crashes.plan(plan_crashes(world.rng("crashes")))
        store.empty()
        with patch("uuid.uuid4", world.new_id):
            loop.run_until_complete(_told(world, defect))
    finally:
        asyncio.set_event_loop(None)
        loop.close()
    world.tally.violations = len(world.violations)
    return world


async def _told(world, defect):
    story = Story(world)
    if defect is None:
        await story.run()
        return
    with defect():
        await story.run()


def new_store():
    return Store()
