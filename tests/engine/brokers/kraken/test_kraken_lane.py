"""The key's lane against a venue that wants rising numbers, with latency and jitter on the wire."""

import asyncio
import itertools
import time

import pytest

from engine.brokers.base import Priority
from engine.brokers.ccxt_client import Call
from engine.model.errors import InvalidNonceError, TryLaterError
from sandbox.faults import Fault, FaultKind
from tests.engine.brokers.kraken.conftest import KEY, a_request

BALANCES = Call(path="BalanceEx", api=("private",), method="POST")


@pytest.fixture
def jittery(venue):
    """Every request waits up to 3 ms before it is looked at, each another time."""
    delays = itertools.cycle([0.003, 0.0, 0.002, 0.001])
    for _ in range(400):
        venue.server.faults.add(
            Fault(kind=FaultKind.DELAY_BEFORE, endpoint="BalanceEx", delay_s=next(delays))
        )
    return venue


@pytest.mark.fault("V12")
async def test_two_hundred_concurrent_calls_on_one_key_never_meet_an_invalid_nonce(connect, jittery):
    broker = connect(timeout_s=60)
    await asyncio.gather(*(broker._calls.read("BalanceEx", cost=0) for _ in range(200)))
    outcomes = [call.outcome for call in jittery.server.tape.calls("BalanceEx")]
    assert outcomes == ["ok"] * 200


async def test_the_same_calls_past_the_lane_do_meet_it(broker, venue):
    for delay_s in (0.05, 0.0):
        venue.server.faults.add(Fault(kind=FaultKind.DELAY_BEFORE, endpoint="BalanceEx", delay_s=delay_s))
    first = asyncio.create_task(broker._client.send(BALANCES))
    await venue.server.tape.wait_for("BalanceEx")
    later = asyncio.create_task(broker._client.send(BALANCES))
    outcomes = await asyncio.gather(first, later, return_exceptions=True)
    assert isinstance(outcomes[0], InvalidNonceError)


async def test_an_exit_submitted_while_twenty_reads_queue_goes_out_next(broker, venue, market_data):
    venue.deposit("BTC", "1")
    await market_data.catalog()
    venue.server.faults.add(Fault(kind=FaultKind.DELAY_AFTER, endpoint="BalanceEx", delay_s=0.02, times=None))
    reads = [asyncio.create_task(broker._calls.read("BalanceEx", cost=0)) for _ in range(20)]
    await venue.server.tape.wait_for("BalanceEx")
    on_the_way = len(venue.sent("BalanceEx"))  # a slow machine may have let more than one go by
    await broker.submit_order(a_request(), priority=Priority.EXIT)
    await asyncio.gather(*reads)
    order = [call.endpoint for call in venue.server.tape.calls(key=KEY)]
    assert on_the_way <= order.index("AddOrder") <= on_the_way + 1 < 20
    assert order.count("BalanceEx") == 20


async def test_an_exit_overtakes_a_hanging_read_which_is_refused_and_repeated(broker, venue, market_data):
    venue.deposit("BTC", "1")
    await market_data.catalog()
    venue.server.faults.add(Fault(kind=FaultKind.DELAY_BEFORE, endpoint="BalanceEx", delay_s=1.5))
    reading = asyncio.create_task(broker._calls.read("BalanceEx"))
    await venue.server.tape.wait_for("BalanceEx")
    started = time.monotonic()
    await broker.submit_order(a_request(), priority=Priority.EXIT)
    took = time.monotonic() - started
    await reading
    assert took > 0.2
    outcomes = [(call.endpoint, call.outcome) for call in venue.server.tape.calls(key=KEY)]
    assert outcomes == [("BalanceEx", "EAPI:Invalid nonce"), ("AddOrder", "ok"), ("BalanceEx", "ok")]


@pytest.mark.fault("V13")
async def test_a_sale_goes_out_at_once_when_the_venue_counts_the_key_as_used_up(broker, venue, market_data):
    venue.deposit("BTC", "1")
    await market_data.catalog()
    venue.server.faults.add(Fault(kind=FaultKind.RATE_LIMIT, endpoint="BalanceEx"))
    with pytest.raises(TryLaterError):
        await broker._calls.read("BalanceEx")
    waiting = asyncio.create_task(broker._calls.read("BalanceEx"))
    await broker.submit_order(a_request(), priority=Priority.EXIT)
    assert not waiting.done()
    assert len(venue.sent("BalanceEx")) == 1
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
