"""Accounts are brought up to date one reading at a time, and nobody waits for it longer than they may."""

import asyncio

import pytest

from engine.accounts.account_updates import AccountUpdates
from engine.model.venues import Account, Venue
from engine.tasks import Tasks

KRAKEN = Account(account_id="env-kraken", user_id=1, venue=Venue.KRAKEN)
#: Ends by itself long before, or the test never does.
LONG_S = 60


class Updates:
    """Updates that go on when the test says so."""

    def __init__(self):
        self.failures = []
        self.tasks = Tasks(report=lambda name, error: self.failures.append((name, str(error))))
        self.updates = AccountUpdates(tasks=self.tasks)
        self.updates.set_update(self.update)
        self.under_way, self.most_under_way, self.done = 0, 0, 0
        self.may_go_on = asyncio.Event()

    async def update(self, account):
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await self.may_go_on.wait()
        self.under_way -= 1
        self.done += 1

    async def run_within(self, seconds, name):
        await self.updates.run_within(KRAKEN, seconds, name=name)


@pytest.fixture
async def updates():
    updates = Updates()
    yield updates
    await updates.tasks.drain(1)


async def test_exits_that_wait_for_one_account_go_on_once_each_was_served_in_turn(updates):
    waiting = asyncio.gather(*(updates.run_within(LONG_S, name) for name in ("guard-1", "guard-2")))
    await asyncio.sleep(0)
    updates.may_go_on.set()

    await waiting

    assert (updates.done, updates.most_under_way) == (2, 1)


async def test_an_update_that_takes_too_long_goes_on_without_its_exit(updates):
    await updates.run_within(0.01, "guard-1")
    assert updates.done == 0
    updates.may_go_on.set()

    await updates.tasks.wait("update env-kraken for guard-1", timeout_s=LONG_S)

    assert updates.done == 1


async def test_an_update_that_fails_lets_its_exit_go_on_and_is_reported(updates):
    async def fail(account):
        raise ValueError("broken")

    updates.updates.set_update(fail)

    await updates.run_within(LONG_S, "guard-1")
    await asyncio.sleep(0)

    assert updates.failures == [("update env-kraken for guard-1", "broken")]


async def test_while_the_process_stops_no_exit_waits_for_an_update(updates):
    await updates.tasks.drain(1)

    await updates.run_within(LONG_S, "guard-1")

    assert updates.done == 0
