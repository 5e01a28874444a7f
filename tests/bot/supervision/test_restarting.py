import asyncio

import pytest

from bot.supervision.restarting import run_restarting


class Part:
    """Ends with each error in turn, and then in the ordinary way."""

    def __init__(self, *errors):
        self.errors, self.runs, self.pauses, self.crashes = list(errors), 0, [], []

    async def run(self):
        self.runs += 1
        if self.errors:
            raise self.errors.pop(0)

    async def sleep(self, seconds):
        self.pauses.append(seconds)


ERRORS = [RuntimeError("no"), OSError("no"), ExceptionGroup("many", [ValueError()]), asyncio.CancelledError()]


async def test_a_part_that_ends_by_itself_begins_anew_and_is_reported():
    part = Part(*ERRORS)

    await run_restarting("x", part.run, on_crash=part.crashes.append, sleep=part.sleep)

    assert part.runs == len(ERRORS) + 1
    assert part.crashes == ERRORS
    assert part.pauses == [1.0] * len(ERRORS)


async def test_a_part_that_is_cancelled_ends():
    part = Part()
    task = asyncio.create_task(run_restarting("x", asyncio.Event().wait, on_crash=part.crashes.append))
    await asyncio.sleep(0)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert part.crashes == []
