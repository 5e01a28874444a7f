import asyncio

import pytest

from bot.command_errors import CommandError
from bot.storage.database_check import checked
from tests.bot.database import empty_database

PAGE = 4096


@pytest.fixture(scope="module")
def empty():
    return empty_database()


def spoiled(empty, page):
    content = bytearray(empty)
    content[(page - 1) * PAGE : page * PAGE] = bytes(range(255, -1, -1)) * (PAGE // 256)
    return bytes(content)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "nija.db"


@pytest.mark.fault("P21")
async def test_a_damaged_page_that_nobody_asks_for_yet_stops_the_start(empty, file):
    for page in range(2, len(empty) // PAGE + 1):
        file.write_bytes(spoiled(empty, page))
        with pytest.raises(CommandError, match=r"is damaged .* nija restore FILE"):
            async with checked(file, notify=pytest.fail, first_s=60):
                pytest.fail(f"started with page {page} damaged")


async def test_a_sound_database_and_none_start_without_a_word(empty, file):
    file.write_bytes(empty)
    for found in (file, None):
        async with checked(found, notify=pytest.fail, first_s=60):
            pass


async def test_the_owners_are_alerted_to_damage_that_is_found_after_the_start(empty, file):
    file.write_bytes(spoiled(empty, 5))
    reported = asyncio.get_running_loop().create_future()
    async with checked(file, notify=reported.set_result, first_s=0), asyncio.timeout(60):
        assert "nija restore FILE" in await reported


async def test_an_end_before_the_check_is_over_is_no_damage(empty, file):
    file.write_bytes(spoiled(empty, 5))
    async with checked(file, notify=pytest.fail, first_s=0):
        pass
