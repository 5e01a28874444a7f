import asyncio
from itertools import pairwise


async def test_a_burst_leaves_others_their_turn(kraken):
    await kraken.go_live()
    seen = []

    async def take_turns():
        while True:
            seen.append(kraken.sink.count("quote"))
            await asyncio.sleep(0)

    turns = asyncio.create_task(take_turns())
    for number in range(1000):
        kraken.set_prices("BTC/USD", f"{200 + number}.5", f"{200 + number}.7")
    await kraken.until_bid("1199.5")
    turns.cancel()

    steps = [later - earlier for earlier, later in pairwise(seen)]
    assert max(steps) <= 32
