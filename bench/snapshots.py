"""Snapshots of one and of many accounts over an emulated network, against the bare requests they need."""

import asyncio
import time
from collections.abc import Sequence

from bench.bare_kraken import BareKraken
from bench.figures import Figure, spread
from bench.room import Room, open_room
from bench.venue import key_of
from bench.venue_process import open_venue
from engine.model.venues import Account, Venue

ROUNDS = 7
SIZES = (1, 100)
#: Stands for the way to the venue and back.
DELAY_S = 0.1
_MAX_WAIT_S = 30.0


async def measure() -> Sequence[Figure]:
    """Measure each size."""
    return [await _measure(size) for size in SIZES]


async def _measure(accounts: int) -> Figure:
    """Take turns; the first round only opens the connections and is not counted."""
    async with (
        open_venue(accounts=accounts, delay_s=DELAY_S) as venue,
        open_room(venue.url, accounts=accounts) as room,
        BareKraken(venue.url) as bare,
    ):
        rounds = [(await _time_snapshots(room), await _time_bare(bare, accounts)) for _ in range(1 + ROUNDS)][
            1:
        ]
    snapshots, requests = zip(*rounds, strict=True)
    return Figure(
        name=f"snapshot of {accounts} account{'s' if accounts > 1 else ''}",
        unit="s",
        measured=spread(snapshots),
        floor_name=f"its requests alone, {DELAY_S * 1000:g} ms each",
        floor=spread(requests),
    )


async def _time_snapshots(room: Room) -> float:
    """Read, value and store every account at once, as after a start."""
    base, engine = room.build()
    # Listings are read once an hour for all accounts.
    await base.markets[Venue.KRAKEN].instruments()
    stored = asyncio.Queue[Account]()
    start = time.perf_counter()
    async with asyncio.timeout(_MAX_WAIT_S):
        await engine.balances.take_snapshots(engine.reader.accounts(), over_s=0, after=stored.put)
        for _ in range(room.accounts):
            await stored.get()
    return time.perf_counter() - start


async def _time_bare(bare: BareKraken, accounts: int) -> float:
    start = time.perf_counter()
    await asyncio.gather(*(_read(bare, key_of(number)) for number in range(accounts)))
    await bare.bid("XXBTZUSD")
    return time.perf_counter() - start


async def _read(bare: BareKraken, key: str) -> None:
    """One key's calls go one by one, as numbers must rise."""
    await bare.call(key, "BalanceEx")
    await bare.call(key, "OpenPositions")
