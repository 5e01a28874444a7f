import asyncio

import pytest

from engine.brokers.within import within
from engine.model.errors import TryLaterError
from engine.model.venues import Venue


async def answer():
    return "an answer"


async def refusal():
    raise TryLaterError(Venue.KRAKEN, "busy")


async def silence():
    await asyncio.Event().wait()


async def defect():
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("asks", "expected"), [(answer, "an answer"), (refusal, "something else"), (silence, "something else")]
)
async def test_what_fails_or_takes_too_long_is_done_without(asks, expected):
    assert await within(0.001, asks(), otherwise="something else") == expected


async def test_a_defect_is_not_done_without():
    with pytest.raises(ZeroDivisionError):
        await within(1, defect(), otherwise=None)


async def test_whoever_is_cancelled_meanwhile_is_cancelled():
    task = asyncio.create_task(within(60, silence(), otherwise=None))
    await asyncio.sleep(0)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
