"""Run the scenarios of a range of seeds and count what happened in them."""

import gc
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial

from tests.simulation.database import Store
from tests.simulation.scenario import run_scenario
from tests.simulation.tally import Tally

#: Scenarios a process runs before it takes the next ones.
_AT_ONCE = 50


def soak(store, seeds, *, on_violation, kinds=None):
    """Return the counts; each failing scenario goes to `on_violation`; only `kinds` of faults happen where given."""
    # What is loaded by now stays: looking through it for garbage again and again takes a fifth of the time.
    gc.freeze()
    tally = Tally()
    for seed in seeds:
        world = run_scenario(seed, store, kinds=kinds)
        tally.add(world.tally)
        if world.violations:
            on_violation(world)
    return tally


def soak_in_lanes(seeds, *, lanes, on_violation, kinds=None):
    """Do the same in so many processes; `on_violation` is given the words alone."""
    tally = Tally()
    parts = [seeds[start : start + _AT_ONCE] for start in range(0, len(seeds), _AT_ONCE)]
    # Forked in the middle of something, a process would wait for threads that it does not have.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(lanes, mp_context=context) as pool:
        for counted, failing in pool.map(partial(_soak_apart, kinds=kinds), parts):
            tally.add(counted)
            for words in failing:
                on_violation(words)
    return tally


def _soak_apart(seeds, *, kinds):
    failing = []

    def note(world):
        failing.append(describe(world))

    return soak(_store_of_this_process(), seeds, on_violation=note, kinds=kinds), failing


@cache
def _store_of_this_process():
    return Store()


def describe(world):
    """Say what went wrong in a scenario and how to run it again."""
    return (
        f"seed {world.seed}: {world.violations[0]}\n  again: python -m tests.simulation --seed {world.seed}"
    )
