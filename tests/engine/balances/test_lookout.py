"""A broker out of reach is told once, and once that it is back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from engine.alerts.messages import BrokerTrouble
from engine.balances.lookout import Lookout, Silence, after_attempt
from engine.errors import KeyRejectedError, TryLaterError
from engine.venues import Venue

START = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)
TIMEOUT = TryLaterError(Venue.KRAKEN, "timed out")
REVOKED = KeyRejectedError(Venue.KRAKEN, "EAPI:Invalid key")


def news_of(*errors):
    silence, told = Silence(), []
    for minute, error in enumerate(errors):
        silence, news = after_attempt(silence, error, now=START + timedelta(minutes=minute))
        told.append(news)
    return told, silence


def test_one_or_two_missed_readings_are_not_worth_a_message():
    assert news_of(TIMEOUT, TIMEOUT, None) == ([None, None, None], Silence())


def test_the_third_missed_reading_in_a_row_is_told_once():
    told, silence = news_of(TIMEOUT, TIMEOUT, TIMEOUT, TIMEOUT)

    assert told == [None, None, "unreachable", None]
    assert silence.since == START


def test_a_refused_key_is_told_at_once_because_only_its_owner_can_mend_it():
    assert news_of(REVOKED, REVOKED)[0] == ["key_rejected", None]


def test_what_was_told_ends_with_the_news_that_it_is_back():
    assert news_of(TIMEOUT, TIMEOUT, TIMEOUT, None, None)[0] == [None, None, "unreachable", "back", None]


async def test_what_could_not_be_written_was_not_told(room):
    lookout = Lookout(database=room.database, clock=room.clock, what="balances")
    async with room.held_database():
        with pytest.raises(OperationalError):
            await lookout.note(room.account(), REVOKED)

    await lookout.note(room.account(), REVOKED)
    await lookout.note(room.account(), REVOKED)

    assert [alert.what for alert in await room.alerts(BrokerTrouble)] == ["key_rejected"]
