from datetime import timedelta

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.supervision.health import HealthPages, HealthServer, why_not_ready
from bot.supervision.metrics import JobMetrics, render_metrics
from engine.status import JobStatus
from tests.bot.database import START
from tests.bot.hand_clock import HandClock


def a_job(*, ran_s_ago=0.0, every_s=5.0, error=None):
    last_run_at = None if ran_s_ago is None else START - timedelta(seconds=ran_s_ago)
    return JobStatus(name="guard", every_s=every_s, last_run_at=last_run_at, lag_s=0.25, last_error=error)


@pytest.mark.parametrize(
    ("job", "started_s_ago", "reasons"),
    [
        pytest.param(a_job(), 100, {}, id="just ran"),
        pytest.param(a_job(ran_s_ago=15), 100, {}, id="three intervals ago"),
        pytest.param(a_job(ran_s_ago=16), 100, {"guard": "late"}, id="longer ago"),
        pytest.param(a_job(ran_s_ago=170, every_s=60), 200, {}, id="a slow job in time"),
        pytest.param(a_job(ran_s_ago=None), 5, {}, id="about to run for the first time"),
        pytest.param(a_job(ran_s_ago=None), 16, {"guard": "late"}, id="never ran"),
        pytest.param(a_job(error="no answer"), 100, {"guard": "no answer"}, id="failed"),
    ],
)
def test_a_process_is_ready_when_every_job_does_its_work(job, started_s_ago, reasons):
    started_at = START - timedelta(seconds=started_s_ago)

    assert why_not_ready((job,), started_at=started_at, now=START) == reasons


def test_the_metrics_are_in_prometheus_text_format():
    jobs = (a_job(), a_job(ran_s_ago=None, error="x"))
    metrics = JobMetrics(started_at=START, jobs=lambda: jobs, are_guards_watched=lambda: True)

    samples = [
        (sample.name, sample.labels, sample.value)
        for family in text_string_to_metric_families(render_metrics(metrics).decode())
        for sample in family.samples
    ]

    guard = {"job": "guard"}
    assert samples == [
        ("nija_start_time_seconds", {}, START.timestamp()),
        ("nija_job_last_run_time_seconds", guard, START.timestamp()),
        ("nija_job_lag_seconds", guard, 0.25),
        ("nija_job_lag_seconds", guard, 0.25),
        ("nija_job_failing", guard, 0),
        ("nija_job_failing", guard, 1),
        ("nija_all_guards_watched", {}, 1),
    ]


def unknown():
    return None


def a_server(*, port=0, jobs=tuple, are_guards_watched=unknown):
    pages = HealthPages(clock=HandClock(), jobs=jobs, are_guards_watched=are_guards_watched)
    return HealthServer(host="127.0.0.1", port=port, pages=pages)


@pytest.mark.parametrize("watched", [None, False, True])
async def test_guards_that_nobody_can_watch_leave_nija_ready_and_are_reported_beside_that(watched):
    server = a_server(are_guards_watched=lambda: watched)
    await server.start()
    try:
        async with aiohttp.ClientSession(server.url) as session:
            ready = await session.get("/readyz")
            assert (ready.status, await ready.json()) == (
                200,
                {"ready": True, "not_ready": [], "all_guards_watched": watched},
            )
            lines = (await (await session.get("/metrics")).text()).splitlines()
            shown = [line for line in lines if line.startswith("nija_all_guards_watched")]
            assert shown == ([] if watched is None else [f"nija_all_guards_watched {float(watched)}"])
    finally:
        await server.stop()


async def test_the_three_pages():
    jobs = [a_job()]
    server = a_server(jobs=lambda: tuple(jobs))
    await server.start()
    try:
        async with aiohttp.ClientSession(server.url) as session:
            assert (await session.get("/healthz")).status == 200
            assert (await session.get("/readyz")).status == 200
            jobs[:] = [a_job(error="key s3cr3t refused")]
            not_ready = await session.get("/readyz")
            assert (not_ready.status, await not_ready.json()) == (
                503,
                {"ready": False, "not_ready": ["guard"], "all_guards_watched": None},
            )
            assert "nija_job_failing" in await (await session.get("/metrics")).text()
    finally:
        await server.stop()


async def test_a_port_that_is_taken_keeps_nothing_from_running_and_is_tried_again():
    first = a_server()
    await first.start()
    port = int(first.url.rpartition(":")[2])
    second = a_server(port=port)
    await second.start()
    try:
        with pytest.raises(OSError, match="address"):
            await second.keep()
        await first.stop()
        await second.keep()
        async with aiohttp.ClientSession(second.url) as session:
            assert (await session.get("/healthz")).status == 200
    finally:
        await second.stop()
        await first.stop()
