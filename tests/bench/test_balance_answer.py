from bench.balance_answer import time_answer, time_known_balance
from bench.bare_bot import bare_bot
from demo.stage import open_stage
from sandbox.telegram import FaultKind, TelegramServer
from sandbox.world import KRAKEN, OWNER_ID, SandboxWorld

DELAY_S = 0.05


async def test_a_slower_answer_of_the_bare_bot_is_measured():
    async with TelegramServer() as telegram, bare_bot(telegram):
        somebody = telegram.user(user_id=OWNER_ID)
        await time_answer(somebody, "/balance")
        telegram.faults.add("sendMessage", kind=FaultKind.DELAY, times=1, delay_s=DELAY_S)

        took_ms = await time_answer(somebody, "/balance", head="/balance")

    assert took_ms >= DELAY_S * 1_000


async def test_a_slower_answer_of_the_bot_is_measured_and_needed_no_request_to_the_venue():
    async with open_stage(SandboxWorld(venues=[KRAKEN]), settings={}) as stage:
        await stage.start_bot()
        stage.world.telegram.faults.add("sendMessage", kind=FaultKind.DELAY, times=None, delay_s=DELAY_S)

        took_ms = await time_known_balance(stage)
        read = len(stage.world.tape(KRAKEN).calls("BalanceEx"))

    assert took_ms >= DELAY_S * 1_000
    assert read
