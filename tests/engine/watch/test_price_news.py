"""What a tick shows of a guard while news of its price is being reported."""

import asyncio
from datetime import timedelta

import pytest

from engine.clock import moment
from engine.guards.guard_mark import GuardMark
from engine.guards.guard_marks import GuardMarks
from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.reminder_state import ReminderState
from engine.watch.price_alerts import PriceAlerts
from engine.watch.price_news import PriceNews
from tests.builders import a_mark

NO_QUOTE = PriceUnknown(problem=PriceProblem.NO_QUOTE)


@pytest.fixture
async def guard(room):
    return await room.arm("0.1", "6000")


@pytest.fixture
def marks():
    return GuardMarks()


@pytest.fixture
def news(room, marks):
    return PriceNews(
        alerts=PriceAlerts(database=room.database, clock=room.clock),
        guard_marks=marks,
        clock=room.clock,
        alarm_after=timedelta(0),
    )


async def report_while_seen(room, news, guard, seen):
    """Report what is new, and see something else before it is written."""
    async with room.database.write():
        reporting = asyncio.create_task(news.report_together([guard]))
        for _ in range(20):
            await asyncio.sleep(0)
        await news.accept(guard, seen)
    await reporting


async def test_a_tick_during_the_report_that_prices_are_back_stays_the_price_of_now(room, news, marks, guard):
    told = ReminderState().noted(moment(room.clock))
    was_back = a_mark("60000", at=room.clock.now())
    marks.put(guard.guard_id, GuardMark(current=was_back, last=was_back, reminders=told))

    fell = a_mark("59000", at=room.clock.now() + timedelta(seconds=1))
    await report_while_seen(room, news, guard, fell)

    after = marks.of(guard)
    assert (after.current, after.last, after.unknown_reported) == (fell, fell, False)


async def test_a_tick_during_the_alarm_that_there_is_no_price_stays_and_is_reported_next(
    room, news, marks, guard
):
    marks.put(guard.guard_id, GuardMark(current=NO_QUOTE, unknown_since=moment(room.clock)))

    fell = a_mark("59000", at=room.clock.now())
    await report_while_seen(room, news, guard, fell)

    after = marks.of(guard)
    assert (after.current, after.last, after.unknown_reported) == (fell, fell, True)


async def test_a_price_that_goes_missing_during_the_report_that_it_is_back_is_missing(
    room, news, marks, guard
):
    told, since = ReminderState().noted(moment(room.clock)), moment(room.clock)
    was_back = a_mark("60000", at=room.clock.now())
    marks.put(guard.guard_id, GuardMark(current=was_back, last=was_back, reminders=told, unknown_since=since))

    await report_while_seen(room, news, guard, NO_QUOTE)

    assert marks.of(guard).is_unknown
