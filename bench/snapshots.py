"""Snapshots of one and of many accounts over an emulated network, against the bare requests they need."""

import asyncio
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bench.bare_kraken import BareKraken
from bench.figures import Figure, spread
from bench.room import Room, open_room
from bench.venue import key_of
from bench.venue_process import open_venue
from engine.model.venues import Account, Venue
from engine.storage.database import Database

#: How many rounds there are of how many accounts.
ROUNDS = {1: 7, 10: 7, 100: 7, 1000: 3}
#: What a thousand accounts should take at most, in seconds.
AIMS_S = {1000: 1.5}
#: Stands for the way to the venue and back.
DELAY_S = 0.1
_MAX_WAIT_S = 60.0
#: So often somebody else commits meanwhile, as an exit would.
_COMMIT_EVERY_S = 0.02
_MS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """One reading of every account, begun at once."""

    seconds: float
    processor_s: float
    #: How long each commit of somebody else took meanwhile.
    commits_s: Sequence[float]


async def measure() -> Sequence[Figure]:
    """Measure each size."""
    return [
        figure
        for accounts, rounds in ROUNDS.items()
        for figure in await measure_size(accounts, rounds=rounds, delay_s=DELAY_S)
    ]


async def measure_size(accounts: int, *, rounds: int, delay_s: float) -> Sequence[Figure]:
    """Take turns; the first round only opens the connections and is not counted."""
    async with (
        open_venue(accounts=accounts, delay_s=delay_s) as venue,
        open_room(venue.url, accounts=accounts) as room,
        BareKraken(venue.url) as bare,
    ):
        turns = [(await take(room), await _ask(bare, room)) for _ in range(1 + rounds)][1:]
    waves, floors = zip(*turns, strict=True)
    return tuple(_figures(accounts, delay_s, waves, floors))


def _figures(
    accounts: int, delay_s: float, waves: Sequence[Wave], floors: Sequence[Wave]
) -> Iterator[Figure]:
    yield Figure(
        name=f"snapshot of {accounts} account{'s' if accounts > 1 else ''}",
        unit="s",
        measured=spread([wave.seconds for wave in waves]),
        floor_name=f"its requests alone, {delay_s * _MS:g} ms each",
        floor=spread([wave.seconds for wave in floors]),
        aim=AIMS_S.get(accounts),
    )
    yield Figure(
        name="... processor time an account",
        unit="ms",
        measured=spread([wave.processor_s / accounts * _MS for wave in waves]),
        floor_name="its requests alone",
        floor=spread([wave.processor_s / accounts * _MS for wave in floors]),
    )
    yield Figure(
        name="... another's commit meanwhile",
        unit="ms",
        measured=spread([one * _MS for wave in waves for one in wave.commits_s]),
        floor_name="while nothing is stored",
        floor=spread([one * _MS for wave in floors for one in wave.commits_s]),
    )


async def take(room: Room) -> Wave:
    """Read, value and store every account at once, as after a start."""
    base, engine = room.build()
    # Listings are read once an hour for all accounts.
    await base.markets[Venue.KRAKEN].instruments()
    stored = asyncio.Queue[Account]()

    async def take() -> None:
        await engine.balances.take_snapshots(engine.reader.accounts(), over_s=0, after=stored.put)
        for _ in range(room.accounts):
            await stored.get()

    return await _time(take(), base.database)


async def _ask(bare: BareKraken, room: Room) -> Wave:
    async def ask() -> None:
        await asyncio.gather(*(_read(bare, key_of(number)) for number in range(room.accounts)))
        await bare.bid("XXBTZUSD")

    return await _time(ask(), room.base.database)


async def _time(work: Coroutine[Any, Any, None], database: Database) -> Wave:
    commits = list[float]()
    over = asyncio.Event()
    committing = asyncio.create_task(_commit_until(over, database, commits))
    start, processor_start = time.perf_counter(), time.process_time()
    async with asyncio.timeout(_MAX_WAIT_S):
        await work
    seconds, processor_s = time.perf_counter() - start, time.process_time() - processor_start
    over.set()
    await committing
    return Wave(seconds=seconds, processor_s=processor_s, commits_s=commits)


async def _commit_until(over: asyncio.Event, database: Database, took_s: list[float]) -> None:
    while not over.is_set():
        start = time.perf_counter()
        async with database.write():
            pass
        took_s.append(time.perf_counter() - start)
        with suppress(TimeoutError):
            async with asyncio.timeout(_COMMIT_EVERY_S):
                await over.wait()


async def _read(bare: BareKraken, key: str) -> None:
    """One key's calls go one by one, as numbers must rise."""
    await bare.call(key, "BalanceEx")
    await bare.call(key, "OpenPositions")
