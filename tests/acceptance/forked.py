"""A bot's process that is forked where its libraries are imported already: they are two thirds of a start.

It is a process of its own with its own environment, killed and started again like any other. That a fresh
interpreter starts the bot is shown by the tour, by the campaign of kills and by the tests of the command.
"""

import asyncio
import multiprocessing
import os
import sys
from contextlib import suppress
from importlib import import_module

from bot.cli import main
from demo.process import ARGUMENTS, BotProcess

#: Names a module that changes what the process finds around it: its wall clock, its patience.
PREPARED_BY = "BOT_PREPARED_BY"
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["__main__", "bot.bootstrap", "tests.acceptance.forked"])


def live(environment, log):
    """Be the bot."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    output = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(output, sys.__stdout__.fileno())
    os.dup2(output, sys.__stderr__.fileno())
    if prepare := environment.get(PREPARED_BY):
        import_module(prepare)
    sys.argv = ["nija", *ARGUMENTS]
    main()


class ForkedChild:
    """As much of asyncio's process as its starter needs."""

    def __init__(self, process):
        self.pid = process.pid
        self._process = process
        self._loop = asyncio.get_running_loop()
        self._ended = self._loop.create_future()
        self._loop.add_reader(process.sentinel, self._end)

    @property
    def returncode(self):
        return self._ended.result() if self._ended.done() else None

    def send_signal(self, how):
        with suppress(ProcessLookupError):
            os.kill(self.pid, how)

    async def wait(self):
        return await asyncio.shield(self._ended)

    def _end(self):
        self._loop.remove_reader(self._process.sentinel)
        self._process.join()
        self._ended.set_result(self._process.exitcode)
        self._process.close()


class ForkedBot(BotProcess):
    async def spawn(self, log):
        process = FORKS.Process(target=live, args=(self.environment, self.log))
        process.start()
        return ForkedChild(process)
