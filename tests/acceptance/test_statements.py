"""After a sale the chat states what it brought and what was charged, to the cent of the alert."""

import asyncio
import csv
import re
from decimal import Decimal

import pytest

from sandbox.world import KRAKEN, Opening, SandboxWorld, Story
from tests.acceptance.ether import WAIT_S, alerted, an_ether_world, fall, guarded, sales


def figure(text, label):
    found = re.search(rf"^{label} {{2,}}(.+)$", text, re.MULTILINE)
    return found and found[1].strip()


@pytest.fixture
async def sold(open_bot):
    """A guarded ether, sold by its guard."""
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all", NIJA_SNAPSHOT_INTERVAL_S="2")
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


async def exported(stage):
    """Return what /export sends once the venue's list of trades was read after the sale."""
    async with asyncio.timeout(WAIT_S):
        while True:
            answer = await stage.owner.ask("/export", timeout_s=WAIT_S)
            if answer.document is not None and "Not in it yet" not in answer.text:
                return answer
            await asyncio.sleep(0.2)


async def test_the_export_is_a_document_of_every_fill_once(sold):
    stage, _ = sold
    fills = stage.world.ledger(KRAKEN).fills
    answer = await exported(stage)
    rows = list(csv.DictReader(answer.document.content.decode().splitlines()))

    assert answer.document.name == "nija-fills.csv"
    assert len({row["trade_id"] for row in rows}) == len(rows) == len(fills)
    assert [(row["side"], Decimal(row["quantity"]), Decimal(row["price"])) for row in rows] == [
        (fill.side, fill.quantity, fill.price) for fill in fills
    ]
    assert [row["order_id"] for row in rows] == [fill.order_id for fill in fills]


async def test_a_buy_stands_in_the_fees_of_the_month_beside_what_it_was_confirmed_with(open_bot):
    funds = {KRAKEN: Opening(deposits={"USD": Decimal(300)})}
    world = SandboxWorld(venues=[KRAKEN], story=Story(openings=funds))
    stage = await open_bot(world)
    preview = await stage.owner.ask("/buy BTC 30", timeout_s=WAIT_S)
    stage.owner.press(preview, "Buy BTC for $30.00 at Kraken")
    await stage.owner.wait_for("BOUGHT", WAIT_S)

    answer = await stage.owner.ask("/fees", head="Fees in", timeout_s=WAIT_S)

    [bought] = world.ledger(KRAKEN).fills
    assert figure(answer.text, "Fees") == figure(answer.text, "Charged") == f"${bought.fee:,.2f}"
    assert figure(answer.text, "Purchases estimated") == "1"
    assert figure(answer.text, "Estimated") == f"${bought.fee:,.2f}"
