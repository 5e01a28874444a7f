from dataclasses import replace

import pytest

from engine.status import BrokerStatus, JobStatus, PriceAge
from handlers.render.status import render_status
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.values import READER, account, ago, status


def test_a_process_in_good_health():
    screen = render_status(status(), READER)

    assert "All is well." in screen.text
    check_golden("status_well", screen)


def test_everything_that_can_be_wrong_is_named_first():
    ill = status(
        brokers=(
            BrokerStatus(
                account=account(),
                last_answer_at=ago(minutes=12),
                last_error="EAPI:Rate <limit> exceeded",
                last_error_at=ago(seconds=8),
            ),
        ),
        jobs=(
            JobStatus(name="guard", every_s=5, last_run_at=ago(minutes=2), lag_s=1.5, last_error=None),
            JobStatus(name="fees", every_s=900, last_run_at=None, lag_s=None, last_error="no answer"),
        ),
        prices=(PriceAge(venue_label="Kraken", symbol="BTC/USD", at=None),),
        guards_paused=1,
        guards_unwatched=2,
        database_failing_s=12.0,
        exits_in_flight=1,
        exits_since=ago(seconds=42),
        outbox_waiting=4,
        outbox_oldest_at=ago(minutes=5),
    )

    check_golden("status_ill", render_status(ill, READER))


@pytest.mark.parametrize(
    "trouble",
    [
        {"guards_paused": 1},
        {"outbox_waiting": 1, "outbox_oldest_at": ago(minutes=3)},
        {"prices": (PriceAge(venue_label="Kraken", symbol="BTC/USD", at=None),)},
        {
            "jobs": (
                JobStatus(name="guard", every_s=5, last_run_at=ago(seconds=26), lag_s=0, last_error=None),
            )
        },
        {"jobs": (JobStatus(name="guard", every_s=5, last_run_at=None, lag_s=None, last_error=None),)},
        {"guards_unwatched": 1},
        {"database_failing_s": 12.0},
        {"exits_in_flight": 1, "exits_since": ago(seconds=11)},
    ],
    ids=[
        "paused",
        "undelivered",
        "no price",
        "stands still",
        "never ran",
        "not watched",
        "locked",
        "not sold yet",
    ],
)
def test_one_trouble_is_enough_not_to_be_well(trouble):
    assert "All is well." not in render_status(status(**trouble), READER).text


def test_an_error_since_answered_is_history():
    recovered = BrokerStatus(
        account=account(), last_answer_at=ago(seconds=3), last_error="timeout", last_error_at=ago(minutes=5)
    )

    text = render_status(status(brokers=(recovered,)), READER).text

    assert "All is well." in text
    assert "error 5 min ago: timeout" in text


def test_a_fresh_process_has_nothing_to_show_yet():
    bare = replace(status(), brokers=(), jobs=(), nonces=(), prices=())

    check_fits(render_status(bare, READER))
