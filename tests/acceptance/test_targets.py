"""A target set in chat sells at its gain, in the whole process."""

from tests.acceptance.ether import GUARDED, WAIT_S, an_ether_world, fall, guarded, introduced, sales

PROFIT = "TAKE PROFIT"


async def test_a_target_that_was_set_and_reached_is_sold_and_told_as_a_profit(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    preview = await stage.owner.ask("/target ETH 3", timeout_s=WAIT_S)
    assert "All of it is sold at market once it has gained 3.00 %" in preview.text

    stage.owner.press(preview, "Set target +3.00 %")
    await stage.owner.wait_for("Changed", WAIT_S)
    assert "target +3.00 %" in (await stage.owner.ask("/positions", timeout_s=WAIT_S)).text
    assert sales(world) == []

    fall(world, "0.031")
    alert = await stage.owner.wait_for(PROFIT, WAIT_S)

    assert alert.text.startswith(PROFIT)
    assert [fill.quantity for fill in sales(world)] == [GUARDED]
    assert "+$" in alert.text.partition("Realised PnL")[2].partition("\n")[0]
    assert (await guarded(stage)).state == "closed"
    assert "target at +3." in (await stage.owner.ask("/history ETH", timeout_s=WAIT_S)).text
