import asyncio

import pytest

from handlers.progress import with_progress


async def test_quick_work_gives_no_sign():
    signs = []

    assert await with_progress(_value(7), _signer(signs), after_s=5, every_s=5) == 7
    assert signs == []


async def test_long_work_gives_signs_until_it_is_done():
    done, signs = asyncio.Event(), []

    async def sign():
        signs.append(1)
        if len(signs) == 3:
            done.set()

    await with_progress(done.wait(), sign, after_s=0.001, every_s=0.001)

    assert len(signs) >= 3


async def test_an_error_of_the_work_is_its_callers():
    async def fail():
        raise LookupError

    with pytest.raises(LookupError):
        await with_progress(fail(), _signer([]), after_s=5, every_s=5)


async def test_giving_up_gives_up_the_work():
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def work():
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    waiting = asyncio.create_task(with_progress(work(), _signer([]), after_s=60, every_s=60))
    await started.wait()
    waiting.cancel()

    async with asyncio.timeout(5):
        await cancelled.wait()


async def _value(number):
    return number


def _signer(signs):
    async def sign():
        signs.append(1)

    return sign
