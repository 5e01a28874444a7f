"""What a test leaves behind in its process: open files, sockets and pipes, child processes, threads and tasks."""

import asyncio
import functools
import gc
import threading
import time
from contextlib import suppress
from pathlib import Path

#: How long what ends by itself may take on a busy machine: a thread, a child that was killed.
GRACE_S = 5.0
PAUSE_S = 0.002
#: A thread or a socket that is just ending needs no collector, which takes a third of a second for the whole heap.
PROMPT_S = 0.05
#: How many turns of its loop a task takes to end once it was cancelled, what it waited for included.
TURNS = 10


def belongings():
    """What this process has now, each in words that identify it."""
    return frozenset({*_files(), *_children(), *_threads()})


def left_behind(before, *, grace_s=GRACE_S):
    """What has appeared since, and neither a moment's patience nor the garbage collector removes."""
    left = _still_there(before, within_s=min(PROMPT_S, grace_s))
    if left:
        gc.collect()
        left = _still_there(before, within_s=grace_s)
    return sorted(left)


def _still_there(before, *, within_s):
    deadline = time.monotonic() + within_s
    while (left := belongings() - before) and time.monotonic() < deadline:
        time.sleep(PAUSE_S)
    return left


def _files():
    for file in list(Path("/proc/self/fd").iterdir()):
        # The listing itself was one of them and is closed by now.
        with suppress(FileNotFoundError):
            yield f"file {file.name} ({file.readlink()})"


def _children():
    for thread in list(Path("/proc/self/task").iterdir()):
        with suppress(FileNotFoundError, ProcessLookupError):
            for pid in (thread / "children").read_text().split():
                yield f"process {pid}"


def _threads():
    return (f"thread {thread.ident} ({thread.name})" for thread in threading.enumerate())


class PendingTasks:
    """The tasks that still ran when an event loop was closed, after every fixture had ended."""

    def __init__(self):
        self._left = []

    def watch(self):
        """Look at each runner before it cancels what is left."""
        close = asyncio.Runner.close

        @functools.wraps(close)
        def look_and_close(runner):
            loop = runner._loop
            if loop is not None and not loop.is_closed():
                loop.run_until_complete(_let_cancelled_tasks_end())
                self._left += [f"task {task.get_coro().__qualname__}" for task in asyncio.all_tasks(loop)]
            close(runner)

        asyncio.Runner.close = look_and_close

    def taken(self):
        """What was found since the last time."""
        left, self._left = self._left, []
        return sorted(left)


async def _let_cancelled_tasks_end():
    for _ in range(TURNS):
        await asyncio.sleep(0)
