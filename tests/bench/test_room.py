from bench.__main__ import BENCHES
from bench.room import account_of, open_room


async def test_the_room_builds_the_real_engine_again_and_again():
    async with open_room("http://127.0.0.1:9", accounts=2) as room:
        _, first = room.build()
        _, second = room.build()

    assert first.reader.accounts() == second.reader.accounts() == (account_of(0), account_of(1))


def test_each_part_can_be_run_alone():
    assert set(BENCHES) == {
        "polling",
        "ticks",
        "tick-to-order",
        "journal",
        "nonce",
        "snapshots",
        "account-memory",
        "balance",
        "first-answer",
        "memory",
    }
