"""Stocks are guarded like coins while their market is open, and say that it is closed otherwise."""

import asyncio
from decimal import Decimal

import pytest

from engine.model.orders import Side
from sandbox.world import ALPACA, Bought, Opening, SandboxWorld, Story
from tests.acceptance.ether import WAIT_S, alerted, guarded

SHARES = Bought(symbol="AAPL/USD", quantity=Decimal(2), price=Decimal(230))


@pytest.fixture
def world():
    """Two shares bought at about today's price, in a session that is half over."""
    world = SandboxWorld(venues=[ALPACA], story=Story(openings={ALPACA: Opening(purchases=(SHARES,))}))
    world.alpaca.session.forced = True
    return world


async def until_shown(owner, symbol):
    """Ask for the positions until one of them is there."""
    async with asyncio.timeout(WAIT_S):
        while True:
            answer = await owner.ask("/positions", head="Positions")
            if symbol in answer.text:
                return answer


async def test_a_guarded_stock_that_falls_is_sold_in_the_session(open_bot, world):
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await guarded(stage, "AAPL")

    world.set_bid(ALPACA, "AAPL/USD", Decimal(225))
    alert = await alerted(stage)

    sold = [fill.quantity for fill in world.ledger(ALPACA).fills if fill.side is Side.SELL]
    assert sold == [Decimal(2)]
    assert "AAPL/USD on Alpaca was sold at market" in alert.text


async def test_a_stock_outside_the_session_is_shown_with_its_market_closed(open_bot, world):
    world.alpaca.session.forced = False
    stage = await open_bot(world)

    positions = await until_shown(stage.owner, "AAPL/USD")

    assert "market closed" in positions.text
    assert "not listed" not in positions.text
