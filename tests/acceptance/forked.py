"""The bot's process, forked; see tests/forking.py."""

import asyncio
import os
from contextlib import suppress
from importlib import import_module

from demo.process import ARGUMENTS, BotProcess
from tests.forking import FORKS, live

#: Names a module that changes what the process finds around it: its wall clock, its patience.
PREPARED_BY = "BOT_PREPARED_BY"


def live_apart(environment, log):
    """Be the bot in a session of its own."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    if prepare := environment.get(PREPARED_BY):
        import_module(prepare)
    output = os.open(log, os.O_WRONLY | os.O_APPEND)
    live(ARGUMENTS, environment, output=output, errors=output)


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
        process = FORKS.Process(target=live_apart, args=(self.environment, self.log))
        process.start()
        return ForkedChild(process)
