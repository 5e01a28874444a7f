"""What each further account takes in memory, once it was read, valued and stored.

`python -m bench.account_memory URL ACCOUNTS` opens so many accounts at the venue process of that address, reads them and
prints how many megabytes the process holds.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from itertools import pairwise

from bench.children import IMPORT_CCXT, resident_mb, weigh_python
from bench.figures import Figure, spread
from bench.room import open_room
from bench.snapshots import take
from bench.venue_process import open_venue
from bot.logs.redaction import LogRedactor
from bot.logs.setup import configure_logs

ROUNDS = 2
SIZES = (1, 100, 1000)
AIM_KIB = 120.0
_KIB_PER_MB = 1_000_000 / 1024


async def measure() -> Sequence[Figure]:
    """Weigh processes of each size, and as many bare objects of ccxt."""
    weights = [[(await weigh(size), await weigh_bare(size)) for size in SIZES] for _ in range(ROUNDS)]
    return [
        Figure(
            name=f"an account, from {less} to {more}",
            unit="KiB",
            measured=spread([per_account(turn[at][0], turn[at + 1][0], more - less) for turn in weights]),
            floor_name="an exchange object of ccxt",
            floor=spread([per_account(turn[at][1], turn[at + 1][1], more - less) for turn in weights]),
            aim=AIM_KIB,
        )
        for at, (less, more) in enumerate(pairwise(SIZES))
    ]


def per_account(less_mb: float, more_mb: float, accounts: int) -> float:
    """Return how many KiB each further account takes."""
    return (more_mb - less_mb) * _KIB_PER_MB / accounts


async def weigh(accounts: int) -> float:
    """Return the megabytes that a process with so many accounts holds."""
    async with open_venue(accounts=accounts) as venue:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bench.account_memory", venue.url, str(accounts)),
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _ = await child.communicate()
    return float(printed)


async def weigh_bare(accounts: int) -> float:
    """Return the megabytes that a process with so many exchange objects of ccxt holds."""
    made = f"from ccxt.async_support.kraken import kraken\nkept = [kraken() for _ in range({accounts})]"
    return await weigh_python(f"{IMPORT_CCXT}\n{made}")


async def _hold(url: str, accounts: int) -> float:
    async with open_room(url, accounts=accounts) as room:
        await take(room)
        return resident_mb(os.getpid())


def main() -> None:
    url, accounts = sys.argv[1:]
    configure_logs(level="ERROR", output="console", redactor=LogRedactor(()))
    print(asyncio.run(_hold(url, int(accounts))))


if __name__ == "__main__":
    main()
