import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from sandbox.telegram import TelegramServer


class HandClock:
    """Time that moves when the test says so."""

    def __init__(self):
        self.at = 1_700_000_000.0

    def __call__(self):
        return self.at

    def advance(self, seconds):
        self.at += seconds


@pytest.fixture(autouse=True)
def _retry_after_is_a_timedelta(monkeypatch):
    # Without it python-telegram-bot 22.8 warns inside RetryAfter's own constructor, and warnings are errors.
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
async def server(clock):
    async with TelegramServer(now=clock) as running:
        yield running


@pytest.fixture
async def bot(server):
    async with a_bot(server) as ready:
        yield ready


@pytest.fixture
def owner(server):
    return server.user(user_id=7, name="Owner", started=True)


def a_bot(server, *, token=None, **request):
    return Bot(
        token or server.token,
        base_url=f"{server.url}/bot",
        request=HTTPXRequest(**request),
        get_updates_request=HTTPXRequest(**request),
    )


@pytest.fixture
def new_bot(server):
    return lambda **options: a_bot(server, **options)
