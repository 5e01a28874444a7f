import asyncio

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.outside import Heartbeat, OutsideError, RefusedOutsideError, call
from tests.bot.address import Outside, heard_by


@pytest.fixture
async def outside():
    async with Outside().open() as ready:
        yield ready


async def test_a_heartbeat_is_heard_at_its_address(outside):
    Heartbeat(outside.url).beat()

    async with asyncio.timeout(5):
        assert await outside.heard.get() == "ping"


async def test_a_heartbeat_nobody_hears_harms_nothing():
    heartbeat = Heartbeat(SecretStr("http://127.0.0.1:1/"))

    with capture_logs() as lines:
        for _ in range(2):
            heartbeat.beat()
            await heartbeat._ping

    assert [(line["event"], line["why"]) for line in lines] == [
        ("the heartbeat was not heard", "ClientConnectorError")
    ] * 2


async def test_a_heartbeat_under_way_is_not_doubled(outside):
    heartbeat = Heartbeat(outside.url)

    heartbeat.beat()
    heartbeat.beat()
    await heartbeat._ping

    assert heard_by(outside) == ["ping"]


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422])
async def test_an_address_that_does_not_take_what_it_is_told_refuses_it(outside, status):
    outside.status = status

    with pytest.raises(RefusedOutsideError, match=f"it answered {status}"):
        await call(outside.url, text="hello")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
async def test_an_address_in_trouble_refuses_nothing(outside, status):
    outside.status = status

    with pytest.raises(OutsideError) as caught:
        await call(outside.url, text="hello")

    assert not isinstance(caught.value, RefusedOutsideError)


async def test_an_address_that_fails_is_never_named():
    with pytest.raises(OutsideError) as caught:
        await call(SecretStr("http://127.0.0.1:1/s3cr3t-hook"), text="hello")

    assert "s3cr3t" not in str(caught.value)
    assert caught.value.__cause__ is None
