"""A failing exit is tried again soon, then calmly; its owner hears of it again and again."""

from datetime import UTC, datetime

import pytest

from engine.brokers.error_classes import RateLimitedError
from engine.clock import Moment
from engine.model.errors import KeyRejectedError, RefusalReason, RefusedError, TryLaterError
from engine.model.venues import Venue
from engine.orders.backoff import page_pause_s, pause_s, proven_pause_s

BEGAN = Moment(datetime(2026, 3, 4, tzinfo=UTC), 100)


@pytest.mark.fault("V13")
@pytest.mark.parametrize(("failures", "delay_s"), [(1, 0.5), (2, 1.0), (6, 15.0), (7, 15.0), (1000, 15.0)])
def test_tries_slow_down_to_every_fifteen_seconds(failures, delay_s):
    assert pause_s("refused", failures) == delay_s
    assert pause_s(RateLimitedError(Venue.KRAKEN, "EAPI:Rate limit exceeded"), failures) == delay_s
    assert proven_pause_s(failures, waited_s=0.0, is_refused=True) == delay_s


@pytest.mark.parametrize(("failures", "delay_s"), [(1, 0.5), (4, 4.0), (5, 5.0), (1000, 5.0)])
def test_a_venue_that_is_away_is_tried_every_five_seconds_at_least(failures, delay_s):
    assert pause_s(TryLaterError(Venue.KRAKEN, "no connection"), failures) == delay_s
    assert proven_pause_s(failures, waited_s=0.0, is_refused=False) == delay_s


def test_the_time_a_proof_took_is_no_pause_on_top():
    assert proven_pause_s(3, waited_s=1.5, is_refused=False) == 0.5
    assert proven_pause_s(1000, waited_s=6.0, is_refused=False) == 0
    assert proven_pause_s(1000, waited_s=6.0, is_refused=True) == 9


@pytest.mark.fault("V13")
def test_pages_that_keep_answering_orders_are_waited_for_longer_and_longer():
    limited = RateLimitedError(Venue.COINBASE, "HTTP 429")
    rejected = KeyRejectedError(Venue.COINBASE, "HTTP 401")

    assert page_pause_s(limited, 1, waited_s=0, failing_s=0) == 0.5
    assert page_pause_s(limited, 1, waited_s=10, failing_s=10) == 0
    assert page_pause_s(limited, 6, waited_s=10, failing_s=100) == 20
    assert page_pause_s(limited, 1000, waited_s=10, failing_s=3600) == 35
    assert page_pause_s(rejected, 1, waited_s=10, failing_s=20) == 50


@pytest.mark.parametrize("failures", [1, 1000])
def test_what_haste_does_not_help_is_tried_calmly_from_the_start(failures):
    shut = RefusedError(Venue.KRAKEN, "cancel_only", RefusalReason.MARKET_UNAVAILABLE)

    assert pause_s(shut, failures) == 15
    assert pause_s(KeyRejectedError(Venue.KRAKEN, "EAPI:Invalid key"), failures) == 60
