"""From the spawn of the bot to its first complete /balance, against importing the libraries it is made with."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.children import IMPORT_LIBRARIES, NOTHING, Run, time_python, used_cpu_s
from bench.figures import Figure, spread
from demo.stage import Stage, open_stage
from sandbox.telegram import ChatMessage
from sandbox.world import SandboxWorld

ROUNDS = 5
_MAX_WAIT_S = 30.0
_IMPORTS = "import its libraries"
_RATIO_AIM = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """The floors and the two starts, one after the other."""

    python: Run
    libraries: Run
    first: Run
    again: Run


async def measure() -> Sequence[Figure]:
    """Start in turns with the floors; the first round only warms the disk's cache and is not counted."""
    rounds = [await _round() for _ in range(1 + ROUNDS)][1:]
    libraries = [one.libraries for one in rounds]
    return (
        *_figures("first /balance, new data dir", [one.first for one in rounds], libraries),
        *_figures("first /balance, restarted", [one.again for one in rounds], libraries),
        Figure(
            name=_IMPORTS,
            unit="s",
            measured=spread([run.wall_s for run in libraries]),
            floor_name="python -c pass",
            floor=spread([one.python.wall_s for one in rounds]),
        ),
    )


def _figures(name: str, runs: Sequence[Run], floor: Sequence[Run]) -> tuple[Figure, Figure]:
    on_the_clock = Figure(
        name=name,
        unit="s",
        measured=spread([run.wall_s for run in runs]),
        floor_name=_IMPORTS,
        floor=spread([run.wall_s for run in floor]),
        ratio_aim=_RATIO_AIM,
    )
    of_the_processor = Figure(
        name="... processor time",
        unit="s",
        measured=spread([run.cpu_s for run in runs]),
        floor_name=_IMPORTS,
        floor=spread([run.cpu_s for run in floor]),
    )
    return on_the_clock, of_the_processor


async def _round() -> _Round:
    python, libraries = await time_python(NOTHING), await time_python(IMPORT_LIBRARIES)
    async with open_stage(SandboxWorld(), settings={}) as stage:
        first = await time_to_balance(stage)
        await stage.bot.stop()
        again = await time_to_balance(stage)
    return _Round(python=python, libraries=libraries, first=first, again=again)


async def time_to_balance(stage: Stage) -> Run:
    """Start the bot with a /balance waiting for it, until the answer with all figures is there."""
    requested = stage.owner.send("/balance")
    start = time.perf_counter()
    await stage.bot.start()
    try:
        await stage.owner.wait_for(_is_complete, _MAX_WAIT_S, after=requested)
    except TimeoutError:
        raise RuntimeError(f"the bot did not answer:\n{stage.bot.last_output()}") from None
    return Run(wall_s=time.perf_counter() - start, cpu_s=used_cpu_s(pid_of(stage)))


def pid_of(stage: Stage) -> int:
    """The process id of the stage's bot."""
    if stage.bot.pid is None:
        raise RuntimeError("the bot was never started")
    return stage.bot.pid


def _is_complete(message: ChatMessage) -> bool:
    if not message.text.startswith("Balance"):
        return False
    if "no figures yet" in message.text or "did not answer" in message.text:
        raise RuntimeError(f"a venue had not answered yet:\n{message.text}")
    return True
