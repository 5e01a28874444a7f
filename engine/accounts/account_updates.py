"""Bring what is known of an account up to date with its latest reading, one reading at a time."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable

from engine.accounts.reports import Reports
from engine.model.holdings import AccountReport
from engine.model.venues import Account
from engine.tasks import Tasks

#: Brings fills, guards and questions up to date; False where the venue did not tell what was traded.
Update = Callable[[Account], Awaitable[bool]]


class AccountUpdates:
    """Knows which reading each account was last brought up to date with."""

    def __init__(self, *, reports: Reports, tasks: Tasks) -> None:
        self._reports = reports
        self._tasks = tasks
        self._update: Update | None = None
        self._locks = defaultdict[str, asyncio.Lock](asyncio.Lock)
        self._done = dict[str, AccountReport]()
        self._ended = dict[str, asyncio.Event]()

    def begin(self, update: Update) -> None:
        """Name what brings an account up to date."""
        self._update = update

    def last(self, account_id: str) -> AccountReport | None:
        """Return the reading that an account was last brought up to date with, by this process."""
        return self._done.get(account_id)

    def is_current(self, report: AccountReport) -> bool:
        """Tell whether an account holds what it held when it was last brought up to date."""
        done = self._done.get(report.account.account_id)
        return done is not None and done.holds_the_same(report)

    async def run(self, account: Account) -> None:
        """Bring an account up to date with its latest reading."""
        async with self._locks[account.account_id]:
            report = self._reports.latest(account.account_id)
            if self._update is not None and await self._update(account) and report is not None:
                self._done[account.account_id] = report

    async def run_within(self, account: Account, seconds: float) -> None:
        """Bring an account up to date, and go on after a while though that takes longer."""
        account_id = account.account_id
        if account_id not in self._ended:
            ended = self._ended[account_id] = asyncio.Event()
            self._tasks.spawn(f"update {account_id}", lambda: self._run(account, ended))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ended[account_id].wait()

    async def _run(self, account: Account, ended: asyncio.Event) -> None:
        try:
            await self.run(account)
        finally:
            ended.set()
            del self._ended[account.account_id]
