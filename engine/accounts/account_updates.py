"""Bring what is known of an account up to date with its latest reading, one reading at a time."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import partial

from engine.model.venues import Account
from engine.tasks import Tasks

#: Brings fills, guards and questions up to date.
Update = Callable[[Account], Awaitable[None]]


class AccountUpdates:
    """Runs updates for the snapshots and for exits, which begin before there is one."""

    def __init__(self, *, tasks: Tasks) -> None:
        self._tasks = tasks
        self._update: Update | None = None
        self._locks = defaultdict[str, asyncio.Lock](asyncio.Lock)

    def set_update(self, update: Update) -> None:
        """Name what brings an account up to date: it is built after the exits."""
        self._update = update

    async def run(self, account: Account) -> None:
        """Bring an account up to date with its latest reading."""
        if self._update is not None:
            async with self._locks[account.account_id]:
                await self._update(account)

    async def run_within(self, account: Account, seconds: float, *, name: str) -> None:
        """Bring an account up to date, and go on after a while though that takes longer; `name` is who waits."""
        task = f"update {account.account_id} for {name}"
        self._tasks.spawn(task, partial(self.run, account))
        await self._tasks.wait(task, timeout_s=seconds)
