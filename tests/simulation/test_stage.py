"""The checks of the scenarios themselves: what excuses a guard that is not sold, and what ends a scenario."""

from decimal import Decimal
from unittest.mock import patch

import pytest

from engine.model.venues import Venue
from engine.watch.watch import Watch
from tests.simulation.alarms import is_price_named
from tests.simulation.faults import Fault, Kind
from tests.simulation.stage import play

BITCOIN, ETHER = "BTC/USD", "ETH/USD"


def hide_quotes(stage, *, seconds):
    until = stage.world.clock.monotonic() + seconds
    stage.world.faults.begin_with(Venue.KRAKEN, Fault(kind=Kind.QUOTE_MISSING, until=until, left=1000))


async def guard_both(stage):
    """Guard two instruments of one account and return its venue with both guards."""
    for symbol, price in ((BITCOIN, 50_000), (ETHER, 3000)):
        kraken = stage.furnish(Venue.KRAKEN, symbol, price=price, quantity="1")
    bitcoin = await stage.arm(kraken, BITCOIN, "1", cost="50000")
    return kraken, bitcoin, await stage.arm(kraken, ETHER, "1", cost="3000")


def test_a_guard_named_among_others_in_a_price_alert_is_not_unreported(store):
    async def script(stage):
        kraken, *guards = await guard_both(stage)
        await stage.cycles(2)
        hide_quotes(stage, seconds=100)
        kraken.prices.set(BITCOIN, Decimal(45_000))
        kraken.prices.set(ETHER, Decimal(2700))
        await stage.cycles(15)
        assert [is_price_named(stage.world, one) for one in guards] == [True, True]
        assert "price_trouble" in {kind for (kind,) in stage.world.store.rows("SELECT kind FROM alerts")}
        await stage.come_to_rest()

    assert play(store, script).violations == []


def test_a_price_alert_excuses_no_guard_once_the_price_is_back(store):
    async def script(stage):
        _, *guards = await guard_both(stage)
        await stage.cycles(2)
        hide_quotes(stage, seconds=40)
        await stage.cycles(7)
        assert [is_price_named(stage.world, one) for one in guards] == [True, True]
        await stage.cycles(5)
        assert [is_price_named(stage.world, one) for one in guards] == [False, False]

    assert play(store, script).violations == []


def test_a_price_alert_of_before_a_guard_was_armed_does_not_excuse_it(store):
    async def script(stage):
        kraken = stage.furnish(Venue.KRAKEN, ETHER, price=3000, quantity="2")
        before = await stage.arm(kraken, ETHER, "1", cost="3000")
        await stage.cycles(2)
        hide_quotes(stage, seconds=40)
        await stage.cycles(6)
        assert is_price_named(stage.world, before)
        before.is_closed = True
        stage.world.store.rows("UPDATE guards SET state = 'closed' WHERE guard_id = ?", before.guard_id)
        after = await stage.arm(kraken, ETHER, "1", cost="3000")
        assert not is_price_named(stage.world, after)

    play(store, script)


def test_a_price_alert_of_before_a_start_excuses_no_guard(store):
    async def script(stage):
        _, *guards = await guard_both(stage)
        await stage.cycles(2)
        hide_quotes(stage, seconds=40)
        await stage.cycles(6)
        stage.world.crashes.plan([("any commit", 1)])
        hide_quotes(stage, seconds=0)
        await stage.cycles(4)
        assert stage.world.tally.crashes["any commit"] == 1
        assert [is_price_named(stage.world, one) for one in guards] == [False, False]

    assert play(store, script).violations == []


class LimitOfTimeError(BaseException):
    """As pytest's, which is raised wherever the process happens to be."""


def strike():
    raise LimitOfTimeError


async def strike_in_a_task(*_):
    strike()


def test_a_limit_of_time_that_strikes_in_a_task_ends_the_story_and_is_no_finding(store):
    async def script(stage):
        await guard_both(stage)
        await stage.cycles(2)
        with patch.object(Watch, "look", strike_in_a_task):
            await stage.cycles(2)

    with pytest.raises(LimitOfTimeError):
        play(store, script)


def test_a_limit_of_time_that_strikes_between_tasks_ends_the_scenario(store):
    async def script(stage):
        await guard_both(stage)
        stage.world.later(1, strike)
        await stage.cycles(2)

    with pytest.raises(LimitOfTimeError):
        play(store, script)
