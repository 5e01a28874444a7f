"""Reports of a process and what they are made of, as a test wants them."""

from datetime import timedelta

from engine.guards.unwatched import Unwatched, UnwatchedReason
from engine.market.mark import PriceProblem
from engine.status import BrokerStatus, FailingExit, JobStatus, PausedGuard, PriceAge, StatusReport
from tests.builders import NOW, an_account


def ago(seconds):
    return NOW - timedelta(seconds=seconds)


def a_job(ran_s_ago=2, *, every_s=5.0, error=None):
    ran = None if ran_s_ago is None else ago(ran_s_ago)
    return JobStatus(name="guard", every_s=every_s, last_run_at=ran, lag_s=0, last_error=error)


def a_broker(answered, failed):
    # An answer takes the error away; its time stays.
    error = "x" if failed and (answered is None or failed > answered) else None
    return BrokerStatus(account=an_account(), last_answer_at=answered, last_error=error, last_error_at=failed)


PAUSED = PausedGuard(symbol="BTC/USD", venue_label="Kraken", reason=None)
FAILING = FailingExit(symbol="BTC/USD", venue_label="Kraken", why="no connection", since=NOW)


def a_report(**changes):
    """A process that guards one position and has nothing to complain of."""
    values = {
        "at": NOW,
        "version": "1",
        "mode": "live",
        "started_at": ago(3600),
        "brokers": (a_broker(ago(3), ago(60)),),
        "jobs": (a_job(),),
        "nonces": (),
        "prices": (PriceAge(venue_label="Kraken", symbol="BTC/USD", at=ago(2)),),
        "guards_armed": 1,
        "exits_in_flight": 0,
        "outbox_waiting": 0,
        "outbox_oldest_at": None,
        "database_revision": "1",
        "database_bytes": 1,
    }
    return StatusReport(**values | changes)


def an_unwatched(**changes):
    values = {
        "guard_id": "g1",
        "symbol": "BTC/USD",
        "venue_label": "Kraken",
        "reason": UnwatchedReason.PRICE_UNKNOWN,
        "problem": PriceProblem.NO_QUOTE,
        "since": ago(30),
    }
    return Unwatched(**values | changes)
