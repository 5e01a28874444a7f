import asyncio

import pytest

from engine.tasks import Tasks


class ExitContext:
    """Tasks with what was reported of them."""

    def __init__(self):
        self.reported = []
        self.ended = []
        self.tasks = Tasks(report=lambda name, error: self.reported.append((name, str(error))))

    async def rest(self):
        await asyncio.gather(*self.tasks._running.values(), return_exceptions=True)
        # What follows on the end of a task is called after those who wait for it.
        await asyncio.sleep(0)

    def work(self, name, seconds=0.0):
        async def work():
            await asyncio.sleep(seconds)
            self.ended.append(name)

        return work


@pytest.fixture
def context():
    return ExitContext()


async def fail():
    raise ValueError("broken")


async def test_a_task_of_a_name_runs_once_at_a_time(context):
    started = [context.tasks.spawn("look", context.work("look")) for _ in range(2)]

    assert started == [True, False]
    assert context.tasks.names() == ("look",)
    await context.tasks.drain(1)


async def test_a_name_is_free_again_when_its_task_has_ended(context):
    context.tasks.spawn("look", context.work("look"), must_end=True)
    await context.rest()

    assert context.tasks.spawn("look", context.work("look"))
    await context.tasks.drain(1)


async def test_a_task_that_fails_is_reported_by_name(context):
    context.tasks.spawn("exit guard-1", fail)
    await context.rest()

    assert context.reported == [("exit guard-1", "broken")]


@pytest.mark.fault("P9")
async def test_the_end_waits_for_what_must_end_and_cancels_the_rest(context):
    context.tasks.spawn("exit", context.work("exit", 0.01), must_end=True)
    context.tasks.spawn("look", context.work("look", 0.01))

    late = await context.tasks.drain(5)

    assert (late, context.ended, context.reported) == ((), ["exit"], [])
    assert context.tasks.names() == ()


async def test_what_takes_too_long_to_end_is_named_and_cancelled(context):
    context.tasks.spawn("exit", context.work("exit", 60), must_end=True)

    late = await context.tasks.drain(0.01)

    assert (late, context.ended) == (("exit",), [])


async def test_the_end_of_nothing_is_at_once(context):
    assert await context.tasks.drain(60) == ()


async def test_nothing_is_started_after_the_end(context):
    await context.tasks.drain(0)

    assert not context.tasks.spawn("exit", context.work("exit"))
