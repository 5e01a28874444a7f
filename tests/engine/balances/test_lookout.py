"""A broker out of reach is told once, and once that it is back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from engine.alerts.messages import BrokerTrouble
from engine.balances.lookout import Lookout, Silence, after_attempt
from engine.clock import Moment
from engine.errors import KeyRejectedError, TryLaterError
from engine.venues import Venue

START = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)
TIMEOUT = TryLaterError(Venue.KRAKEN, "timed out")
REVOKED = KeyRejectedError(Venue.KRAKEN, "EAPI:Invalid key")


def news_of(*errors, is_guarded=False):
    silence, told = Silence(), []
    for minute, error in enumerate(errors):
        now = Moment(START, 0) + timedelta(minutes=minute)
        silence, news = after_attempt(silence, error, now=now, is_guarded=is_guarded)
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


@pytest.mark.parametrize(("error", "told"), [(TIMEOUT, "unreachable"), (REVOKED, "key_rejected")])
def test_with_money_guarded_there_it_is_told_again_in_growing_pauses(error, told):
    news, _ = news_of(*[error] * 140, is_guarded=True)

    minutes = [minute for minute, one in enumerate(news) if one == told]
    first = minutes[0]
    assert [minute - first for minute in minutes] == [0, 1, 3, 11, 71, 131]
    assert set(news) == {told, None}


async def silent_minutes(room, lookout, count):
    for _ in range(count):
        await lookout.note(room.account(), TIMEOUT)
        await room.clock.sleep(60)


async def test_a_silent_broker_is_told_again_while_something_is_guarded_there_and_once_when_it_is_back(room):
    lookout = Lookout(database=room.database, clock=room.clock, what="balances")
    await room.arm("0.1", "6000")

    await silent_minutes(room, lookout, 7)
    await lookout.note(room.account(), None)
    await lookout.note(room.account(), None)

    told = await room.alerts(BrokerTrouble)
    assert [(alert.what, alert.again) for alert in told] == [
        ("unreachable", False),
        ("unreachable", True),
        ("unreachable", True),
        ("back", False),
    ]
    assert len({alert.since for alert in told}) == 1


async def test_a_silent_broker_where_nothing_is_guarded_is_told_once(room):
    lookout = Lookout(database=room.database, clock=room.clock, what="balances")

    await silent_minutes(room, lookout, 30)

    assert [(alert.what, alert.guarded) for alert in await room.alerts(BrokerTrouble)] == [
        ("unreachable", False)
    ]


async def test_what_could_not_be_written_was_not_told(room):
    lookout = Lookout(database=room.database, clock=room.clock, what="balances")
    async with room.held_database():
        with pytest.raises(OperationalError):
            await lookout.note(room.account(), REVOKED)

    await lookout.note(room.account(), REVOKED)
    await lookout.note(room.account(), REVOKED)

    assert [alert.what for alert in await room.alerts(BrokerTrouble)] == ["key_rejected"]
