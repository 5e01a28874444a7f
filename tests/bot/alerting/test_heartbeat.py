import asyncio

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.alerting.heartbeat import Heartbeat
from tests.bot.address import received_by
from tests.bot.hand_clock import HandClock


async def beat(heartbeat):
    heartbeat.beat()
    await until_received()


async def until_received():
    """Wait until no ping is under way."""
    await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == "heartbeat"))


async def test_a_heartbeat_is_heard_at_its_address(address):
    Heartbeat(address.url, clock=HandClock()).beat()

    async with asyncio.timeout(5):
        assert await address.received.get() == "ping"


async def test_a_heartbeat_nobody_hears_harms_nothing():
    heartbeat = Heartbeat(SecretStr("http://127.0.0.1:1/"), clock=HandClock())

    with capture_logs() as lines:
        for _ in range(2):
            await beat(heartbeat)

    assert [(line["event"], line["why"]) for line in lines] == [
        ("the heartbeat was not received", "ClientConnectorError")
    ] * 2


async def test_a_heartbeat_under_way_is_not_doubled(address):
    heartbeat = Heartbeat(address.url, clock=HandClock())

    heartbeat.beat()
    heartbeat.beat()
    await until_received()

    assert received_by(address) == ["ping"]


@pytest.mark.fault("P48")
@pytest.mark.parametrize("status", [429, 503])
async def test_an_address_that_asks_for_a_pause_is_not_pinged_until_it_is_over(address, status):
    clock = HandClock()
    heartbeat = Heartbeat(address.url, clock=clock)
    address.status, address.headers = status, {"Retry-After": "120"}
    await beat(heartbeat)
    address.status, address.headers = 200, {}

    clock.pass_time(119)
    await beat(heartbeat)
    assert received_by(address) == ["ping"]
    clock.pass_time(1)
    await beat(heartbeat)

    assert received_by(address) == ["ping"]


async def test_a_pause_that_the_address_of_the_heartbeat_asks_for_is_logged_once(address):
    clock = HandClock()
    heartbeat = Heartbeat(address.url, clock=clock)
    address.status, address.headers = 429, {"Retry-After": "120"}

    with capture_logs() as lines:
        for _ in range(3):
            await beat(heartbeat)
            clock.pass_time(5)

    assert [(line["why"], line["again_in_s"]) for line in lines] == [("it answered 429", 120.0)]
