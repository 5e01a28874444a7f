"""A seed's whole scenario: prices fall, venues fail, owners trade, the process dies, and everything must hold."""

from engine.model.venues import Venue
from tests.simulation.actions import FIRST_PRICES, Actions
from tests.simulation.crashes import POINTS, plan_crashes
from tests.simulation.faults import SELDOM_MET, Kind
from tests.simulation.stage import play

STEPS = 28

#: How likely each is at a step.
_ARM_AGAIN, _DEED, _FAULT = 0.3, 0.45, 0.6


def run_scenario(seed, store, *, kinds=None, points=POINTS):
    """Run the scenario of one seed and return its world; only `kinds` of faults happen, or all of them."""

    async def script(stage):
        await _Scenario(stage, (*Kind, *SELDOM_MET * 2) if kinds is None else kinds, points).run()

    return play(store, script, seed=seed)


class _Scenario:
    """Draws what happens next."""

    def __init__(self, stage, kinds, points):
        self._kinds = kinds
        self._points = points
        self._stage = stage
        self._world = stage.world
        self._rng = stage.world.rng("story")
        self._actions = Actions(stage)

    async def run(self):
        self._world.stream_some()
        self._world.crashes.plan(plan_crashes(self._world.rng("crashes"), self._points))
        for venue in self._rng.sample(list(Venue), self._rng.choice((1, 1, 2, 3))):
            for symbol in self._rng.sample(list(FIRST_PRICES), self._rng.choice((1, 1, 2))):
                self._actions.furnish(venue, symbol)
        for _ in range(STEPS):
            await self._happen()
            await self._stage.cycle(down_s=self._rng.choice((0.5, 3, 20, 70)))
            if self._world.violations:
                return
        await self._stage.come_to_rest()

    async def _happen(self):
        self._actions.drift()
        self._actions.recover_where_a_sale_is_stuck()
        if self._rng.random() < _ARM_AGAIN:
            await self._actions.arm_where_nothing_is_guarded()
        if self._rng.random() < _DEED:
            self._actions.happen()
        if self._kinds and self._rng.random() < _FAULT:
            truth = self._rng.choice(list(self._world.venues.values()))
            self._world.faults.begin(truth.venue, self._rng.choice(self._kinds))
