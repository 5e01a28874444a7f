"""A world with a bot in it: opened for a demo or a test, and cleared away afterwards."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.command_errors import CommandError
from demo.process import BotProcess
from sandbox.telegram import ChatMessage, ChatUser
from sandbox.world import SandboxWorld

#: A start on a busy machine; on a free one it takes two seconds.
READY_S = 60.0


class BotNotReadyError(CommandError):
    """The bot did not come up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The world, the bot process and its data."""

    world: SandboxWorld
    bot: BotProcess
    data_dir: Path

    @property
    def owner(self) -> ChatUser:
        """Who chats with the bot."""
        return self.world.owner

    @property
    def database(self) -> Path:
        """The bot's database file."""
        return self.data_dir / "nija.db"

    async def start_bot(self) -> ChatMessage:
        """Start the bot and return its answer to /start; BotNotReadyError when none comes."""
        await self.bot.start()
        return await self.greet()

    async def greet(self) -> ChatMessage:
        """Send /start and wait for the answer, or for the process to end."""
        sent = self.owner.send("/start")
        answer = asyncio.create_task(
            self.owner.wait_for(lambda one: "/help" in one.text, READY_S, after=sent), name="answer"
        )
        end = asyncio.create_task(self.bot.wait(), name="end")
        await asyncio.wait({answer, end}, return_when=asyncio.FIRST_COMPLETED)
        end.cancel()
        if answer.done() and answer.exception() is None:
            return answer.result()
        answer.cancel()
        ended = f"it ended with {self.bot.exit_code}" if not self.bot.is_running else "it does not answer"
        raise BotNotReadyError(
            f"The bot did not come up: {ended}.\n{self.bot.last_output()}\nIts log is {self.bot.log}"
        )


@asynccontextmanager
async def open_stage(
    world: SandboxWorld,
    *,
    settings: Mapping[str, str],
    data_dir: Path | None = None,
    process: type[BotProcess] = BotProcess,
) -> AsyncIterator[Stage]:
    """Open the world for a bot that is not started yet; a temporary data dir goes when all went well."""
    folder = data_dir or Path(tempfile.mkdtemp(prefix="nija-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    async with world:
        bot = process({**world.environment(folder / "data"), **settings}, log=folder / "bot.log")
        try:
            yield Stage(world=world, bot=bot, data_dir=folder / "data")
        finally:
            await bot.stop()
    if data_dir is None:
        shutil.rmtree(folder)
