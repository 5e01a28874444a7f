"""Tell the stories of a range of seeds and count what happened in them."""

import gc

from tests.simulation.story import tell
from tests.simulation.tally import Tally


def soak(store, seeds, *, on_violation):
    """Return the counts; each failing story goes to `on_violation`."""
    # What is loaded by now stays: looking through it for garbage again and again takes a fifth of the time.
    gc.freeze()
    tally = Tally()
    for seed in seeds:
        world = tell(seed, store)
        tally.add(world.tally)
        if world.violations:
            on_violation(world)
    return tally


def describe(world):
    """Say what went wrong in a story and how to hear it again."""
    return (
        f"seed {world.seed}: {world.violations[0]}\n  again: python -m tests.simulation --seed {world.seed}"
    )
