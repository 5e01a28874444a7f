import pytest

from bot.telegram.updates import StoredUpdates
from tests.bot.database import migrated
from tests.bot.hand_clock import HandClock


@pytest.mark.fault("C6")
async def test_a_handled_update_is_known_also_to_the_next_process(tmp_path):
    async with migrated(tmp_path) as database:
        first, second = StoredUpdates(database, HandClock()), StoredUpdates(database, HandClock())

        assert not await first.is_handled(5)
        await first.mark_handled(5)
        await first.mark_handled(5)

        assert await second.is_handled(5)
        assert not await second.is_handled(6)


async def test_what_telegram_no_longer_repeats_is_forgotten(tmp_path):
    clock = HandClock()
    async with migrated(tmp_path) as database:
        updates = StoredUpdates(database, clock)
        await updates.mark_handled(1)
        clock.pass_time(47 * 3600)
        await updates.mark_handled(2)
        clock.pass_time(2 * 3600)

        await updates.forget_old()

        assert [await updates.is_handled(number) for number in (1, 2)] == [False, True]
