"""The bot as a child process: started, killed and started again while its world goes on."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import bot

#: The bot's own stop takes at most 60 s.
STOP_S = 60.0
#: No file of settings: the owner's own keys must never reach the sandbox's bot.
ARGUMENTS = ("run", "--env-file", os.devnull)
_PACKAGES = Path(str(bot.__file__)).parents[1]


class BotProcess:
    """At most one running bot with fixed settings; everything it prints goes to one log file."""

    def __init__(self, settings: Mapping[str, str], *, log: Path) -> None:
        self.log = log
        self._settings = settings
        self._child: asyncio.subprocess.Process | None = None

    @property
    def is_running(self) -> bool:
        """Whether the child was started and has not ended."""
        return self._child is not None and self._child.returncode is None

    @property
    def pid(self) -> int | None:
        """The process id of the last child."""
        return self._child.pid if self._child else None

    @property
    def exit_code(self) -> int | None:
        """How the last child ended; negative is the signal."""
        return self._child.returncode if self._child else None

    async def start(self) -> None:
        """Start a child; the former one must have ended."""
        if self.is_running:
            raise RuntimeError("the bot is running already")
        with self.log.open("ab") as log:
            self._child = await self.spawn(log)

    async def wait(self) -> int:
        """Wait for the child's end."""
        if self._child is None:
            raise RuntimeError("the bot was never started")
        return await self._child.wait()

    async def kill(self) -> None:
        """End it with SIGKILL: it gets no chance to do anything."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Terminate it, and kill it when it does not end."""
        try:
            async with asyncio.timeout(STOP_S):
                await self._end(signal.SIGTERM)
        except TimeoutError:
            await self.kill()

    def change_settings(self, **changes: str) -> None:
        """Give the next start other settings."""
        self._settings = {**self._settings, **changes}

    def last_output(self, lines: int = 15) -> str:
        """The end of the log."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    async def _end(self, how: signal.Signals) -> None:
        if self._child is not None and self._child.returncode is None:
            self._child.send_signal(how)
            await self._child.wait()

    @property
    def environment(self) -> dict[str, str]:
        """What the child's environment is: ours with its settings, and none of ours."""
        ours = {name: value for name, value in os.environ.items() if not name.upper().startswith("NIJA_")}
        return {**ours, "PYTHONPATH": str(_PACKAGES), **self._settings}

    async def spawn(self, log: IO[bytes]) -> asyncio.subprocess.Process:
        """Start `nija run` with all its output in a log."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", *ARGUMENTS),
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C in the terminal is for the demo, which then stops the bot in order.
            start_new_session=True,
        )
