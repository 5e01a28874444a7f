"""A delivery between an outbox and a Telegram of loopback."""

import pytest
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from sandbox.telegram import TelegramServer
from tests.bot.alerting.post import Post
from tests.bot.database import migrated
from tests.bot.hand_clock import HandClock


@pytest.fixture
async def server():
    async with TelegramServer() as running:
        yield running


@pytest.fixture
async def bot(server, monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    request = HTTPXRequest(read_timeout=0.3)
    async with ExtBot(server.token, base_url=f"{server.url}/bot", request=request) as ready:
        yield ready


@pytest.fixture
async def database(tmp_path):
    async with migrated(tmp_path, owners=(7, 8, 9)) as ready:
        yield ready


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def post(database, bot, clock):
    return Post(database, bot, clock)
