import asyncio

import pytest

from bot.supervision.jobs import Job, WatchedJob, lag_s
from tests.bot.hand_clock import HandClock


def watched(what, *, clock=None, budget_s=5.0, every_s=5.0, redact=str, is_cut_by_stop=False):
    return WatchedJob(
        Job(name="guard", every_s=every_s, what=what, budget_s=budget_s, is_cut_by_stop=is_cut_by_stop),
        clock=clock or HandClock(),
        redact=redact,
    )


async def nothing():
    pass


@pytest.mark.parametrize(
    ("since_last_s", "late_s"),
    [
        pytest.param(5.0, 0.0, id="on time"),
        pytest.param(4.9, 0.0, id="early"),
        pytest.param(7.5, 2.5, id="late"),
    ],
)
def test_a_run_is_late_by_what_exceeds_its_interval(since_last_s, late_s):
    assert lag_s(since_last_s=since_last_s, every_s=5.0) == late_s


async def test_a_good_run_is_reported_with_its_time_and_lag():
    clock = HandClock()
    job = watched(nothing, clock=clock)
    clock.pass_time(1.5)

    await job.run()

    assert job.status.last_run_at == clock.now()
    assert job.status.lag_s == 1.5
    assert job.status.last_error is None


async def test_a_job_that_never_ran_says_so():
    assert watched(nothing).status.last_run_at is None
    assert watched(nothing).status.lag_s is None


async def test_the_lag_counts_from_the_run_before():
    clock = HandClock()
    job = watched(nothing, clock=clock)

    await job.run()
    clock.pass_time(8)
    await job.run()

    assert job.status.lag_s == 3


async def test_a_failure_is_reported_without_secrets_and_forgotten_after_a_good_run():
    outcomes = [RuntimeError("no answer for key s3cr3t"), None]

    async def what():
        if error := outcomes.pop(0):
            raise error

    job = watched(what, redact=lambda text: text.replace("s3cr3t", "***"))

    await job.run()
    assert job.status.last_error == "RuntimeError: no answer for key ***"
    await job.run()
    assert job.status.last_error is None


@pytest.mark.fault("P8")
async def test_a_run_that_hangs_is_cancelled_at_its_budget_and_the_next_one_runs():
    runs = []

    async def what():
        runs.append(len(runs))
        if len(runs) == 1:
            await asyncio.Event().wait()

    job = watched(what, budget_s=0.01)

    await job.run()
    assert job.status.last_error == "took longer than 0.01 s"
    await job.run()
    assert runs == [0, 1]


async def test_a_time_limit_inside_the_job_is_not_mistaken_for_its_budget():
    async def what():
        raise TimeoutError

    job = watched(what)

    await job.run()

    assert job.status.last_error == "TimeoutError"


async def test_runs_never_overlap_and_idle_waits_for_the_one_in_progress():
    release, running, most = asyncio.Event(), 0, 0

    async def what():
        nonlocal running, most
        running += 1
        most = max(most, running)
        await release.wait()
        running -= 1

    job = watched(what)
    async with asyncio.TaskGroup() as group:
        group.create_task(job.run())
        group.create_task(job.run())
        await asyncio.sleep(0)
        idle = group.create_task(job.idle())
        await asyncio.sleep(0)
        assert not idle.done()
        release.set()

    assert (most, running) == (1, 0)


async def test_being_stopped_is_not_an_error_of_the_job():
    job = watched(asyncio.Event().wait)
    task = asyncio.create_task(job.run())
    await asyncio.sleep(0)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert job.status.last_error is None


async def test_a_stop_cancels_a_run_that_only_fetches_and_calls_that_no_error():
    job = watched(asyncio.Event().wait, budget_s=300, is_cut_by_stop=True)
    run = asyncio.create_task(job.run())
    await asyncio.sleep(0)

    async with asyncio.timeout(5):
        await job.finish()
        await run

    assert job.status.last_error is None


async def test_a_stop_cancels_a_run_that_was_waiting_for_its_turn_too():
    job = watched(asyncio.Event().wait, budget_s=300, is_cut_by_stop=True)
    runs = [asyncio.create_task(job.run()) for _ in range(2)]
    await asyncio.sleep(0)

    async with asyncio.timeout(5):
        await job.finish()
        await asyncio.gather(*runs)

    assert job.status.last_error is None


async def test_what_fails_while_a_stop_cancels_it_is_reported():
    async def what():
        try:
            await asyncio.Event().wait()
        finally:
            raise RuntimeError("the database is gone")

    job = watched(what, budget_s=300, is_cut_by_stop=True)
    run = asyncio.create_task(job.run())
    await asyncio.sleep(0)

    async with asyncio.timeout(5):
        await job.finish()
        await run

    assert job.status.last_error == "RuntimeError: the database is gone"
