"""Accounts as they are most of the time: read, compared with their trades, and unchanged for a minute."""

import asyncio
from collections.abc import Sequence

from engine.accounts.unchanged import FILLS_REPORTED_WITHIN
from engine.engine import Engine
from engine.model.venues import Account

_LONGER_S = 1.0


async def settle(engine: Engine, accounts: Sequence[Account]) -> None:
    """Wait until the trades of none of these accounts have to be asked for before an exit."""
    await _read(engine, accounts)
    await asyncio.sleep(FILLS_REPORTED_WITHIN.total_seconds() + _LONGER_S)
    await _read(engine, accounts)


async def _read(engine: Engine, accounts: Sequence[Account]) -> None:
    for account in accounts:
        await engine.reader.read(account)
        await engine.updates.run(account)
