"""What the bot's process with one account holds in memory, after a start with a database and after many screens."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

from bench.children import IMPORT_LIBRARIES, NOTHING, resident_mb, weigh_python
from bench.figures import Figure, spread
from bench.first_answer import pid_of, time_to_balance
from demo.stage import Stage, open_stage
from sandbox.world import KRAKEN, SandboxWorld

ROUNDS = 3
AIM_MB = 150.0
SCREENS = ("/balance", "/positions", "/route BTC 30", "/status", "/help") * 10
#: After the first answer the first jobs are still reading histories and fees.
_REST_S = 3.0
_MAX_WAIT_S = 30.0


async def measure() -> Sequence[Figure]:
    """Weigh the bot and the floors, each as processes of their own."""
    floors = [(await weigh_python(NOTHING), await weigh_python(IMPORT_LIBRARIES)) for _ in range(ROUNDS)]
    bare, libraries = (spread(samples) for samples in zip(*floors, strict=True))
    started, used = (spread(samples) for samples in zip(*await _weigh_bots(), strict=True))
    imports = "import its libraries"
    return (
        Figure(
            name="memory after a restart",
            unit="MB",
            measured=started,
            floor_name=imports,
            floor=libraries,
            aim=AIM_MB,
        ),
        Figure(
            name=f"memory after {len(SCREENS)} screens",
            unit="MB",
            measured=used,
            floor_name=imports,
            floor=libraries,
            aim=AIM_MB,
        ),
        Figure(name=imports, unit="MB", measured=libraries, floor_name="python -c pass", floor=bare),
    )


async def _weigh_bots() -> Sequence[tuple[float, float]]:
    """Start one bot after the other, then use all side by side: they mostly wait for their rate budgets."""
    async with AsyncExitStack() as stages:
        bots = [await _started(stages) for _ in range(ROUNDS)]
        await asyncio.sleep(_REST_S)
        started = [_weigh(bot) for bot in bots]
        await asyncio.gather(*map(_use, bots))
        return list(zip(started, map(_weigh, bots), strict=True))


async def _started(stages: AsyncExitStack) -> Stage:
    stage = await stages.enter_async_context(open_stage(SandboxWorld(venues=[KRAKEN]), settings={}))
    await time_to_balance(stage)
    # Whoever makes the database keeps alembic as long as it runs; every later start does without.
    await stage.bot.stop()
    await time_to_balance(stage)
    return stage


async def _use(stage: Stage) -> None:
    for command in SCREENS:
        await stage.owner.ask(command, timeout_s=_MAX_WAIT_S)


def _weigh(stage: Stage) -> float:
    return resident_mb(pid_of(stage))
