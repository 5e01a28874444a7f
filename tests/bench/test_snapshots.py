"""What the bench of the snapshots says is what it measures."""

import asyncio

from bench import snapshots
from bench.room import open_room


async def test_a_longer_way_to_the_venue_shows_in_the_snapshot_and_in_its_floor():
    snapshot, processor_time, commit = await snapshots.measure_size(2, rounds=1, delay_s=0.3)

    # Each key's two questions go one after the other.
    assert snapshot.measured.median >= 0.6
    assert snapshot.floor.median >= 0.6
    assert processor_time.measured.median < snapshot.measured.median * 1000
    assert commit.measured.count > 0


async def test_a_writer_that_is_held_up_shows_in_the_commits_of_others():
    async with open_room("http://127.0.0.1:9", accounts=1) as room:

        async def hold() -> None:
            async with room.base.database.write():
                await asyncio.sleep(0.3)

        wave = await snapshots._time(hold(), room.base.database)

    assert max(wave.commits_s) > 0.25
