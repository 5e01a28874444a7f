import asyncio
from datetime import UTC, datetime

import pytest

from bot.supervision.jobs import Job
from bot.supervision.schedule import ClockReading, Schedule, clock_step_s
from engine.clock import SystemClock
from tests.bot.hand_clock import HandClock


class ManualTimer:
    """Records what a real timer would be asked."""

    def __init__(self):
        self.set = []
        self.calls = {}
        self.started = self.paused = False

    def start(self):
        self.started = True

    def every(self, name, every_s, call):
        self.set.append((name, every_s))
        self.calls[name] = call

    def pause(self):
        self.paused = True

    def shutdown(self):
        self.started = False


def reading(wall_s, monotonic):
    return ClockReading(wall=datetime.fromtimestamp(wall_s, UTC), monotonic=monotonic)


def job(name="guard", what=None, every_s=5.0):
    async def nothing():
        pass

    return Job(name=name, every_s=every_s, what=what or nothing, budget_s=5.0)


@pytest.fixture
async def started():
    clock, timer = HandClock(), ManualTimer()
    schedule = Schedule([job("guard"), job("snapshots", every_s=60)], clock=clock, redact=str, timer=timer)
    schedule.start()
    yield schedule, clock, timer
    schedule.shutdown()


@pytest.mark.parametrize(
    ("after", "step_s"),
    [
        pytest.param(reading(1010, 60), 0, id="both went on alike"),
        pytest.param(reading(1013, 60), 3, id="set forward"),
        pytest.param(reading(-2590, 60), -3600, id="set back an hour"),
    ],
)
def test_the_step_is_what_the_clocks_parted_by(after, step_s):
    assert clock_step_s(reading(1000, 50), after) == step_s


async def test_every_job_is_set_at_the_start_with_its_interval(started):
    _, _, timer = started

    assert timer.started
    assert timer.set == [("guard", 5.0), ("snapshots", 60)]


@pytest.mark.fault("V15")
@pytest.mark.parametrize("step_s", [-3600, -2.1, 2.1, 86400])
async def test_a_step_of_the_wall_clock_sets_every_job_anew_once(started, step_s):
    schedule, clock, timer = started
    timer.set.clear()

    clock.step(step_s)
    schedule.look()
    schedule.look()

    assert timer.set == [("guard", 5.0), ("snapshots", 60)]


@pytest.mark.parametrize("step_s", [0, 1.9, -1.9])
async def test_a_small_correction_changes_nothing(started, step_s):
    schedule, clock, timer = started
    timer.set.clear()

    clock.pass_time(3600)
    clock.step(step_s)
    schedule.look()

    assert timer.set == []


async def test_small_corrections_that_add_up_count_as_a_step(started):
    schedule, clock, timer = started
    timer.set.clear()

    for _ in range(3):
        clock.pass_time(60)
        clock.step(-0.9)
        schedule.look()

    assert timer.set == [("guard", 5.0), ("snapshots", 60)]


async def test_lateness_counts_anew_after_a_step(started):
    schedule, clock, timer = started
    clock.pass_time(100)
    clock.step(-3600)
    schedule.look()

    await timer.calls["guard"]()

    assert schedule.statuses[0].lag_s == 0


async def test_the_loop_is_reported_alive_each_look():
    beats, clock = [], HandClock()
    schedule = Schedule([], clock=clock, redact=str, timer=ManualTimer(), beat=lambda: beats.append(1))

    schedule.start()
    await asyncio.sleep(0)
    schedule.shutdown()

    assert beats == [1]


async def test_on_the_real_timer_jobs_run_at_once_and_again_and_survive_their_errors():
    runs, third = [], asyncio.Event()

    async def failing():
        runs.append(1)
        if len(runs) == 3:
            third.set()
        raise RuntimeError("venue down")

    schedule = Schedule([job(what=failing, every_s=0.02)], clock=SystemClock(), redact=str)
    schedule.start()
    async with asyncio.timeout(5):
        await third.wait()
    schedule.shutdown()
    await asyncio.sleep(0)

    assert schedule.statuses[0].last_error == "RuntimeError: venue down"


async def test_after_a_pause_nothing_starts_and_what_runs_may_finish():
    release, begun, runs = asyncio.Event(), asyncio.Event(), []

    async def slow():
        begun.set()
        await release.wait()
        runs.append(1)

    schedule = Schedule([job(what=slow, every_s=0.01)], clock=SystemClock(), redact=str)
    schedule.start()
    async with asyncio.timeout(5):
        await begun.wait()
        schedule.pause()
        draining = asyncio.create_task(schedule.drain())
        # Several of its intervals, in which nothing may start.
        done, _ = await asyncio.wait({draining}, timeout=0.05)
        assert not done
        release.set()
        await draining
    schedule.shutdown()
    await asyncio.sleep(0)

    assert runs == [1]
