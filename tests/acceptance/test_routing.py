"""What /route says in the chat, and that its Refresh asks the same."""

from decimal import Decimal

from sandbox.world import KRAKEN, Opening, SandboxWorld, Story

TETHERS = Opening(deposits={"USDT": Decimal(500)})


def without_time(screen):
    return [line for line in screen.text.splitlines() if not line.startswith("As of")]


async def test_refresh_takes_the_pair_the_first_answer_took(open_bot):
    world = SandboxWorld(venues=[KRAKEN], story=Story(openings={KRAKEN: TETHERS}))
    stage = await open_bot(world)
    first = await stage.owner.ask("/route BTC 30", timeout_s=10)
    assert "Chosen: Kraken" in first.text

    query = stage.owner.press(first, "🔄 Refresh")
    await stage.owner.wait_for_answer(query, timeout_s=10)

    again = stage.owner.message(first.message_id)
    assert without_time(again) == without_time(first)
