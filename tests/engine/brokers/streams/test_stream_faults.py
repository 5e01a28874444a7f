"""Each fault of the sandbox's streams is noticed: one that nobody notices would prove nothing."""

from dataclasses import fields

import pytest

from engine.brokers.streams.price_stream import LossReason
from sandbox.streams.stream_faults import StreamFaults


async def stalls(stage):
    stage.faults.stalls = True
    move(stage)
    await stage.clock.sleep(30)
    assert stage.bid == "100.5"
    assert stage.sink.live_now == {stage.symbol}


async def is_silent(stage):
    stage.faults.is_silent = True
    await stage.sink.until_lost(stage.symbol, LossReason.SILENT)


async def withholds_confirmations(stage):
    stage.faults.withholds_confirmations = True
    await stage.subscribe(stage.symbol, stage.other)
    await stage.sink.until_lost(stage.other, LossReason.UNCONFIRMED)


async def lost(stage):
    stage.faults.lost = 1
    move(stage)
    if stage.venue == "coinbase":
        await stage.sink.until_lost(stage.symbol, LossReason.GAP)
    else:
        await stage.clock.sleep(3)
        assert stage.bid == "100.5"


async def doubled(stage):
    stage.faults.doubled = 1
    move(stage)
    await stage.clock.sleep(3)
    # A message with a number is known again; one without says the same twice.
    assert stage.sink.count("quote", stage.symbol, "99.1") == (1 if stage.venue == "coinbase" else 2)


async def swapped(stage):
    stage.faults.swapped = 1
    move(stage)
    await stage.clock.sleep(1)
    assert stage.bid == "100.5"


async def closed_at_once(stage):
    stage.faults.closed_at_once = 3
    stage.endpoint.drop()
    await stage.sink.until_lost(stage.symbol, LossReason.DISCONNECTED)
    await stage.clock.sleep(500)
    assert stage.endpoint.connects > 4


async def close_code(stage):
    stage.faults.closed_at_once, stage.faults.close_code = 1, 1012
    await stage.endpoint.close(1000)
    await stage.clock.sleep(10)
    assert stage.endpoint.connects > 2


def move(stage):
    stage.set_prices(stage.symbol, "99.1", "99.3")


NOTICED = {
    each.__name__: each
    for each in (
        stalls,
        is_silent,
        withholds_confirmations,
        lost,
        doubled,
        swapped,
        closed_at_once,
        close_code,
    )
}


def test_every_fault_is_looked_for():
    assert NOTICED.keys() == {field.name for field in fields(StreamFaults)}


@pytest.mark.parametrize("fault", NOTICED)
async def test_a_fault_is_noticed(stage, fault):
    await stage.go_live()

    await NOTICED[fault](stage)
