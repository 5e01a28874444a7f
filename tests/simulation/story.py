"""A seed's whole story: prices fall, venues fail, owners trade, the process dies, and everything must hold."""

from engine.venues import Venue
from tests.simulation.crashes import plan_crashes
from tests.simulation.deeds import FIRST_PRICES, Deeds
from tests.simulation.faults import Kind
from tests.simulation.stage import play

STEPS = 26


def tell(seed, store, *, steps=STEPS):
    """Tell the story of one seed and return its world."""

    async def script(stage):
        await _Story(stage).run(steps)

    return play(store, script, seed=seed)


class _Story:
    """Draws what happens next."""

    def __init__(self, stage):
        self._stage = stage
        self._world = stage.world
        self._rng = stage.world.rng("story")
        self._deeds = Deeds(stage)

    async def run(self, steps):
        self._world.crashes.plan(plan_crashes(self._world.rng("crashes")))
        for venue in self._rng.sample(list(Venue), self._rng.choice((1, 1, 2, 3))):
            for symbol in self._rng.sample(list(FIRST_PRICES), self._rng.choice((1, 1, 2))):
                self._deeds.furnish(venue, symbol)
        for _ in range(steps):
            await self._happen()
            await self._stage.cycle(down_s=self._rng.choice((0.5, 3, 20, 70)))
            if self._world.violations:
                return
        await self._stage.come_to_rest()

    async def _happen(self):
        self._deeds.drift()
        if self._rng.random() < 0.3:
            await self._deeds.arm_where_nothing_is_guarded()
        if self._rng.random() < 0.45:
            self._deeds.happen()
        if self._rng.random() < 0.4:
            truth = self._rng.choice(list(self._world.venues.values()))
            self._world.faults.begin(truth.venue, self._rng.choice(list(Kind)))
