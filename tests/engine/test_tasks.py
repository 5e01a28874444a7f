import asyncio

import pytest

from engine.tasks import Tasks


class Desk:
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
def desk():
    return Desk()


async def fail():
    raise ValueError("broken")


async def test_a_task_of_a_name_runs_once_at_a_time(desk):
    started = [desk.tasks.spawn("look", desk.work("look")) for _ in range(2)]

    assert started == [True, False]
    assert desk.tasks.names() == ("look",)
    await desk.tasks.drain(1)


async def test_a_name_is_free_again_when_its_task_has_ended(desk):
    desk.tasks.spawn("look", desk.work("look"), must_end=True)
    await desk.rest()

    assert desk.tasks.spawn("look", desk.work("look"))
    await desk.tasks.drain(1)


async def test_a_task_that_fails_is_reported_by_name(desk):
    desk.tasks.spawn("exit guard-1", fail)
    await desk.rest()

    assert desk.reported == [("exit guard-1", "broken")]


async def test_the_end_waits_for_what_must_end_and_cancels_the_rest(desk):
    desk.tasks.spawn("exit", desk.work("exit", 0.01), must_end=True)
    desk.tasks.spawn("look", desk.work("look", 0.01))

    late = await desk.tasks.drain(5)

    assert (late, desk.ended, desk.reported) == ((), ["exit"], [])
    assert desk.tasks.names() == ()


async def test_what_takes_too_long_to_end_is_named_and_cancelled(desk):
    desk.tasks.spawn("exit", desk.work("exit", 60), must_end=True)

    late = await desk.tasks.drain(0.01)

    assert (late, desk.ended) == (("exit",), [])


async def test_the_end_of_nothing_is_at_once(desk):
    assert await desk.tasks.drain(60) == ()


async def test_nothing_is_started_after_the_end(desk):
    await desk.tasks.drain(0)

    assert not desk.tasks.spawn("exit", desk.work("exit"))
