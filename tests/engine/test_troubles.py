from datetime import timedelta

import pytest

from engine.alerts.posts import PostCounts
from engine.market.mark import PriceProblem
from engine.troubles import Symptom, Trouble, find_job_trouble, find_troubles, is_late, overdue_after
from tests.builders import NOW
from tests.engine.status_reports import FAILING, PAUSED, a_broker, a_job, a_report, ago, an_unwatched


def test_a_guard_that_waits_for_its_market_to_open_is_no_trouble():
    assert find_troubles(a_report(unwatched=(an_unwatched(problem=PriceProblem.MARKET_CLOSED),))) == ()


@pytest.mark.parametrize(("every_s", "allowed_s"), [(0.3, 15), (5, 15), (5.5, 16.5), (60, 180)])
def test_three_intervals_may_pass_and_never_less_than_fifteen_seconds(every_s, allowed_s):
    assert overdue_after(every_s) == timedelta(seconds=allowed_s)


@pytest.mark.parametrize(
    ("job", "started_s_ago", "late"),
    [
        pytest.param(a_job(15), 100, False, id="just in time"),
        pytest.param(a_job(16), 100, True, id="too long ago"),
        pytest.param(a_job(None), 15, False, id="about to run for the first time"),
        pytest.param(a_job(None), 16, True, id="never ran"),
    ],
)
def test_a_job_is_late_when_it_stayed_out_longer_than_its_interval_explains(job, started_s_ago, late):
    assert is_late(job, started_at=ago(started_s_ago), now=NOW) is late


def test_a_job_that_failed_is_not_called_late():
    trouble = find_job_trouble(a_job(16, error="no answer"), started_at=ago(100), now=NOW)

    assert trouble == Trouble(symptom=Symptom.JOB_FAILED, name="guard", detail="no answer")


def test_what_was_answered_since_is_no_trouble():
    assert find_troubles(a_report()) == ()


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        (
            {"brokers": (a_broker(ago(60), ago(3)),)},
            Trouble(symptom=Symptom.BROKER_SILENT, name="Kraken"),
        ),
        ({"brokers": (a_broker(None, ago(3)),)}, Trouble(symptom=Symptom.BROKER_SILENT, name="Kraken")),
        (
            {"database_failing_s": 12.0},
            Trouble(symptom=Symptom.DATABASE_FAILING, lasting=timedelta(seconds=12)),
        ),
        (
            {"unwatched": (an_unwatched(), an_unwatched(problem=PriceProblem.MARKET_CLOSED), an_unwatched())},
            Trouble(symptom=Symptom.GUARDS_UNWATCHED, count=2),
        ),
        (
            {"exits_in_flight": 1, "exits_since": ago(11)},
            Trouble(symptom=Symptom.EXIT_UNFINISHED, lasting=timedelta(seconds=11)),
        ),
        (
            {"exits_in_flight": 1, "exits_since": ago(3), "failing": (FAILING,)},
            Trouble(symptom=Symptom.EXIT_FAILING, count=1),
        ),
        ({"paused": (PAUSED,)}, Trouble(symptom=Symptom.GUARDS_PAUSED, count=1)),
        ({"jobs": (a_job(16),)}, Trouble(symptom=Symptom.JOB_LATE, name="guard")),
        (
            {"outbox_waiting": 4, "outbox_oldest_at": ago(121)},
            Trouble(symptom=Symptom.ALERTS_WAITING, count=4),
        ),
        (
            {"outbox_waiting": 1, "outbox_oldest_at": ago(1), "outbox_refused": 1},
            Trouble(symptom=Symptom.ALERTS_REFUSED, count=1),
        ),
        (
            {"posts": PostCounts(refused=2, given_up=1)},
            Trouble(symptom=Symptom.POSTS_REFUSED, count=2),
        ),
    ],
    ids=lambda value: value.symptom if isinstance(value, Trouble) else "",
)
def test_each_symptom_is_found_by_itself(changes, trouble):
    assert find_troubles(a_report(**changes)) == (trouble,)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"exits_in_flight": 1, "exits_since": ago(10)}, id="an exit under way"),
        pytest.param({"outbox_waiting": 1, "outbox_oldest_at": ago(120)}, id="an alert on its way"),
    ],
)
def test_what_may_take_a_moment_is_no_trouble_yet(changes):
    assert find_troubles(a_report(**changes)) == ()
