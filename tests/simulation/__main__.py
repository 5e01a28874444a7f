"""Run many scenarios: `python -m tests.simulation --seeds 20000`, or one: `python -m tests.simulation --seed 17`."""

import argparse
import os
import sys
import time

from tests.simulation.database import Store
from tests.simulation.defects import DEFECTS, runs_until_found
from tests.simulation.faults import Kind
from tests.simulation.scenario import run_scenario
from tests.simulation.soak import describe, soak, soak_in_lanes

SHOWN = 20


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many scenarios")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--lanes", type=int, default=os.cpu_count() or 1, help="how many processes run them")
    parser.add_argument("--seed", type=int, help="run this one scenario and print its trace")
    parser.add_argument(
        "--kind", action="append", type=Kind, help="only faults of this kind; may be repeated"
    )
    parser.add_argument("--defects", action="store_true", help="plant mistakes and count until each is found")
    choices = parser.parse_args()
    if choices.defects:
        return _find_defects(Store(), choices.seeds)
    if choices.seed is not None:
        return _run_one(choices.seed, Store())
    seeds = range(choices.first, choices.first + choices.seeds)
    return _soak(seeds, choices.lanes, choices.kind)


def _soak(seeds, lanes, kinds):
    began, failing = time.monotonic(), []

    def report(words):
        # When every second one fails, the first ones are enough.
        failing.append(words)
        if len(failing) <= SHOWN:
            _say(words)

    if lanes == 1:
        tally = soak(Store(), seeds, on_violation=lambda world: report(describe(world)), kinds=kinds)
    else:
        tally = soak_in_lanes(seeds, lanes=lanes, on_violation=report, kinds=kinds)
    _say("\n".join(tally.lines()))
    _say(f"{time.monotonic() - began:.1f} s")
    return 1 if tally.violations else 0


def _run_one(seed, store):
    world = run_scenario(seed, store)
    _say("\n".join(world.lines))
    _say(f"seed {seed}: {len(world.violations)} violations")
    return 1 if world.violations else 0


def _find_defects(store, most):
    missed = 0
    for defect in DEFECTS:
        focused = runs_until_found(defect, store, most=most, kinds=defect.kinds, points=defect.points)
        among_all = runs_until_found(defect, store, most=most)
        missed += among_all is None
        _say(f"{defect.name}: {_found(among_all)}; with only the faults that matter: {_found(focused)}")
    return 1 if missed else 0


def _say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _found(result):
    return f"found in scenario {result[0]} ({result[1].violations[0]})" if result else "NOT FOUND"


if __name__ == "__main__":
    sys.exit(main())
