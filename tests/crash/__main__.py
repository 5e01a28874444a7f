"""Kill the real bot in the middle of its exits: `python -m tests.crash --runs 300`."""

import argparse
import asyncio
import random
import sys
from functools import partial

from tests.crash.campaign import campaign


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--runs", type=int, default=300, help="how many kills")
    parser.add_argument("--lanes", type=int, help="how many bots at a time; as many as processors by default")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="repeats the choices")
    wanted = parser.parse_args()
    print(f"seed {wanted.seed}", flush=True)
    reported = partial(print, flush=True)
    result = asyncio.run(campaign(wanted.runs, seed=wanted.seed, lanes=wanted.lanes, on_outcome=reported))
    print("\n".join(result.lines()))
    return 0 if result.passed else 1


if __name__ == "__main__":
    sys.exit(main())
