"""A panic in the whole process: buys are halted and everything is sold, by one press."""

from tests.acceptance.ether import GUARDED, OWN, WAIT_S, an_ether_world, guarded, introduced, sales

SOLD = "SOLD as you asked"


async def test_one_press_halts_buys_and_sells_all_that_is_held(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    preview = await stage.owner.ask("/panic", timeout_s=WAIT_S)
    assert "Entries: allowed" in (await stage.owner.ask("/status", timeout_s=WAIT_S)).text
    assert sales(world) == []

    stage.owner.press(preview, "Panic")
    stage.owner.press(preview, "Panic", stale=True)
    alert = await stage.owner.wait_for(SOLD, WAIT_S)

    assert alert.text.startswith(SOLD)
    assert [fill.quantity for fill in sales(world)] == [GUARDED + OWN]
    assert "Entries: halted" in (await stage.owner.ask("/status", timeout_s=WAIT_S)).text
    assert (await guarded(stage)).state == "closed"
