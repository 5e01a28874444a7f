"""Plays the steps of the tour in order and prints what was seen of each."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.command_errors import CommandError
from demo.process import BotProcess
from demo.stage import BotNotReadyError, open_stage
from demo.tour.check import Check
from demo.tour.saboteur import SABOTAGES
from demo.tour.scene import Moment, Scene
from demo.tour.steps import STEPS, Step
from sandbox.world import SandboxWorld

#: Small intervals, so that a story of hours plays in seconds; Kraken's call budget bounds the second one.
_SETTINGS = {
    "NIJA_GUARD_INTERVAL_S": "0.3",
    "NIJA_SNAPSHOT_INTERVAL_S": "15",
    "NIJA_LIQUIDATION_PNL": "-0.01",
    "NIJA_GUARD_EXISTING": "ask",
}

_LONGEST_WHY = 300


class UnknownSabotageError(CommandError):
    """There is no such way to break the tour."""

    exit_code = 2


class StepFailedError(CommandError):
    """A step of the tour was not observed."""


async def run_tour(
    *,
    console: Console,
    port: int,
    data_dir: Path | None,
    sabotage: str | None,
    process: type[BotProcess] = BotProcess,
) -> None:
    """Play every step; StepFailedError names the first that was not observed."""
    if sabotage is not None and sabotage not in SABOTAGES:
        raise UnknownSabotageError(f"There is no sabotage {sabotage!r}; there are {', '.join(SABOTAGES)}.")
    world = SandboxWorld(telegram_port=port)
    async with open_stage(world, settings=_SETTINGS, data_dir=data_dir, process=process) as stage:
        scene = Scene(stage=stage)
        if sabotage is not None:
            scene.sabotage = SABOTAGES[sabotage]
        console.print("The bot is starting, in a process of its own.")
        scene.at(Moment.BOT_STARTED)
        await stage.start_bot()
        for number, step in enumerate(STEPS, 1):
            _announce(console, number, step)
            checks = await _observe(step, scene)
            _report(console, checks)
            if not all(check.held for check in checks):
                raise StepFailedError(
                    f"FAIL: step {step.name} was not observed. The bot's log is {stage.bot.log}"
                )
    console.print(f"\nPASS: all {len(STEPS)} steps were observed.", highlight=False)


async def _observe(step: Step, scene: Scene) -> Sequence[Check]:
    """Play a step; what cannot be seen or read is a failed check."""
    try:
        return await step.play(scene)
    except (TimeoutError, LookupError, BotNotReadyError, sqlite3.Error) as e:
        why = f"{type(e).__name__}: {e}"[:_LONGEST_WHY]
        return [Check(statement="everything could be seen", held=False, seen=why)]


def _announce(console: Console, number: int, step: Step) -> None:
    console.print()
    console.print(Text(f"{number}. {step.title}", "bold"), soft_wrap=not console.is_terminal)
    console.print(Text(step.story), soft_wrap=not console.is_terminal)


def _report(console: Console, checks: Sequence[Check]) -> None:
    for check in checks:
        verdict = Text("  PASS " if check.held else "  FAIL ", "green" if check.held else "bold red")
        seen = f": {check.seen}" if check.seen else ""
        console.print(
            verdict.append(f"{check.statement}{seen}", "default"), soft_wrap=not console.is_terminal
        )
