from contextlib import AsyncExitStack

import pytest

from demo.stage import open_stage
from tests.acceptance.forked import ForkedBot
from tests.bot.database import empty_database


@pytest.fixture
async def open_bot(tmp_path, forks):
    """Start a bot process in a world, on a database that is migrated already; everything ends with the test."""
    async with AsyncExitStack() as stack:

        async def start(world, **settings):
            quick = {"NIJA_GUARD_INTERVAL_S": "0.3", "NIJA_SNAPSHOT_INTERVAL_S": "60"}
            stage = await stack.enter_async_context(
                open_stage(world, settings={**quick, **settings}, data_dir=tmp_path, process=ForkedBot)
            )
            stage.data_dir.mkdir(mode=0o700)
            stage.database.write_bytes(empty_database())
            await stage.start_bot()
            return stage

        yield start
