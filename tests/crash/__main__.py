"""Kill the real bot in the middle of its exits: `python -m tests.crash --runs 300`."""

import argparse
import asyncio
import random
import sys

from tests.crash.campaign import campaign


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--runs", type=int, default=300, help="how many kills")
    parser.add_argument("--lanes", type=int, help="how many bots at a time; as many as processors by default")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="repeats the choices")
    wanted = parser.parse_args()
    print(f"seed {wanted.seed}", flush=True)
    result = asyncio.run(campaign(wanted.runs, seed=wanted.seed, lanes=wanted.lanes, on_outcome=_print))
    print("\n".join(result.lines()))
    return 0 if result.passed else 1


def _print(outcome):
    lost = ", answer lost" if outcome.plan.lose else ""
    print(f"run {outcome.plan.number}: {outcome.instant} ({outcome.state}){lost}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
