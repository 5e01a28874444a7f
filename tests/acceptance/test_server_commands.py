"""`nija halt`, `resume` and `close` on the server, beside a bot and without one."""

import asyncio
import json
import os

from sandbox.world import KRAKEN
from tests.acceptance.ether import GUARDED, OWN, WAIT_S, an_ether_world, guarded, sales
from tests.bot.command_process import fork_command


async def nija(stage, *arguments):
    environment = {**os.environ, **stage.world.environment(stage.data_dir)}
    command = (*arguments, "--env-file", os.devnull)
    return await asyncio.to_thread(fork_command, *command, environment=environment)


async def test_close_lets_the_running_bot_sell_after_a_yes(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await guarded(stage)

    shown = await nija(stage, "close", "ETH")
    sold_by_showing = sales(world)
    done = await nija(stage, "close", "ETH", "--broker", "kraken", "--yes", "--json")
    alert = await stage.owner.wait_for("SOLD as you asked", WAIT_S)

    assert (shown.returncode, sold_by_showing) == (1, [])
    assert "You would receive" in shown.stdout
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"]["lines"][0]["quantity"] == "3.00000000"
    assert [fill.quantity for fill in sales(world)] == [GUARDED + OWN]
    assert "ETH/USD on Kraken was sold" in alert.text
    assert len(world.tape(KRAKEN).calls("AddOrder")) == 1


async def test_a_halt_beside_the_bot_is_in_the_chat_and_outlives_the_process(open_bot):
    stage = await open_bot(an_ether_world(), NIJA_GUARD_EXISTING="none")

    stopped = await nija(stage, "halt")
    # The chat hears of it before it is asked.
    await stage.owner.wait_for("Buys are stopped", WAIT_S)
    status = await stage.owner.ask("/status", timeout_s=WAIT_S)
    await stage.bot.stop()
    alone = await nija(stage, "resume", "--json")
    refused = await nija(stage, "close", "ETH", "--yes")

    assert (stopped.returncode, stopped.stderr) == (0, "")
    assert "gate halt: shut, buys are stopped since " in status.text
    assert json.loads(alone.stdout) == {"halted": False, "since": None}
    assert refused.returncode == 1
    assert refused.stderr.startswith("No bot is running on")
    assert len(refused.stderr.splitlines()) == 1


async def test_bad_words_are_exit_code_2(open_bot):
    stage = await open_bot(an_ether_world(), NIJA_GUARD_EXISTING="none")

    assert (await nija(stage, "close", "!")).returncode == 2
    assert (await nija(stage, "close", "ETH", "--broker", "binance")).returncode == 2
