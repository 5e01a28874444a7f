"""From the spawn of the bot to its first complete /balance, against what Python and ccxt take alone."""

import time
from collections.abc import Sequence

from bench.children import IMPORT_CCXT, NOTHING, time_python
from bench.figures import Figure, spread
from bot.demo.stage import Stage, open_stage
from sandbox.telegram import ChatMessage
from sandbox.world import SandboxWorld

ROUNDS = 5
AIM_S = 2.5
_PATIENCE_S = 30.0


async def measure() -> Sequence[Figure]:
    """Start in turns with the floors; the first round only warms the disk's cache and is not counted."""
    rounds = [await _round() for _ in range(1 + ROUNDS)][1:]
    bare, ccxt, first, again = (spread(samples) for samples in zip(*rounds, strict=True))
    imports = "importing ccxt alone"
    return (
        Figure(
            name="spawn to first /balance, new data dir",
            unit="s",
            measured=first,
            floor_name=imports,
            floor=ccxt,
            aim=AIM_S,
        ),
        Figure(
            name="spawn to first /balance, restarted",
            unit="s",
            measured=again,
            floor_name=imports,
            floor=ccxt,
            aim=AIM_S,
        ),
        Figure(name=imports, unit="s", measured=ccxt, floor_name="python -c pass", floor=bare),
    )


async def _round() -> tuple[float, ...]:
    bare, ccxt = await time_python(NOTHING), await time_python(IMPORT_CCXT)
    async with open_stage(SandboxWorld(), settings={}) as stage:
        first = await time_to_balance(stage)
        await stage.bot.stop()
        again = await time_to_balance(stage)
    return bare, ccxt, first, again


async def time_to_balance(stage: Stage) -> float:
    """Start the bot with a /balance waiting for it, and return the seconds to an answer with all figures."""
    asked = stage.owner.send("/balance")
    start = time.perf_counter()
    await stage.bot.start()
    try:
        await stage.owner.wait_for(_is_complete, _PATIENCE_S, after=asked)
    except TimeoutError:
        raise RuntimeError(f"the bot did not answer:\n{stage.bot.last_words()}") from None
    return time.perf_counter() - start


def _is_complete(message: ChatMessage) -> bool:
    if not message.text.startswith("Balance"):
        return False
    if "no figures yet" in message.text or "did not answer" in message.text:
        raise RuntimeError(f"a venue had not answered yet:\n{message.text}")
    return True
