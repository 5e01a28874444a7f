"""What the tests of the outbox put into it and look at."""

from datetime import timedelta
from decimal import Decimal

from engine.alerts.batches import Batch
from engine.alerts.messages import BrokerTrouble, ExitFailing
from engine.alerts.outbox import append_alert, depth, load_due
from engine.model.venues import Venue
from tests.engine.storage.stored import KRAKEN, NOW, OWNER

LATER = NOW + timedelta(seconds=30)
CHATTY = BrokerTrouble(venue=Venue.KRAKEN, what="unreachable", why="timed out", since=NOW)
EXIT = ExitFailing(
    venue=Venue.KRAKEN,
    symbol="BTC/USD",
    trigger_ratio=Decimal("-0.015000000000000001"),
    threshold=Decimal("-0.01"),
    quantity=Decimal("0.5"),
    why="timed out",
    doing="asking the venue",
    since=NOW,
)


async def append(database, message, key, *, chat_id=None):
    async with database.write() as session:
        return await append_alert(
            session,
            message,
            user_id=OWNER,
            account_id=KRAKEN.account_id,
            dedup_key=key,
            now=NOW,
            chat_id=chat_id,
        )


async def due(database, held=()):
    async with database.read() as session:
        return tuple(batch.first for batch in await load_due(session, now=NOW, held=held))


async def mark(database, how, alert, **values):
    async with database.write() as session:
        await how(session, Batch(alerts=(alert,)), **values)


async def waiting(database):
    async with database.read() as session:
        return (await depth(session)).waiting
