from datetime import UTC, datetime, timedelta

import pytest
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.telegram.connection import TelegramConnection
from engine.clock import SystemClock
from sandbox.telegram import FaultKind, TelegramServer
from tests.bot.hand_clock import HandClock


@pytest.fixture
async def server():
    async with TelegramServer() as running:
        yield running


async def test_what_telegram_carries_out_is_heard_and_what_it_refuses_is_not(server):
    done, connection = [], TelegramConnection(SystemClock())
    async with ExtBot(server.token, base_url=f"{server.url}/bot", request=connection.request()) as bot:
        connection.on_done = done.append
        server.faults.add(kind=FaultKind.HTTP_500_BEFORE)
        with pytest.raises(TelegramError):
            await bot.get_me()
        with pytest.raises(TelegramError):
            await bot.send_message(7, "nobody has started this chat")
        assert done == []

        await bot.get_me()

        owner = server.user(user_id=7)
        owner.send("/start")
        await bot.send_message(7, "taken")

    assert done == [None, 7]


@pytest.mark.parametrize("off_s", [-30 * 86_400, -3600, -40, 40, 3600, 30 * 86_400])
async def test_telegrams_time_is_put_on_a_clock_that_is_off_whatever_it_is_set_to_later(off_s):
    clock = HandClock()
    telegram = clock.now()
    clock.step(off_s)
    connection = TelegramConnection(clock)
    async with (
        TelegramServer(now=telegram.timestamp) as server,
        ExtBot(server.token, base_url=f"{server.url}/bot", request=connection.request()),
    ):
        pass

    for step_s in (0, 7200, -86_400):
        clock.step(step_s)
        assert abs(connection.on_our_clock(telegram) - clock.now()) <= timedelta(seconds=3)


async def test_telegrams_time_is_taken_as_it_is_while_ours_may_be_right(server):
    connection = TelegramConnection(SystemClock())
    sent = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
    before = connection.on_our_clock(sent)
    async with ExtBot(server.token, base_url=f"{server.url}/bot", request=connection.request()):
        pass

    assert (before, connection.on_our_clock(sent)) == (sent, sent)
