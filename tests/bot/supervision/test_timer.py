import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.supervision.timer import Rhythm, Timer

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
async def timer():
    running = Timer()
    running.start()
    yield running
    running.shutdown()


@pytest.mark.parametrize(
    ("last", "due"),
    [
        pytest.param(NOON, NOON + timedelta(seconds=5), id="in rhythm"),
        pytest.param(NOON - timedelta(seconds=4.9), NOON + timedelta(seconds=0.1), id="a little late"),
        pytest.param(NOON - timedelta(seconds=5), NOON + timedelta(seconds=5), id="one missed"),
        pytest.param(NOON - timedelta(days=30, seconds=3), NOON + timedelta(seconds=2), id="a month missed"),
        pytest.param(
            datetime(1970, 1, 1, 0, 0, 3, tzinfo=UTC), NOON + timedelta(seconds=3), id="since 1970 missed"
        ),
        pytest.param(NOON + timedelta(hours=1), NOON + timedelta(hours=1, seconds=5), id="set back an hour"),
    ],
)
def test_the_rhythm_leaves_out_what_was_missed(last, due):
    assert Rhythm(5).get_next_fire_time(last, NOON) == due


@pytest.mark.fault("V15")
@pytest.mark.parametrize("ago", [timedelta(days=30), timedelta(days=365 * 56)], ids=["a month", "since 1970"])
async def test_a_clock_put_forward_makes_no_job_walk_through_what_it_missed(timer, ago):
    called = asyncio.Event()

    async def call():
        called.set()

    timer.every("guard", 0.05, call)
    async with asyncio.timeout(5):
        await called.wait()
    called.clear()

    timer._scheduler.modify_job("guard", next_run_time=datetime.now(UTC) - ago)

    async with asyncio.timeout(5):
        await called.wait()
        called.clear()
        await called.wait()
