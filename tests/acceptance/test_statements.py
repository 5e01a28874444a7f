"""After a sale the chat states what it brought and what was charged, to the cent of the alert."""

import re

import pytest

from tests.acceptance.ether import WAIT_S, alerted, an_ether_world, fall, guarded, sales


def figure(text, label):
    found = re.search(rf"^{label}\s+(.+)$", text, re.MULTILINE)
    return found and found[1].strip()


@pytest.fixture
async def sold(open_bot):
    """A guarded ether, sold by its guard."""
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await guarded(stage)
    fall(world)
    return stage, await alerted(stage)


async def test_the_pnl_of_the_day_is_that_of_the_alert_with_its_fee_apart(sold):
    stage, alert = sold
    answer = await stage.owner.ask("/pnl", head="PnL today", timeout_s=WAIT_S)

    [sale] = sales(stage.world)
    assert figure(answer.text, "Realised PnL") == figure(alert.text, "Realised PnL").split(",")[0]
    assert figure(answer.text, "Sales") == "1"
    assert figure(answer.text, "Sale fees") == f"${sale.fee:,.2f}"
