"""A venue that repeats a secret in its errors brings it into no chat, database or log."""

from sandbox.faults import Fault, FaultKind
from sandbox.world import KRAKEN
from sandbox.world.world import KRAKEN_KEY, KRAKEN_SECRET
from tests.acceptance.ether import an_ether_world, fall, introduced


async def test_what_a_venue_echoes_of_any_secret_is_written_nowhere(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all", NIJA_SNAPSHOT_INTERVAL_S="1")
    await introduced(stage)
    token = world.telegram.token
    words = f"EGeneral:Permission denied for API-Key: {KRAKEN_KEY} secret {KRAKEN_SECRET} of {token}"
    for endpoint in ("BalanceEx", "AddOrder"):
        world.faults(KRAKEN).add(Fault(kind=FaultKind.ERROR, endpoint=endpoint, times=None, message=words))

    fall(world)
    failing = await stage.owner.wait_for("EXIT FAILING", 20)
    balance = await stage.owner.ask("/balance")

    # A stop in order would wait for the exit.
    await stage.bot.kill()
    chat = "\n".join(message.text for message in stage.owner.messages)
    files = b"".join(file.read_bytes() for file in stage.data_dir.iterdir() if file.is_file())
    assert "Permission denied" in failing.text + balance.text
    for secret in (KRAKEN_KEY, KRAKEN_SECRET, token, token[12:]):
        assert secret not in chat
        assert secret.encode() not in files + stage.bot.log.read_bytes()
