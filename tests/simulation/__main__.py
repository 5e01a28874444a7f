"""Tell many stories: `python -m tests.simulation --seeds 20000`, or one: `python -m tests.simulation --seed 17`."""

import argparse
import sys
import time

from tests.simulation.database import Store
from tests.simulation.story import tell
from tests.simulation.tally import Tally


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many stories")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--seed", type=int, help="tell this one story and print it")
    choices = parser.parse_args()
    store = Store()
    if choices.seed is not None:
        return _tell_one(choices.seed, store)
    began, tally = time.monotonic(), Tally()
    for seed in range(choices.first, choices.first + choices.seeds):
        world = tell(seed, store)
        tally.add(world.tally)
        if world.violations:
            print(f"seed {seed}: {world.violations[0]}\n  again: python -m tests.simulation --seed {seed}")
    print("\n".join(tally.lines()))
    print(f"{time.monotonic() - began:.1f} s")
    return 1 if tally.violations else 0


def _tell_one(seed, store):
    world = tell(seed, store)
    print("\n".join(world.lines))
    print(f"seed {seed}: {len(world.violations)} violations")
    return 1 if world.violations else 0


if __name__ == "__main__":
    sys.exit(main())
