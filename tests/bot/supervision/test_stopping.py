import asyncio
import os
import signal

import pytest

from bot.command_errors import CommandError
from bot.supervision.stopping import Stop


@pytest.fixture
def exits():
    return []


@pytest.fixture
def stop(exits):
    return Stop(end=exits.append)


async def test_waiting_ends_when_somebody_asks(stop):
    waiting = asyncio.create_task(stop.wait())
    await asyncio.sleep(0)
    assert not waiting.done()

    stop.request()

    await waiting
    assert stop.is_requested
    assert stop.reason is None


async def test_the_first_reason_counts(stop):
    first = CommandError("token rejected")

    stop.request(first)
    stop.request(CommandError("later"))
    stop.request()

    assert stop.reason is first


async def test_the_first_signal_stops_the_second_changes_nothing_the_third_ends(stop, exits):
    stop.on_signal("SIGTERM")
    assert stop.is_requested
    stop.on_signal("SIGTERM")
    assert exits == []

    stop.on_signal("SIGINT")

    assert exits == [130]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_real_signal_is_heard(stop, number):
    stop.listen()

    os.kill(os.getpid(), number)

    async with asyncio.timeout(5):
        await stop.wait()
    for heard in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(heard)
