"""One alert row that is damaged or of another version: every other alert leaves, of every chat."""

from contextlib import asynccontextmanager

import pytest

from engine.alerts import outbox, outbox_unreadable
from engine.alerts.messages import AlertUnreadable, ExitFilled
from engine.model.venues import Venue
from sandbox.world import OWNER_ID

#: What is damaged, and the kind that is reported as lost; None where the alert is delivered all the same.
CHANGES = (
    ("kind = 'exit_teleported', data_json = '{}'", "exit_teleported"),
    ("state = 'queued'", None),
    ("state = 'WAITING'", None),
    ("created_at = 'yesterday'", "exit_filled"),
    ("not_before = '2999-99-99'", "exit_filled"),
    ("user_id = 'x'", "exit_filled"),
    ("chat_id = 'x'", "exit_filled"),
    ("attempts = 'many'", "exit_filled"),
    ("data_json = ''", "exit_filled"),
    ("data_json = x'ff00fe'", "exit_filled"),
    ("data_json = CAST(x'ff00fe' AS TEXT)", "exit_filled"),
    ("data_json = replace(data_json, 'kraken', 'gemini')", "exit_filled"),
    ("message_id = 'x', created_at = ''", "exit_filled"),
)


@asynccontextmanager
async def two_sales(rooms, change):
    """Sell twice; the alert of the first sale is damaged before the second."""
    async with rooms(venues=(Venue.KRAKEN,)) as room:
        room.deposit("BTC", "0.1")
        room.deposit("ETH", "1")
        room.set_bid("50000")
        room.set_bid("2000", "ETH/USD")
        await room.arm("0.1", "6000")
        await room.sell_off()
        await room.damage("alerts", change, "alert_id = 1")
        await room.arm("1", "3000", "ETH/USD", guard_id="guard-2")
        await room.sell_off()
        yield room


async def give_up(room):
    async with room.database.write() as session:
        return await outbox_unreadable.give_up_unreadable(session, now=room.clock.now())


@pytest.mark.parametrize(("change", "lost"), CHANGES)
async def test_it_keeps_no_other_alert_from_its_reader(rooms, change, lost):
    async with two_sales(rooms, change) as room:
        await give_up(room)
        async with room.database.read() as session:
            [due] = await outbox.load_due(session, now=room.clock.now())
            waiting = (await outbox.depth(session)).waiting

    assert isinstance(due.first.message, ExitFilled)
    assert due.first.message.symbol == ("BTC/USD" if lost is None else "ETH/USD")
    # The second sale, and the first or what is said in its place.
    assert waiting == 2


@pytest.mark.parametrize(("change", "lost"), CHANGES)
async def test_what_cannot_be_read_of_it_is_given_up_once_and_told_to_its_owner(rooms, change, lost):
    async with two_sales(rooms, change) as room:
        async with room.database.read() as session:
            assert await outbox_unreadable.has_unreadable(session) is (lost is not None)
        first, again = await give_up(room), await give_up(room)
        async with room.database.read() as session:
            assert not await outbox_unreadable.has_unreadable(session)
            alerts = await outbox.load_critical_after(session, 1)

    reported = [(one.chat_id, one.message.lost) for one in alerts if isinstance(one.message, AlertUnreadable)]
    assert (first, again) == (() if lost is None else (1,), ())
    assert reported == ([] if lost is None else [(OWNER_ID, lost)])


@pytest.mark.parametrize(
    ("change", "counted"),
    [(change, lost if change != "user_id = 'x'" else None) for change, lost in CHANGES],
)
async def test_screens_count_it_where_they_can_tell_whose_it_was(rooms, change, counted):
    async with two_sales(rooms, change) as room:
        await give_up(room)
        async with room.database.read() as session:
            given_up = await outbox.load_given_up_alerts(session, OWNER_ID)
            errors = await outbox.load_last_errors(session)

    assert (given_up.alerts, given_up.last_kind) == ((0, None) if counted is None else (1, counted))
    assert errors == {}
