"""One run: a price falls, the bot is killed at an instant of the exit, started again, and all is looked at."""

import asyncio
import random
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from demo.stage import open_stage
from tests.crash.coins import COINS, a_world_of_coins, fall
from tests.crash.evidence import Evidence, all_guarded, violations
from tests.crash.instants import LOST, Instant, Way, instant_of_death

_SETTINGS = {"NIJA_GUARD_EXISTING": "all", "NIJA_GUARD_INTERVAL_S": "0.3", "NIJA_SNAPSHOT_INTERVAL_S": "60"}
#: What left before the kill is at the venue by then.
_ARRIVAL_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is tried in a run; the dice choose the rest."""

    number: int
    seed: int
    aim: Instant
    #: also lose the answer to a sell order
    lose: bool

    @property
    def dice(self):
        return random.Random(f"{self.seed}/{self.number}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a run."""

    plan: Plan
    instant: Instant
    #: the exit's state on disk when the bot was killed
    state: str
    #: how the answers that a sell order lost were lost
    lost: tuple[str, ...]
    wrong: tuple[str, ...]

    def __str__(self):
        lost = f", lost: {', '.join(self.lost)}" if self.lost else ""
        wrong = f": {'; '.join(self.wrong)}" if self.wrong else ""
        return f"run {self.plan.number}: killed {self.instant} ({self.state}){lost}{wrong}"


def plan_runs(count, *, seed):
    """Aim at each instant equally often, and lose an answer in every other run of each."""
    aims = [(aim, lose) for lose in (False, True) for aim in Instant]
    return [
        Plan(number=number, seed=seed, aim=aim, lose=lose)
        for number, (aim, lose) in ((n, aims[n % len(aims)]) for n in range(count))
    ]


async def play(plans, *, on_outcome):
    """Play at most as many runs as there are coins in one world, and end early with the first violation."""
    folder = Path(tempfile.mkdtemp(prefix="nija-crash-"))
    world, fallen = a_world_of_coins(), []
    async with open_stage(world, settings=_SETTINGS, data_dir=folder) as stage:
        await stage.start_bot()
        await all_guarded(stage)
        for plan, coin in zip(plans, COINS, strict=False):
            fallen.append(coin)
            outcome = await _run(plan, Evidence(stage, coin), fallen)
            on_outcome(outcome)
            if outcome.wrong:
                print(f"seed {plan.seed}, the bot's log and data are in {folder}", flush=True)
                return
    shutil.rmtree(folder)


async def _run(plan, seen, fallen):
    way = Way(plan.aim, seen, dice=plan.dice, lose=plan.lose)
    way.prepare()
    fall(seen.stage.world, seen.coin)
    wrong = () if await way.go() else (f"the exit never came to {plan.aim}",)
    outcomes = [order.outcome for order in seen.orders]
    await seen.stage.bot.kill()
    await asyncio.sleep(_ARRIVAL_S)
    state = seen.state
    instant = instant_of_death(state=state, outcomes=outcomes, orders=len(seen.orders))
    way.after_the_kill()
    wrong += await _wrong_after_the_restart(seen, fallen)
    lost = tuple(str(order.outcome) for order in seen.orders if order.outcome in LOST)
    return Outcome(plan=plan, instant=instant, state=state, lost=lost, wrong=wrong)


async def _wrong_after_the_restart(seen, fallen):
    await seen.stage.start_bot()
    try:
        await seen.settled()
    except TimeoutError:
        reported = f"{len(seen.alerts)} alerts"
        return (f"not settled: {seen.state}, {reported}", *violations(seen.stage.world, fallen))
    return tuple(violations(seen.stage.world, fallen))
