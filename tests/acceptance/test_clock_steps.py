"""The machine's wall clock is set while the bot runs, or between two lives of it: nothing waits for the old time."""

import asyncio
import sqlite3
import time
from contextlib import closing
from decimal import Decimal

import pytest

from demo.tour.records import read_guards
from engine.brokers.paper.ledger import Draft, Kind
from engine.guards.comparison import CONFIRMED_AFTER
from engine.model.orders import Side
from sandbox.faults import Fault, FaultKind
from sandbox.telegram import FaultKind as TelegramFault
from sandbox.world import KRAKEN
from tests.acceptance.ether import (
    ALERT,
    GUARDED,
    OWN,
    SYMBOL,
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

HOUR_S = 3600
MONTH_S = 30 * 86_400
#: A sale within the second of the last reading may be part of it; then a later reading must show the same.
BELIEVED_S = CONFIRMED_AFTER.total_seconds() + 2 * WAIT_S
#: What its owner sells of what is guarded.
PART = Decimal("0.4")


class WallClock:
    """What a bot process takes for the time of day."""

    def __init__(self, file):
        self._file = file
        self.set_by(0)

    def set_by(self, seconds):
        """Let it be off by so much from now on; zero puts it right."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(int(seconds)))
        fresh.replace(self._file)

    def set_to_1970(self):
        self.set_by(HOUR_S - int(time.time()))

    @property
    def settings(self):
        return {
            "WALL_CLOCK_OFF_BY": str(self._file),
            PREPARED_BY: "tests.acceptance.set_clock",
            "NIJA_GUARD_EXISTING": "all",
            "NIJA_SNAPSHOT_INTERVAL_S": "0.5",
        }


@pytest.fixture
def wall_clock(tmp_path):
    return WallClock(tmp_path / "off_by")


def sell_at_the_venue(world, quantity):
    listing = world.market.listing(KRAKEN, SYMBOL)
    draft = Draft(listing=listing, side=Side.SELL, kind=Kind.MARKET, quantity=quantity)
    world.ledger(KRAKEN).place(draft, world.market.liquidity(KRAKEN, SYMBOL), at=time.time())


async def some_looks(world, times=5):
    """Wait until prices were asked for so many times more: whatever a breach would have begun has begun."""
    asked = len(world.tape(KRAKEN).calls("Ticker"))
    await until(lambda: len(world.tape(KRAKEN).calls("Ticker")) >= asked + times)


def the_guard(stage):
    [guard] = read_guards(stage.database)
    return guard


TRIES_AHEAD = "SELECT count(*) FROM alerts WHERE julianday(not_before) > julianday('now', '+30 minutes')"
GUARDS_AHEAD = "SELECT count(*) FROM guards WHERE julianday(created_at) > julianday('now', '+29 days')"
GUARDS_OF_1970 = "SELECT count(*) FROM guards WHERE strftime('%Y', created_at) = '1970'"


def count(stage, asked):
    with closing(sqlite3.connect(f"file:{stage.database}?mode=ro", uri=True)) as database:
        return database.execute(asked).fetchone()[0]


@pytest.mark.parametrize("step_s", [-HOUR_S, MONTH_S])
async def test_what_its_owner_sold_after_the_clock_was_set_is_not_sold_again(open_bot, wall_clock, step_s):
    world = an_ether_world()
    stage = await open_bot(world, **wall_clock.settings)
    await introduced(stage)

    wall_clock.set_by(step_s)
    sell_at_the_venue(world, PART)
    await until(lambda: the_guard(stage).quantity == GUARDED - PART, BELIEVED_S)
    fall(world)
    await alerted(stage)

    assert [fill.quantity for fill in sales(world)] == [PART, GUARDED - PART]
    assert world.ledger(KRAKEN).total("ETH") == OWN


async def test_a_reading_under_a_clock_a_month_ahead_gives_way_after_a_restart(open_bot, wall_clock):
    world = an_ether_world()
    wall_clock.set_by(MONTH_S)
    stage = await open_bot(world, **wall_clock.settings)
    await introduced(stage)

    assert count(stage, GUARDS_AHEAD) == 1
    await stage.bot.stop()
    wall_clock.set_by(0)
    sell_at_the_venue(world, GUARDED)
    await stage.start_bot()
    await until(lambda: the_guard(stage).state == "closed", BELIEVED_S)
    fall(world)
    balance = await stage.owner.ask("/balance", timeout_s=WAIT_S)

    assert "No answer yet" not in balance.text
    assert world.ledger(KRAKEN).total("ETH") == OWN
    assert world.tape(KRAKEN).calls("AddOrder") == []


async def test_alerts_written_under_a_clock_ahead_while_telegram_was_away_arrive_at_once(
    open_bot, wall_clock
):
    world = an_ether_world()
    wall_clock.set_by(HOUR_S)
    stage = await open_bot(world, **wall_clock.settings)
    await introduced(stage)
    outage = world.telegram.faults.add(kind=TelegramFault.OUTAGE)

    fall(world)
    await over(stage)
    await until(lambda: count(stage, TRIES_AHEAD))
    wall_clock.set_by(0)
    world.telegram.faults.remove(outage)

    reported = await alerted(stage)
    assert ALERT in reported.text
    assert [fill.quantity for fill in sales(world)] == [GUARDED]


async def test_a_price_that_is_missing_is_reported_in_time_by_a_clock_that_was_set_back(open_bot, wall_clock):
    world = an_ether_world()
    stage = await open_bot(world, **wall_clock.settings, NIJA_PRICE_MAX_AGE_S="4")
    await introduced(stage)
    # What is pushed would stand for a ticker that fails, held against the book.
    for endpoint in ("Ticker", "Depth"):
        world.faults(KRAKEN).add(Fault(kind=FaultKind.HTTP_ERROR_BEFORE, endpoint=endpoint, times=None))
    await world.tape(KRAKEN).wait_for("Ticker", timeout_s=WAIT_S)

    wall_clock.set_by(-HOUR_S)
    trouble = await stage.owner.wait_for("Price unknown", WAIT_S)
    status = await stage.owner.ask("/status", timeout_s=WAIT_S)

    assert SYMBOL in trouble.text
    assert "All is well" not in status.text


async def test_a_clock_that_began_in_1970_is_put_right_and_nothing_stands_still(open_bot, wall_clock):
    world = an_ether_world()
    wall_clock.set_to_1970()
    stage = await open_bot(world, **wall_clock.settings)
    await introduced(stage)

    assert count(stage, GUARDS_OF_1970) == 1
    wall_clock.set_by(0)
    async with asyncio.timeout(WAIT_S):
        await some_looks(world)
        fall(world)
        await alerted(stage)

    assert [fill.quantity for fill in sales(world)] == [GUARDED]
