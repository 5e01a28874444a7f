import asyncio
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.outside import Heartbeat, OutsideError, SecondChannel, call
from engine.alerts.messages import BrokerTrouble, ExitParked
from engine.alerts.outbox import append_alert, load_due, mark_sent
from engine.model.venues import Venue
from tests.bot.database import START, migrated
from tests.bot.hand_clock import HandClock


class Outside:
    """An address somewhere that writes down what it hears."""

    def __init__(self):
        self.heard, self.status, self.url = asyncio.Queue(), 200, None

    async def hear(self, request):
        text = (await request.json())["text"] if request.method == "POST" else "ping"
        await self.heard.put(text)
        return web.Response(status=self.status)

    @asynccontextmanager
    async def open(self):
        app = web.Application()
        app.router.add_route("*", "/s3cr3t-hook", self.hear)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = SecretStr(f"http://127.0.0.1:{runner.addresses[0][1]}/s3cr3t-hook")
        yield self
        await runner.cleanup()


@pytest.fixture
async def outside():
    async with Outside().open() as ready:
        yield ready


@pytest.fixture
async def database(tmp_path):
    async with migrated(tmp_path) as ready:
        yield ready


async def put(database, message, key):
    async with database.write() as session:
        await append_alert(session, message, user_id=7, account_id=None, dedup_key=key, now=START)


def critical(symbol):
    return ExitParked(venue=Venue.KRAKEN, symbol=symbol, quantity=Decimal("0.5"), why="below the minimum")


def heard_by(outside):
    return [outside.heard.get_nowait() for _ in range(outside.heard.qsize())]


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


async def test_critical_alerts_are_posted_as_plain_words_once_and_in_order(outside, database):
    channel = SecondChannel(outside.url, database=database, clock=HandClock())
    await channel.tell_new()
    await put(database, critical("BTC/USD"), "1")
    await put(database, BrokerTrouble(venue=Venue.KRAKEN, what="back", why="", since=START), "2")
    await put(database, critical("ETH/USD"), "3")

    await channel.tell_new()
    await channel.tell_new()

    first, second = heard_by(outside)
    assert "BTC/USD" in first
    assert "ETH/USD" in second
    assert "<b>" not in first


async def test_what_the_address_refused_is_posted_again(outside, database):
    channel = SecondChannel(outside.url, database=database, clock=HandClock())
    await put(database, critical("BTC/USD"), "1")
    outside.status = 500
    with pytest.raises(OutsideError, match="it answered 500"):
        await channel.tell_new()

    outside.status = 200
    await channel.tell_new()
    await channel.tell_new()

    assert len(heard_by(outside)) == 2


async def test_after_a_restart_only_what_telegram_has_not_taken_is_posted(outside, database):
    await put(database, critical("BTC/USD"), "1")
    async with database.write() as session:
        (batch,) = await load_due(session, now=START)
        await mark_sent(session, batch, message_id=5, now=START)
    await put(database, critical("ETH/USD"), "2")

    await SecondChannel(outside.url, database=database, clock=HandClock()).tell_new()

    (only,) = heard_by(outside)
    assert "ETH/USD" in only


async def test_an_alert_of_another_version_holds_up_no_later_one(outside, database):
    channel = SecondChannel(outside.url, database=database, clock=HandClock())
    await channel.tell_new()
    await put(database, critical("BTC/USD"), "1")
    async with database.write() as session:
        await session.exec(text("UPDATE alerts SET data_json = '{}'"))
    await put(database, critical("ETH/USD"), "2")

    await channel.tell_new()

    (only,) = heard_by(outside)
    assert "ETH/USD" in only


async def test_an_address_that_fails_is_never_named():
    with pytest.raises(OutsideError) as caught:
        await call(SecretStr("http://127.0.0.1:1/s3cr3t-hook"), text="hello")

    assert "s3cr3t" not in str(caught.value)
    assert caught.value.__cause__ is None
