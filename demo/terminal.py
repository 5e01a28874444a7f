"""`nija demo`: the real bot in a process of its own, inside a sandbox in this one."""

import asyncio
import sys
from pathlib import Path

from rich.console import Console

from bot.command_errors import CommandError
from demo.chat import Chat
from demo.keyboard import Keyboard
from demo.process import BotProcess
from demo.stage import open_stage
from demo.tour import run_tour
from sandbox.world import SandboxWorld

#: Quick enough to watch it happen; Kraken's call budget bounds the second one.
_SETTINGS = {"NIJA_GUARD_INTERVAL_S": "2", "NIJA_SNAPSHOT_INTERVAL_S": "15"}
#: As a shell reports SIGINT: a tour that was cut short has not been observed.
_INTERRUPTED = 130


def run_demo(
    *,
    tour: bool = False,
    port: int = 0,
    sabotage: str | None = None,
    data_dir: Path | None = None,
    process: type[BotProcess] = BotProcess,
) -> int:
    """Chat on the terminal, or play the tour; returns the exit code."""
    console = Console()
    try:
        if tour or sabotage is not None:
            asyncio.run(
                run_tour(console=console, port=port, data_dir=data_dir, sabotage=sabotage, process=process)
            )
        else:
            asyncio.run(_chat(console, port=port, data_dir=data_dir))
    except KeyboardInterrupt:
        console.print()
        return _INTERRUPTED if tour else 0
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


async def _chat(console: Console, *, port: int, data_dir: Path | None) -> None:
    world = SandboxWorld(telegram_port=port)
    async with open_stage(world, settings=_SETTINGS, data_dir=data_dir) as stage:
        await Chat(stage, console=console, keyboard=Keyboard()).run()
