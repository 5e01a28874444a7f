"""A database that wakes up in another file than it was written into sells nothing before its owner says so."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.alerts.messages import DatabaseCopied, ExitFilled, GuardPaused
from engine.guards import store as guard_rows
from engine.guards.guard import GuardState
from engine.offers.copies import disarm_copy
from engine.offers.offers import ComparedFirst, Nothing
from engine.storage.restored import COPIED, COPIED_AND_CHANGED, RESTORED, disarm
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID

ORIGINAL, COPY = "inode 12 generation 77", "inode 12 generation 78"


async def wake(room, mark):
    """Start anew as the process does: before anything else the database is held against its file."""
    await room.crash()
    await begin(room, mark)


async def begin(room, mark):
    await room.open()
    await disarm_copy(room.database, mark, clock=room.clock)
    await room.engine.trading.start()


@pytest.fixture
async def watched(room):
    """A tenth of a bitcoin that is guarded from 6,000, in the file it was written into."""
    room.set_bid("60000")
    room.deposit("BTC", "0.1")
    await disarm_copy(room.database, ORIGINAL, clock=room.clock)
    await room.arm("0.1", "6000", created_at=room.clock.now() - timedelta(days=1))
    await room.read()
    return room


async def press(room):
    [told] = await room.alerts(DatabaseCopied)
    return await room.engine.guards.take(OWNER_ID, told.choice.confirmation_id)


async def read_for(room, seconds):
    for _ in range(0, seconds, 10):
        await room.clock.sleep(10)
        await room.read()


@pytest.mark.parametrize("mark", [ORIGINAL, None])
async def test_the_same_file_and_one_that_nothing_tells_apart_go_on_at_once(watched, mark):
    await wake(watched, mark)
    watched.set_bid("50000")
    await watched.sell_off()

    assert len(await watched.alerts(ExitFilled)) == 1
    assert await watched.alerts(DatabaseCopied) == []


async def test_a_copy_sells_nothing_and_asks_its_owner_once(watched):
    await wake(watched, COPY)
    watched.set_bid("50000")
    await read_for(watched, 300)
    await watched.sell_off()
    await wake(watched, COPY)
    await read_for(watched, 30)

    assert watched.sent() == []
    assert (await watched.guard()).state_reason == COPIED
    [told] = await watched.alerts(DatabaseCopied)
    assert told.guarded == ("BTC/USD at Kraken",)


async def test_its_owners_answer_lets_it_watch_again_once_it_was_compared(watched):
    await wake(watched, COPY)
    outcome = await press(watched)
    await read_for(watched, 70)
    watched.set_bid("50000")
    await watched.sell_off()

    assert isinstance(outcome, ComparedFirst)
    assert len(await watched.alerts(ExitFilled)) == 1


async def test_it_waits_on_while_another_bot_answers_with_the_token(watched):
    await wake(watched, COPY)
    await press(watched)
    for _ in range(6):
        watched.base.rival.note()
        await read_for(watched, 30)

    assert (await watched.guard()).state_reason == RESTORED


async def test_the_answer_counts_once(watched):
    await wake(watched, COPY)
    await press(watched)
    await read_for(watched, 70)

    assert isinstance(await press(watched), Nothing)
    assert (await watched.guard()).state is GuardState.ARMED


async def test_what_was_sold_and_bought_back_meanwhile_is_asked_about(watched):
    await wake(watched, COPY)
    watched.deposit("USD", "1000")
    watched.trade("sell", "0.1")
    watched.trade("buy", "0.1")
    await read_for(watched, 30)
    assert (await watched.guard()).state_reason == COPIED_AND_CHANGED

    await press(watched)
    await read_for(watched, 120)

    assert (await watched.guard()).state is GuardState.PAUSED
    assert len(await watched.alerts(GuardPaused)) == 1


async def test_a_sale_that_was_under_way_is_not_made_again(watched):
    watched.fault(FaultKind.DELAY_AFTER, delay_s=60)
    watched.set_bid("50000")
    await watched.look()
    await watched.clock.sleep(0.5)
    await wake(watched, COPY)
    await read_for(watched, 120)
    await press(watched)
    await read_for(watched, 120)
    await watched.sell_off()

    assert len(watched.sent()) == 1
    assert watched.world.ledger("kraken").total("BTC") == Decimal(0)
    assert (await watched.guard()).state is GuardState.PAUSED


async def test_a_guard_that_waited_before_is_left_as_it_was(watched):
    guard = replace(await watched.guard(), state=GuardState.PAUSED, state_reason="its price is in doubt")
    async with watched.database.write() as session:
        await guard_rows.save_guard(session, guard, now=watched.clock.now(), cause="test")

    await wake(watched, COPY)

    assert await watched.guard() == guard
    assert await watched.alerts(DatabaseCopied) == []


async def test_a_database_that_was_restored_knowingly_is_no_copy(watched):
    await watched.crash()
    disarm(watched.folder / "nija.db", now=watched.clock.now())
    await begin(watched, COPY)
    await read_for(watched, 70)

    assert await watched.alerts(DatabaseCopied) == []
    assert (await watched.guard()).state is GuardState.ARMED
