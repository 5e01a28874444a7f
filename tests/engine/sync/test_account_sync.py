"""What one step after a reading fails at is made up for by a later reading, and keeps no other step from its turn."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.supervision.jobs import Job, WatchedJob
from engine.alerts.messages import FirstContact, GuardPaused, RecordKind, RecordUnreadable
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from engine.troubles import Symptom, find_job_trouble

D = Decimal


@pytest.fixture
async def waiting(room):
    """A tenth of a bitcoin whose guard waits to be compared after a restore."""
    room.set_bid("60000")
    room.deposit("BTC", "0.1")
    room.deposit("USD", "10000")
    await wait_as(room, GuardReason.RESTORED)
    await read_for(room, 120, alone=False)
    return room


async def wait_as(room, reason):
    guard = await room.arm("0.1", "6000", created_at=room.clock.now() - timedelta(days=1))
    await room.put(replace(guard, state=GuardState.PAUSED, reason=reason))


async def read_for(room, seconds, *, alone=True):
    for _ in range(0, seconds, 10):
        if not alone:
            room.base.second_poller.note()
        await room.read()
        await room.clock.sleep(10)


def sell_and_buy_back(room):
    room.trade("sell", "0.1")
    room.set_bid("50000")
    room.trade("buy", "0.1")


@pytest.mark.fault("P39")
async def test_a_restored_guard_is_asked_about_though_its_first_comparison_after_a_trade_failed(waiting):
    sell_and_buy_back(waiting)
    async with waiting.refused_changes("NEW.guard_id = 'guard-1'"):
        await read_for(waiting, 30)

    await read_for(waiting, 120)

    guard = await waiting.guard()
    assert (guard.state, guard.reason) == (GuardState.PAUSED, GuardReason.CHANGED_SINCE_BACKUP)
    assert len(await waiting.alerts(GuardPaused)) == 1


async def test_a_copied_guard_learns_of_a_trade_though_its_first_comparison_after_it_failed(room):
    room.set_bid("60000")
    room.deposit("BTC", "0.1")
    await read_for(room, 120)
    await wait_as(room, GuardReason.COPIED)
    room.deposit("USD", "10000")
    sell_and_buy_back(room)
    async with room.refused_changes("NEW.guard_id = 'guard-1'"):
        await read_for(room, 30)
    assert (await room.guard()).reason == GuardReason.COPIED

    await read_for(room, 10)

    assert (await room.guard()).reason == GuardReason.COPIED_AND_CHANGED


@pytest.fixture
async def guarded(room):
    """Bitcoin and ether, a part of each guarded, read and settled."""
    room.set_bid("60000")
    room.set_bid("2600", "ETH/USD")
    room.deposit("BTC", "0.3")
    room.deposit("ETH", "5")
    await room.arm("0.1", "6000")
    await room.arm("3", "7500", "ETH/USD", guard_id="guard-2")
    await read_for(room, 180)
    return room


async def test_a_sale_is_followed_while_what_was_paid_cannot_be_worked_out(guarded):
    await guarded.damage("fill_cursors", "complete = false")
    guarded.trade("sell", "0.3")

    async with guarded.refused_changes("true", table="fill_cursors"):
        await read_for(guarded, 20)

    assert [guard.asset for guard in await guarded.guards()] == ["ETH"]
    assert guarded.failures


async def test_questions_about_an_account_are_asked_though_a_guard_cannot_be_written(room):
    room.set_bid("60000")
    room.deposit("BTC", "0.3")
    await room.arm("0.1", "6000")

    async with room.refused_changes("NEW.guard_id = 'guard-1'"):
        await read_for(room, 10)

    assert len(await room.alerts(FirstContact)) == 1
    assert room.failures


async def test_an_account_is_settled_only_by_a_reading_that_nothing_failed_at(guarded):
    guarded.trade("sell", "0.04")
    async with guarded.refused_changes("NEW.guard_id = 'guard-1'"):
        await read_for(guarded, 30)
    guarded.deposit("BTC", "0.04")

    await read_for(guarded, 60)

    assert (await guarded.guard()).quantity == D("0.06")


async def test_a_coin_whose_fills_cannot_be_read_hides_no_other_coins_cost_and_no_sale(guarded):
    guarded.deposit("USD", "20000")
    guarded.trade("buy", "1", "ETH/USD")
    guarded.trade("buy", "0.1")
    await read_for(guarded, 20)
    await guarded.damage("fills", "price = '1e900000', quantity = '1e900000'", where="base = 'BTC'")

    guarded.trade("sell", "4", "ETH/USD")
    await read_for(guarded, 20)
    await guarded.look()

    assert guarded.histories.basis("env-kraken", "BTC").explained == D(0)
    assert guarded.histories.basis("env-kraken", "ETH").quantity == D(2)
    assert (await guarded.guard("guard-2")).quantity < D(3)
    assert [reported.record for reported in await guarded.alerts(RecordUnreadable)] == [RecordKind.FILL]


async def test_a_reading_that_keeps_failing_is_reported_as_a_failing_job(guarded):
    job = Job(name="snapshots", every_s=60, what=guarded.engine.read_accounts, budget_s=30)
    watched = WatchedJob(job, clock=guarded.clock, redact=str)
    await guarded.damage("fill_cursors", "complete = false")
    guarded.trade("sell", "0.3")

    async with guarded.refused_changes("true", table="fill_cursors"):
        for _ in range(2):
            await watched.run()
            await guarded.wait_for("snapshot ")
        trouble = find_job_trouble(watched.status, started_at=guarded.clock.now(), now=guarded.clock.now())
    assert trouble.symptom is Symptom.JOB_FAILED
    assert "env-kraken was not brought up to date: IntegrityError" in trouble.detail

    for _ in range(2):
        await watched.run()
        await guarded.wait_for("snapshot ")
    assert watched.status.last_error is None
