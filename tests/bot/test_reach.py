import pytest
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.reach import Reach
from sandbox.telegram import FaultKind, TelegramServer


@pytest.fixture
async def server():
    async with TelegramServer() as running:
        yield running


async def test_what_telegram_carries_out_is_heard_and_what_it_refuses_is_not(server):
    done, reach = [], Reach()
    async with ExtBot(server.token, base_url=f"{server.url}/bot", request=reach.request()) as bot:
        reach.on_done = lambda: done.append(1)
        server.faults.add(kind=FaultKind.HTTP_500_BEFORE)
        with pytest.raises(TelegramError):
            await bot.get_me()
        with pytest.raises(TelegramError):
            await bot.send_message(7, "nobody has started this chat")
        assert done == []

        await bot.get_me()

    assert done == [1]
