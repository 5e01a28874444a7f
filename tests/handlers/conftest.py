"""A real Telegram application on the loopback Bot API, with a fake engine behind it."""

import pytest
from structlog.testing import capture_logs
from telegram import Update
from telegram.ext import ApplicationBuilder

from handlers.chat_context import CONTEXT_TYPES
from handlers.registry import register
from sandbox.telegram import TelegramServer
from tests.handlers.fakes import FakeEngine
from tests.handlers.values import NOW, OWNER


@pytest.fixture(autouse=True)
def _logs():
    """Keep log lines as values: drawing a traceback for a terminal takes a second, and a reply waits for it."""
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
async def server():
    async with TelegramServer(now=NOW.timestamp) as running:
        yield running


@pytest.fixture
async def application(server, engine):
    builder = ApplicationBuilder().token(server.token).base_url(f"{server.url}/bot")
    built = builder.context_types(CONTEXT_TYPES).job_queue(None).build()
    register(built, engine.services)
    async with built:
        # Everything Telegram can send, so that it is the gate that is tested.
        await built.updater.start_polling(timeout=1, poll_interval=0, allowed_updates=Update.ALL_TYPES)
        await built.start()
        yield built
        await built.updater.stop()
        await built.stop()


@pytest.fixture
def owner(application, server):
    return server.user(user_id=OWNER)
