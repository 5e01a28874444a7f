import asyncio
import time

import pytest

from bot.watchdog import Watchdog


@pytest.fixture
def dog():
    now, dumps, ends = [0.0], [], []
    watchdog = Watchdog(monotonic=lambda: now[0], dump=lambda: dumps.append(now[0]), end=ends.append)
    return watchdog, now, dumps, ends


def test_a_loop_that_turns_is_left_alone(dog):
    watchdog, now, dumps, ends = dog

    for second in range(100):
        now[0] = second
        watchdog.beat()
        watchdog.look()

    assert (dumps, ends) == ([], [])


def test_a_silent_loop_is_told_once_and_ended_at_last(dog):
    watchdog, now, dumps, ends = dog

    for second in range(61):
        now[0] = second
        watchdog.look()

    assert (dumps, ends) == ([15], [70])


def test_a_loop_that_came_back_is_told_again_when_it_hangs_again(dog):
    watchdog, now, dumps, ends = dog

    for second in range(70):
        now[0] = second
        if second == 20:
            watchdog.beat()
        watchdog.look()

    assert (dumps, ends) == ([15, 35], [])


async def test_it_looks_while_the_loop_cannot(monkeypatch):
    monkeypatch.setattr("bot.watchdog.LOOK_EVERY_S", 0.01)
    monkeypatch.setattr("bot.watchdog.ALARM_AFTER_S", 0.03)
    dumps = []
    watchdog = Watchdog(dump=lambda: dumps.append(1), end=lambda code: None)

    watchdog.start()
    time.sleep(0.3)  # noqa: ASYNC251 - a loop that hangs is what this is about
    await asyncio.to_thread(watchdog.stop)

    assert dumps == [1]
