import pytest

from bot.alerting.outbox_listener import on_new_alerts
from engine.alerts.messages import BrokerTrouble
from engine.alerts.outbox import append_alert
from engine.model.venues import Venue
from engine.users.roles import Role, StoredUser
from engine.users.store import save_user
from tests.bot.database import START, migrated


async def put(session, key):
    message = BrokerTrouble(venue=Venue.KRAKEN, what="back", why="", since=START)
    await append_alert(session, message, user_id=7, account_id=None, dedup_key=key, now=START)


async def test_a_committed_alert_is_heard_once_and_other_writes_are_not(tmp_path):
    heard = []
    async with migrated(tmp_path) as database:
        with on_new_alerts(database, lambda: heard.append(1)):
            async with database.write() as session:
                await save_user(session, StoredUser(user_id=8, role=Role.OWNER, created_at=START))
            assert heard == []
            async with database.write() as session:
                await put(session, "1")
                await put(session, "2")
                assert heard == []
            assert heard == [1]


async def put_and_fail(database):
    async with database.write() as session:
        await put(session, "1")
        raise LookupError


async def test_an_alert_that_was_rolled_back_is_not_heard(tmp_path):
    heard = []
    async with migrated(tmp_path) as database:
        with on_new_alerts(database, lambda: heard.append(1)):
            with pytest.raises(LookupError):
                await put_and_fail(database)
            async with database.write() as session:
                await save_user(session, StoredUser(user_id=8, role=Role.OWNER, created_at=START))

    assert heard == []


async def test_nobody_listens_afterwards(tmp_path):
    heard = []
    async with migrated(tmp_path) as database:
        with on_new_alerts(database, lambda: heard.append(1)):
            pass
        async with database.write() as session:
            await put(session, "1")

    assert heard == []
