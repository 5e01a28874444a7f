"""Whoever follows what is wanted of a stream hears of each change and can be stopped at any moment."""

import asyncio

import pytest

from engine.brokers.streams.demand import StreamDemand

#: More turns of the loop than it takes to wait and to be woken.
TURNS = 12


async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def follow(demand, seen):
    while True:
        await demand.change()
        seen.append(demand.carried())


@pytest.mark.fault("V21")
@pytest.mark.parametrize("after", range(TURNS))
async def test_whoever_follows_it_ends_when_cancelled_while_it_changes(after):
    demand = StreamDemand(str.lower)
    following = asyncio.create_task(follow(demand, []))
    await turns(TURNS)
    demand.want(["BTC/USD"])
    await turns(after)

    following.cancel()
    await turns(TURNS)

    assert following.cancelled()


async def test_a_change_is_heard_of_at_once():
    demand, seen = StreamDemand(str.lower), []
    following = asyncio.create_task(follow(demand, seen))
    await turns(TURNS)
    demand.want(["BTC/USD"])
    await turns(TURNS)
    following.cancel()

    assert seen == [{"BTC/USD": "btc/usd"}]


@pytest.mark.usefixtures("patient_time")
async def test_what_gets_its_name_later_is_heard_of_without_being_wanted_anew():
    names, seen = {}, []
    demand = StreamDemand(names.get)
    demand.want(["BTC/USD"])
    following = asyncio.create_task(follow(demand, seen))
    await turns(TURNS)
    names["BTC/USD"] = "XBT"
    await asyncio.sleep(6)
    following.cancel()

    assert seen == [{}, {"BTC/USD": "XBT"}]
