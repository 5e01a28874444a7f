"""Alerts that go to the second address as well."""

from decimal import Decimal

from engine.alerts.messages import ExitParked
from engine.alerts.outbox import append_alert
from engine.model.venues import Venue
from tests.bot.database import START


async def put(database, message, key):
    async with database.write() as session:
        await append_alert(session, message, user_id=7, account_id=None, dedup_key=key, now=START)


def critical(symbol):
    return ExitParked(venue=Venue.KRAKEN, symbol=symbol, quantity=Decimal("0.5"), why="below the minimum")
