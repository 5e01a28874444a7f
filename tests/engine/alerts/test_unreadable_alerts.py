"""One alert row that is damaged or of another version: every other alert leaves, of every chat."""

import pytest

from engine.alerts import outbox
from engine.alerts.messages import AlertUnreadable, ExitFilled
from engine.venues import Venue
from sandbox.world import OWNER_ID

CHANGES = (
    "kind = 'exit_teleported', data_json = '{}'",
    "state = 'queued'",
    "state = 'WAITING'",
    "created_at = 'yesterday'",
    "not_before = '2999-99-99'",
    "user_id = 'x'",
    "chat_id = 'x'",
    "attempts = 'many'",
    "data_json = ''",
    "data_json = x'ff00fe'",
    "data_json = CAST(x'ff00fe' AS TEXT)",
    "data_json = replace(data_json, 'kraken', 'gemini')",
    "message_id = 'x', created_at = ''",
)


async def is_anything_unreadable(room):
    async with room.database.read() as session:
        return await outbox.has_unreadable(session)


@pytest.mark.parametrize("change", CHANGES)
async def test_it_keeps_no_other_alert_and_no_screen_from_its_reader(rooms, change):
    async with rooms(venues=(Venue.KRAKEN,)) as room:
        room.deposit("BTC", "0.1")
        room.deposit("ETH", "1")
        room.set_bid("50000")
        room.set_bid("2000", "ETH/USD")
        await room.arm("0.1", "6000")
        await room.sell_off()
        room.damage("alerts", change, "alert_id = 1")
        await room.arm("1", "3000", "ETH/USD", guard_id="guard-2")
        await room.sell_off()

        now = room.clock.now()
        was_unreadable = await is_anything_unreadable(room)
        async with room.database.write() as session:
            lost = await outbox.give_up_unreadable(session, now=now)
        assert bool(lost) is was_unreadable
        assert not await is_anything_unreadable(room)
        async with room.database.read() as session:
            waiting = await outbox.load_critical_after(session, 0)
            assert {alert.message.symbol for alert in waiting if isinstance(alert.message, ExitFilled)} >= {
                "ETH/USD"
            }
            told = [alert for alert in waiting if isinstance(alert.message, AlertUnreadable)]
            assert len(told) == len(lost)
            assert {alert.chat_id for alert in told} <= {OWNER_ID}
            assert await outbox.load_due(session, now=now)
            assert (await outbox.depth(session)).waiting == 2
            await outbox.load_last_errors(session)
            assert (await outbox.load_given_up(session, OWNER_ID)).alerts in {0, 1}
