"""/balance of figures that were read a moment before, against the least bot that answers a message."""

import time
from collections.abc import Sequence

from bench.bare_bot import bare_bot
from bench.figures import Figure, spread
from demo.stage import Stage, open_stage
from sandbox.telegram import ChatUser, TelegramServer
from sandbox.world import KRAKEN, OWNER_ID, SandboxWorld

ROUNDS = 40
AIM_MS, _RATIO_AIM = 10.0, 2.0
_MAX_WAIT_S = 30.0
_MS = 1_000


async def measure() -> Sequence[Figure]:
    """Ask in turns; what was answered with a request to the venue is asked again."""
    async with open_stage(SandboxWorld(venues=[KRAKEN]), settings={}) as stage, TelegramServer() as telegram:
        somebody = telegram.user(user_id=OWNER_ID)
        await stage.start_bot()
        async with bare_bot(telegram):
            await time_answer(somebody, "/balance")
            turns = [
                (await time_known_balance(stage), await time_answer(somebody, "/balance"))
                for _ in range(ROUNDS)
            ]
    balances, echoes = zip(*turns, strict=True)
    return (
        Figure(
            name="/balance just read, to its answer",
            unit="ms",
            measured=spread(balances),
            floor_name="python-telegram-bot echoes",
            floor=spread(echoes),
            aim=AIM_MS,
            ratio_aim=_RATIO_AIM,
        ),
    )


async def time_known_balance(stage: Stage) -> float:
    """Ask until an answer needed no request to the venue; return its milliseconds."""
    tape = stage.world.tape(KRAKEN)
    while True:
        read = len(tape.calls("BalanceEx"))
        took = await time_answer(stage.owner, "/balance", head="Balance")
        if len(tape.calls("BalanceEx")) == read:
            return took


async def time_answer(user: ChatUser, text: str, *, head: str = "") -> float:
    """Return the milliseconds from a message to its answer."""
    began = time.perf_counter()
    await user.ask(text, head=head, timeout_s=_MAX_WAIT_S)
    return (time.perf_counter() - began) * _MS
