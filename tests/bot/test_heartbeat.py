import asyncio

from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.heartbeat import Heartbeat
from tests.bot.address import received_by


async def test_a_heartbeat_is_heard_at_its_address(address):
    Heartbeat(address.url).beat()

    async with asyncio.timeout(5):
        assert await address.received.get() == "ping"


async def test_a_heartbeat_nobody_hears_harms_nothing():
    heartbeat = Heartbeat(SecretStr("http://127.0.0.1:1/"))

    with capture_logs() as lines:
        for _ in range(2):
            heartbeat.beat()
            await heartbeat._ping

    assert [(line["event"], line["why"]) for line in lines] == [
        ("the heartbeat was not received", "ClientConnectorError")
    ] * 2


async def test_a_heartbeat_under_way_is_not_doubled(address):
    heartbeat = Heartbeat(address.url)

    heartbeat.beat()
    heartbeat.beat()
    await heartbeat._ping

    assert received_by(address) == ["ping"]
