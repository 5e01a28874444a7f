import asyncio
import signal
import subprocess
import sys
import threading
import time

import pytest

from bot.supervision.watchdog import Watchdog


@pytest.fixture
def dog():
    now, dumps, ends = [0.0], [], []
    watchdog = Watchdog(
        notify=str, monotonic=lambda: now[0], dump=lambda: dumps.append(now[0]), end=ends.append
    )
    return watchdog, now, dumps, ends


def test_a_loop_that_turns_is_left_alone(dog):
    watchdog, now, dumps, ends = dog

    for second in range(100):
        now[0] = second
        watchdog.beat()
        watchdog.look()

    assert (dumps, ends) == ([], [])


@pytest.mark.fault("P8")
def test_a_silent_loop_is_reported_once_and_ended_at_last(dog):
    watchdog, now, dumps, ends = dog

    for second in range(61):
        now[0] = second
        watchdog.look()

    assert (dumps, ends) == ([15], [70])


def test_a_loop_that_came_back_is_reported_again_when_it_hangs_again(dog):
    watchdog, now, dumps, ends = dog

    for second in range(70):
        now[0] = second
        if second == 20:
            watchdog.beat()
        watchdog.look()

    assert (dumps, ends) == ([15, 35], [])


def test_the_owner_hears_of_a_hang_and_of_its_end():
    now, reported = [0.0], []
    watchdog = Watchdog(
        notify=reported.append, monotonic=lambda: now[0], dump=lambda: None, end=lambda code: None
    )

    for second in range(30):
        now[0] = second
        if second == 20:
            watchdog.beat()
        watchdog.look()

    hang, clear = reported
    assert hang.startswith("NIJA hangs since 15 s: nothing is guarded now.")
    assert clear.startswith("NIJA goes on")


@pytest.mark.fault("P8")
async def test_it_looks_while_the_loop_cannot(monkeypatch):
    monkeypatch.setattr("bot.supervision.watchdog.LOOK_EVERY_S", 0.01)
    monkeypatch.setattr("bot.supervision.watchdog.ALARM_AFTER_S", 0.03)
    dumped = threading.Event()
    watchdog = Watchdog(notify=str, dump=dumped.set, end=lambda code: None)

    watchdog.start()
    # The loop hangs here.
    seen = dumped.wait(20)
    await asyncio.to_thread(watchdog.stop)

    assert seen


def test_a_process_that_stood_still_reports_for_how_long_and_goes_on(dog_that_reports):
    watchdog, now, reported, ends = dog_that_reports

    for second in (0, 1, 2, 67, 68, 69):
        now[0] = second
        watchdog.look()
        if second != 67:
            watchdog.beat()

    assert ends == []
    (standstill,) = reported
    assert standstill.startswith("NIJA stood still for 65 s")


def test_a_short_standstill_is_nobodys_business(dog_that_reports):
    watchdog, now, reported, ends = dog_that_reports

    for second in (0, 1, 14, 15, 16):
        now[0] = second
        watchdog.look()

    assert (reported, ends) == ([], [])


def test_a_loop_that_hangs_is_ended_even_where_the_watchdog_is_slow(dog_that_reports):
    watchdog, now, _reported, ends = dog_that_reports

    for look in range(21):
        now[0] = 10 * look
        watchdog.look()

    assert ends == [70]


def test_a_failure_to_report_does_not_keep_the_process_from_ending():
    now, ends = [0.0], []

    def no_thread(text):
        raise RuntimeError("can't start new thread")

    watchdog = Watchdog(notify=no_thread, monotonic=lambda: now[0], dump=lambda: None, end=ends.append)
    for second in range(61):
        now[0] = second
        try:
            watchdog.look()
        except RuntimeError:
            assert second == 15

    assert ends == [70]


@pytest.fixture
def dog_that_reports():
    now, reported, ends = [0.0], [], []
    watchdog = Watchdog(notify=reported.append, monotonic=lambda: now[0], dump=lambda: None, end=ends.append)
    return watchdog, now, reported, ends


def test_it_goes_on_looking_after_an_error_of_its_own(monkeypatch):
    monkeypatch.setattr("bot.supervision.watchdog.LOOK_EVERY_S", 0.005)
    monkeypatch.setattr("bot.supervision.watchdog.ALARM_AFTER_S", 0.02)
    monkeypatch.setattr("bot.supervision.watchdog.EXIT_AFTER_S", 0.04)
    ended = threading.Event()

    def no_thread(text):
        raise RuntimeError("can't start new thread")

    watchdog = Watchdog(notify=no_thread, dump=lambda: None, end=lambda code: ended.set())
    watchdog.start()

    assert ended.wait(5)
    watchdog.stop()


def test_the_loop_revives_a_watchdog_that_is_gone(monkeypatch):
    monkeypatch.setattr("bot.supervision.watchdog.LOOK_EVERY_S", 0.005)
    watchdog = Watchdog(notify=str, dump=lambda: None, end=lambda code: None)
    watchdog.start()
    first = watchdog._thread
    watchdog._stopped.set()
    first.join()
    watchdog._stopped.clear()

    watchdog.beat()

    assert watchdog._thread is not first
    assert watchdog._thread.is_alive()
    watchdog.stop()


STOPPED = """
import sys, time
from bot.supervision import watchdog
watchdog.LOOK_EVERY_S, watchdog.LONGEST_LOOK_S = 0.02, 0.5
watchdog.ALARM_AFTER_S, watchdog.EXIT_AFTER_S = 1.0, 2.0
dog = watchdog.Watchdog(notify=lambda text: print(text, file=sys.stderr, flush=True))
dog.start()
print("watching", file=sys.stderr, flush=True)
while True:
    time.sleep(0.01)
    dog.beat()
"""


@pytest.mark.fault("P11")
def test_a_process_that_is_really_stopped_reports_and_lives():
    command = [sys.executable, "-c", STOPPED]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr.readline() == "watching\n"
            process.send_signal(signal.SIGSTOP)
            time.sleep(2.5)  # longer than it takes to end a process whose loop hangs
            process.send_signal(signal.SIGCONT)

            assert process.stderr.readline().startswith("NIJA stood still for ")
            time.sleep(0.1)
            assert process.poll() is None
        finally:
            process.kill()
