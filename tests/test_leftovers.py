"""What a test would be told to have left behind."""

import asyncio
import inspect
import os
import subprocess
import sys
import threading

import pytest

from tests.leftovers import PendingTasks, belongings, left_behind

AT_ONCE = 0.05


def test_nothing_is_left_by_a_test_that_tidies_up(tmp_path):
    before = belongings()

    (tmp_path / "file").write_text("closed")
    subprocess.run([sys.executable, "-Sc", ""], check=True)

    assert left_behind(before) == []


def test_an_open_pipe_is_left_behind():
    before = belongings()

    ends = os.pipe()

    left = left_behind(before, grace_s=AT_ONCE)
    assert [words.partition(" (")[0] for words in left] == sorted(f"file {end}" for end in ends)
    for end in ends:
        os.close(end)


def test_a_running_process_is_left_behind():
    before = belongings()

    with subprocess.Popen([sys.executable, "-Sc", "input()"], stdin=subprocess.PIPE) as process:
        left = left_behind(before, grace_s=AT_ONCE)
        process.kill()

    assert f"process {process.pid}" in left


def test_a_thread_is_left_behind_unless_it_ends_by_itself():
    before = belongings()
    goes_on = threading.Event()
    thread = threading.Thread(target=goes_on.wait, name="waiting")

    thread.start()

    assert left_behind(before, grace_s=AT_ONCE) == [f"thread {thread.ident} (waiting)"]
    goes_on.set()
    assert left_behind(before) == []


@pytest.fixture
def tasks(monkeypatch):
    monkeypatch.setattr(asyncio.Runner, "close", inspect.unwrap(asyncio.Runner.close))
    tasks = PendingTasks()
    tasks.watch()
    return tasks


def test_a_task_that_nobody_waits_for_is_left_behind(tasks):
    async def begin():
        asyncio.get_running_loop().kept = asyncio.create_task(asyncio.sleep(60))

    with asyncio.Runner() as runner:
        runner.run(begin())

    assert tasks.taken() == ["task sleep"]
