"""What is known from outside of an exit: the bot's journal, read without writing, and the venue's tape."""

import asyncio
import sqlite3
from contextlib import closing
from decimal import Decimal
from itertools import pairwise

from sandbox.world import KRAKEN
from tests.acceptance.ether import ALERT
from tests.crash.coins import COINS, sold

ADD_ORDER = "AddOrder"
#: On a busy machine; what is waited for takes some ten seconds at most.
_WAIT_S = 90
_STATE = "SELECT state FROM intents WHERE kind = 'exit' AND asset = ? ORDER BY created_at DESC LIMIT 1"
_UNSENT = "SELECT count(*) FROM alerts WHERE state <> 'sent'"
_ARMED = "SELECT count(*) FROM guards WHERE state = 'armed'"


class Evidence:
    """One coin's exit, seen from outside."""

    def __init__(self, stage, coin):
        self.stage = stage
        self.coin = coin
        self.tape = stage.world.tape(KRAKEN)
        self._orders_before = len(self._placed())

    @property
    def state(self):
        """The exit's state on the bot's disk, None while there is no exit."""
        return ask_database(self.stage, _STATE, self.coin.asset)

    @property
    def orders(self):
        """The sell orders that arrived since the price fell."""
        return self._placed()[self._orders_before :]

    def _placed(self):
        """All orders but those that Kraken only checked."""
        return [call for call in self.tape.calls(ADD_ORDER) if "validate" not in call.params]

    @property
    def alerts(self):
        return [
            one for one in self.stage.owner.messages if ALERT in one.text and self.coin.symbol in one.text
        ]

    async def settled(self):
        """Wait until the exit is over on disk and everything was reported."""
        await until(
            lambda: self.state == "filled" and not ask_database(self.stage, _UNSENT) and self.alerts,
            every_s=0.05,
        )


def ask_database(stage, question, *values):
    if not stage.database.exists():
        return None
    with closing(sqlite3.connect(f"file:{stage.database}?mode=ro", uri=True)) as connection:
        row = connection.execute(question, values).fetchone()
    return row[0] if row else None


async def until(look, *, every_s=0.001):
    """Wait until something is seen."""
    async with asyncio.timeout(_WAIT_S):
        while True:
            if look():
                return
            await asyncio.sleep(every_s)


async def all_guarded(stage):
    await until(lambda: ask_database(stage, _ARMED) == len(COINS), every_s=0.05)


def violations(world, fallen):
    """Everything that must not be, of all coins: those that fell are sold exactly, the others not at all."""
    for coin in COINS:
        expected = coin.guarded if coin in fallen else Decimal(0)
        if (amount := sold(world, coin)) != expected:
            yield f"{amount:f} {coin.asset} sold, {expected:f} were to be"
        if (left := world.ledger(KRAKEN).total(coin.asset)) != coin.total - expected:
            yield f"{left:f} {coin.asset} left of {coin.total:f}, {expected:f} were to be sold"
    nonces = [int(call.params["nonce"]) for call in world.tape(KRAKEN).calls() if "nonce" in call.params]
    yield from (f"nonce {later} after {earlier}" for earlier, later in pairwise(nonces) if later <= earlier)
