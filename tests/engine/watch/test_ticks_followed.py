"""Which guards a tick reaches follows every change of them, without waiting for a look."""

from dataclasses import replace

import pytest

from engine.guards.guard import GuardState
from tests.engine.watch.streaming import fall, quiet


async def test_a_guard_set_between_two_looks_is_sold_by_the_next_tick(streamed):
    streamed.deposit("BTC", "0.2")
    looks = len(streamed.sent("Ticker"))
    await streamed.arm("0.2", "12200", guard_id="guard-2", kind="spot")
    await streamed.put(replace(await streamed.guard(), state=GuardState.PAUSED))

    fall(streamed)
    await quiet(streamed)

    assert [sale.guard_id for sale in await streamed.intents()] == ["guard-2"]
    assert len(streamed.sent("Ticker")) == looks


async def test_a_new_guards_price_is_wanted_at_once(streamed):
    await streamed.arm("1", "3000", "ETH/USD", guard_id="guard-2")

    assert streamed.stream.wanted == {"BTC/USD", "ETH/USD"}


async def test_what_is_guarded_no_more_is_not_wanted_after_the_next_look(streamed):
    await streamed.put(replace(await streamed.guard(), state=GuardState.PAUSED))
    await streamed.look()

    assert streamed.stream.wanted == set()


@pytest.mark.parametrize("state", [GuardState.PAUSED, GuardState.CLOSING, GuardState.CLOSED])
async def test_a_guard_that_does_not_watch_is_sold_by_no_tick(streamed, state):
    await streamed.put(replace(await streamed.guard(), state=state))

    fall(streamed)
    await quiet(streamed)

    assert streamed.sent() == []


async def test_a_guard_is_judged_as_it_has_become(streamed):
    streamed.deposit("BTC", "1")
    await streamed.arm("1.1", "65000")

    fall(streamed, "59000")
    await quiet(streamed)

    assert streamed.sent() == []


async def test_a_guard_set_while_a_look_reads_the_others_is_followed(streamed):
    ticks, read = streamed.engine.watch._ticks, await streamed.guards()
    version = ticks.version
    streamed.deposit("BTC", "0.2")
    await streamed.arm("0.2", "12200", guard_id="guard-2")

    ticks.follow(read, version=version)
    fall(streamed, "60000")
    await quiet(streamed)

    assert [sale.guard_id for sale in await streamed.intents()] == ["guard-2"]
