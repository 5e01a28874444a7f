"""What orders do reaches the bot by private streams in the whole process; whatever becomes of one, polling goes on."""

import asyncio
from decimal import Decimal

import pytest

from sandbox.kraken.account import TRADING_PERMISSIONS
from sandbox.pace import Pace
from sandbox.world import KRAKEN
from tests.acceptance.ether import (
    ALERT,
    GUARDED,
    WAIT_S,
    alerted,
    an_ether_world,
    fall,
    introduced,
    over,
    sales,
    until,
)
from tests.acceptance.forked import PREPARED_BY

#: An order that fills when a test says so.
FOR_EVER = Pace(pending_s=86_400)
#: Each question after an order but the first few waits longer than a test does: what is alerted was pushed.
LONG_PAUSES = {PREPARED_BY: "tests.acceptance.long_pauses"}


async def a_guarded_ether(open_bot, orders="live", *, world=None, **settings):
    world = world or an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all", **settings)
    await introduced(stage)
    await until_orders(stage, orders)
    return world, stage


async def until_orders(stage, words):
    """Ask for the status until its line on orders says this."""
    async with asyncio.timeout(3 * WAIT_S):
        while True:
            status = await stage.owner.ask("/status", head="Status", timeout_s=WAIT_S)
            if f"Orders: Kraken {words}" in status.text:
                return status.text


def questions(world):
    return len(world.tape(KRAKEN).calls("QueryOrders"))


async def slow_sale(world, asked=2):
    """Let the guard sell, and wait until the order was asked after and stands."""
    world.kraken.pace = FOR_EVER
    fall(world)
    await until(lambda: questions(world) >= asked)
    [order] = world.ledger(KRAKEN).open_orders()
    return order


def fill(world, order):
    book = world.market.liquidity(KRAKEN, order.draft.listing.symbol)
    world.ledger(KRAKEN).execute(order.id, book, at=world.kraken.now())


def alerts(stage):
    return sum(ALERT in message.text for message in stage.owner.messages)


@pytest.mark.fault("V128")
async def test_a_fill_that_is_pushed_is_alerted_without_waiting_for_the_next_question(open_bot):
    world, stage = await a_guarded_ether(open_bot, **LONG_PAUSES)
    order = await slow_sale(world)

    fill(world, order)
    await alerted(stage)

    assert [one.quantity for one in sales(world)] == [GUARDED]


@pytest.mark.fault("V129")
async def test_a_stream_that_is_dropped_during_a_sale_leaves_one_fill_and_one_alert(open_bot):
    world, stage = await a_guarded_ether(open_bot)
    order = await slow_sale(world)

    end_stream(world)
    fill(world, order)
    await alerted(stage)
    await over(stage)

    assert [one.quantity for one in sales(world)] == [GUARDED]
    assert alerts(stage) == 1


@pytest.mark.fault("V129")
async def test_what_filled_while_the_stream_was_away_is_asked_for_when_it_is_back(open_bot):
    world, stage = await a_guarded_ether(open_bot, **LONG_PAUSES)
    order = await slow_sale(world)

    stream = world.account_stream(KRAKEN)
    stream.faults.closed_at_once = 2
    stream.drop()
    fill(world, order)
    await alerted(stage)

    assert alerts(stage) == 1


@pytest.mark.fault("V130")
async def test_news_that_comes_twice_is_one_fill_and_one_alert(open_bot):
    world, stage = await a_guarded_ether(open_bot, **LONG_PAUSES)
    world.account_stream(KRAKEN).faults.doubled = 100
    order = await slow_sale(world)

    fill(world, order)
    await alerted(stage)
    await over(stage)

    assert [one.quantity for one in sales(world)] == [GUARDED]
    assert alerts(stage) == 1


@pytest.mark.fault("V131")
async def test_a_stream_that_tells_nothing_leaves_the_order_to_its_questions(open_bot):
    world, stage = await a_guarded_ether(open_bot)
    world.account_stream(KRAKEN).faults.stalls = True
    order = await slow_sale(world)

    fill(world, order)
    await alerted(stage)

    assert alerts(stage) == 1


@pytest.mark.fault("V132")
async def test_a_key_without_the_permission_is_polled_and_named_once(open_bot):
    world = an_ether_world()
    world.kraken_account.permissions = TRADING_PERMISSIONS - {"create-ws-token"}
    world, stage = await a_guarded_ether(open_bot, "polled", world=world)
    status = await until_orders(stage, "polled (the key is not permitted to open the stream")
    assert "WebSocket interface" in status

    fall(world)
    await alerted(stage)

    assert [one.quantity for one in sales(world)] == [GUARDED]
    await until(lambda: "does not push orders" in stage.bot.log.read_text())
    assert stage.bot.log.read_text().count("does not push orders") == 1


async def read_after_a_change(world, stage):
    """Let the balance change, and wait until it is read again."""
    before = len(world.tape(KRAKEN).calls("BalanceEx"))
    world.ledger(KRAKEN).deposit("USD", Decimal(1), at=world.kraken.now())
    while len(world.tape(KRAKEN).calls("BalanceEx")) == before:
        await stage.owner.ask("/balance", head="Balance", timeout_s=WAIT_S)


@pytest.mark.parametrize(("stream", "reads"), [("live", 0), ("off", 1)])
async def test_a_sale_reads_the_balance_only_where_no_stream_keeps_it_known(open_bot, stream, reads):
    settings = {PREPARED_BY: "tests.acceptance.old_balances"}
    if stream == "off":
        settings["NIJA_KRAKEN_WS_AUTH_URL"] = "off"
    world, stage = await a_guarded_ether(open_bot, "live" if stream == "live" else "polled", **settings)
    if stream == "live":
        await read_after_a_change(world, stage)
    before = len(world.tape(KRAKEN).calls("BalanceEx"))

    fall(world)
    await alerted(stage)

    [order] = world.tape(KRAKEN).calls("AddOrder")
    asked = [call for call in world.tape(KRAKEN).calls("BalanceEx")[before:] if call.index < order.index]
    assert len(asked) == reads


def end_stream(world):
    """End the connection, and each new one as soon as it is open."""
    stream = world.account_stream(KRAKEN)
    stream.faults.closed_at_once = 1_000_000
    stream.drop()
