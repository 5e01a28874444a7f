import asyncio
import time

import pytest

from bot.watchdog import Watchdog


@pytest.fixture
def dog():
    now, dumps, ends = [0.0], [], []
    watchdog = Watchdog(
        tell=str, monotonic=lambda: now[0], dump=lambda: dumps.append(now[0]), end=ends.append
    )
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


def test_the_owner_hears_of_a_hang_and_of_its_end():
    now, told = [0.0], []
    watchdog = Watchdog(tell=told.append, monotonic=lambda: now[0], dump=lambda: None, end=lambda code: None)

    for second in range(30):
        now[0] = second
        if second == 20:
            watchdog.beat()
        watchdog.look()

    hang, clear = told
    assert hang.startswith("NIJA hangs since 15 s: nothing is guarded now.")
    assert clear.startswith("NIJA goes on")


async def test_it_looks_while_the_loop_cannot(monkeypatch):
    monkeypatch.setattr("bot.watchdog.LOOK_EVERY_S", 0.01)
    monkeypatch.setattr("bot.watchdog.ALARM_AFTER_S", 0.03)
    dumps = []
    watchdog = Watchdog(tell=str, dump=lambda: dumps.append(1), end=lambda code: None)

    watchdog.start()
    time.sleep(0.3)  # noqa: ASYNC251 - a loop that hangs is what this is about
    await asyncio.to_thread(watchdog.stop)

    assert dumps == [1]
