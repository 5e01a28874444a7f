from contextlib import AsyncExitStack

import pytest

from bot.demo.stage import open_stage


@pytest.fixture
async def open_bot(tmp_path):
    """Start a bot process in a world; everything ends with the test."""
    async with AsyncExitStack() as stack:

        async def start(world, **settings):
            quick = {"NIJA_GUARD_INTERVAL_S": "0.3", "NIJA_SNAPSHOT_INTERVAL_S": "60"}
            stage = await stack.enter_async_context(
                open_stage(world, settings={**quick, **settings}, data_dir=tmp_path)
            )
            await stage.start_bot()
            return stage

        yield start
