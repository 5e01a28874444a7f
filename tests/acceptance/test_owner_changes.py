"""The settings name another owner, over the database of the former one."""

import asyncio

import pytest

from demo.stage import READY_S
from sandbox.world import OWNER_ID
from tests.acceptance.ether import ALERT, WAIT_S, an_ether_world, fall, guarded

NEW_OWNER = 777_000


@pytest.mark.fault("P14")
@pytest.mark.parametrize("owner_ids", [f"{NEW_OWNER}", f"{NEW_OWNER},{OWNER_ID}"])
async def test_a_new_owner_hears_of_the_sale_and_sees_everything(open_bot, owner_ids):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await guarded(stage)
    await stage.bot.stop()
    new = world.telegram.user(user_id=NEW_OWNER, name="New", started=True)
    stage.bot.change_settings(NIJA_OWNER_IDS=owner_ids)

    async with asyncio.timeout(READY_S + 3 * WAIT_S):
        await stage.bot.start()
        await new.wait_for("These accounts are yours now", READY_S)
        positions = await new.ask("/positions")
        fall(world)
        await new.wait_for(ALERT, WAIT_S)
        history = await new.ask("/history")

    assert "ETH" in positions.text
    assert "guarded" in positions.text
    assert "ETH" in history.text
    assert "sold nothing yet" not in history.text
