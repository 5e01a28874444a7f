"""What leaves together: exits and questions alone, small news of an outage in one message."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.alerts.batches import LATE_AFTER, LONGEST_DIGEST, pack
from engine.alerts.kinds import CRITICAL, DIGESTIBLE, AlertState
from engine.alerts.messages import BrokerTrouble, ExitParked, GuardPaused
from engine.model.venues import Venue
from tests.builders import a_waiting_alert

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
LONG_AGO = NOW - LATE_AFTER

NEWS = BrokerTrouble(venue=Venue.KRAKEN, what="unreachable", why="timed out", since=NOW)
EXIT = ExitParked(venue=Venue.KRAKEN, symbol="BTC/USD", quantity=Decimal(1), why="dust")
QUESTION = GuardPaused(
    venue=Venue.KRAKEN, symbol="BTC/USD", guarded=Decimal(1), seen=Decimal(2), why="it came without a fill"
)


def an_alert(number, message=NEWS, *, at=LONG_AGO, **changes):
    return a_waiting_alert(number, message, at=at, **changes)


def packed(*pending, held=()):
    return [batch.alert_ids for batch in pack(pending, now=NOW, held=held)]


def test_nothing_pending_makes_no_batch():
    assert packed() == []


def test_news_an_outage_held_up_leaves_together():
    assert packed(an_alert(1), an_alert(2), an_alert(3)) == [(1, 2, 3)]


def test_fresh_news_leaves_one_by_one():
    moments_ago = NOW - LATE_AFTER + timedelta(microseconds=1)

    assert packed(an_alert(1, at=moments_ago), an_alert(2, at=moments_ago)) == [(1,)]
    assert packed(an_alert(1), an_alert(2, at=moments_ago)) == [(1,)]


@pytest.mark.parametrize("single", [EXIT, QUESTION], ids=["an exit", "a question"])
def test_what_needs_its_reader_leaves_alone_and_ends_a_digest(single):
    assert packed(an_alert(1, single), an_alert(2, single)) == [(1,)]
    assert packed(an_alert(1), an_alert(2, single), an_alert(3)) == [(1,)]


def test_a_chat_waits_for_its_first_alert_and_only_for_its_own():
    pending = an_alert(1), an_alert(2), an_alert(3, chat_id=8), an_alert(4, chat_id=8)

    assert packed(*pending, held={1}) == [(3, 4)]


def test_an_alert_written_under_a_clock_ahead_leaves_and_says_when_it_was_written():
    ahead = an_alert(1, EXIT, at=NOW + timedelta(days=30))

    assert packed(ahead) == [(1,)]
    assert ahead.is_late(NOW)


def test_a_refused_alert_waits_alone_and_leaves_alone():
    refused = {"state": AlertState.REFUSED, "attempts": 2}

    assert packed(an_alert(1, **refused), an_alert(2), an_alert(3), held={1}) == [(2, 3)]
    assert packed(an_alert(1, **refused), an_alert(2)) == [(1,)]
    assert packed(an_alert(1), an_alert(2, **refused), an_alert(3)) == [(1,)]


def test_in_one_chat_each_reader_has_a_digest_of_their_own():
    assert packed(an_alert(1), an_alert(2, user_id=9), an_alert(3)) == [(1, 3)]


def test_a_very_long_outage_makes_several_digests():
    (batch,) = pack([an_alert(number) for number in range(1, LONGEST_DIGEST + 10)], now=NOW)

    assert batch.alert_ids == tuple(range(1, LONGEST_DIGEST + 1))


def test_one_uncertain_alert_makes_its_batch_uncertain():
    (batch,) = pack([an_alert(1), an_alert(2, state=AlertState.UNKNOWN, attempts=3)], now=NOW)

    assert batch.may_be_repetition
    assert batch.attempts == 3


def test_nothing_critical_is_ever_digested():
    assert not CRITICAL & DIGESTIBLE
