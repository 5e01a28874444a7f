"""A fee that the venue books later is estimated in the alert and exact in /history once it is booked."""

import asyncio
import re
from decimal import Decimal

import pytest

from engine.model.orders import Side
from sandbox.world import ALPACA, Bought, Opening, SandboxWorld, Story
from tests.acceptance.ether import WAIT_S, alerted, guarded

COINS = Bought(symbol="ETH/USD", quantity=Decimal("0.5"), price=Decimal(2000))


@pytest.fixture
def world():
    """Half a coin bought at about today's price, and charges that are booked at the end of the day."""
    return SandboxWorld(venues=[ALPACA], story=Story(openings={ALPACA: Opening(purchases=(COINS,))}))


def figure(text, label):
    found = re.search(rf"{label}\s+(.+)", text)
    return found and found[1].strip()


async def until_booked(owner):
    async with asyncio.timeout(WAIT_S):
        while True:
            history = await owner.ask("/history ETH", head="Exit ")
            if "PnL before the fee" not in history.text:
                return history.text
            await asyncio.sleep(0.2)


@pytest.mark.fault("V31")
async def test_a_fee_is_estimated_in_the_alert_and_exact_in_history_once_it_is_booked(open_bot, world):
    [account] = world.alpaca.accounts.values()
    account.books_fees = False
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await guarded(stage, "ETH")

    world.set_bid(ALPACA, "ETH/USD", Decimal(1960))
    alert = await alerted(stage)

    [sold] = [fill for fill in world.ledger(ALPACA).fills if fill.side is Side.SELL]
    assert figure(alert.text, "Fee") == f"about ${sold.fee:,.2f}"
    assert figure(alert.text, "Realised PnL").endswith("before the fee")
    assert "The fee is an estimate: Alpaca books it later" in alert.text
    history = await stage.owner.ask("/history ETH", head="Exit ")
    assert figure(history.text, "Fee") == "not booked yet"
    assert figure(history.text, "PnL before the fee")

    account.books_fees = True
    await stage.bot.stop()
    await stage.start_bot()
    booked = await until_booked(stage.owner)

    assert Decimal(figure(booked, "Fee").lstrip("$")) == sold.fee.quantize(Decimal("0.00001"))
    assert figure(booked, "Realised PnL")
