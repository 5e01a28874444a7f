"""The delivery under test, and what is put into its outbox."""

import asyncio
from datetime import timedelta

from bot.alerting.delivery import Delivery
from engine.alerts.delivery_states import mark_leaving
from engine.alerts.messages import BrokerTrouble, PriceTrouble
from engine.alerts.outbox import append_alert, depth, load_due, load_given_up_alerts
from engine.alerts.table import AlertRow
from engine.market.mark import PriceProblem
from engine.model.price_event import PriceEvent
from engine.model.venues import Venue
from handlers.render.alerts import MAY_BE_REPEATED
from handlers.render.html import plain_text
from handlers.render.times import Reader
from tests.bot.database import START
from tests.bot.until import until
from tests.rows import load_row

REPEATED = plain_text(MAY_BE_REPEATED)


class Post:
    """The delivery under test, and what is put into its outbox."""

    def __init__(self, database, bot, clock, *, strangers=(), owner_ids=()):
        self.database, self.clock, self.written = database, clock, 0
        self.connected = asyncio.Event()
        self.connected.set()
        self.slow, self.troubled, self.go_on = set(), set(), asyncio.Event()

        async def reader_of(user_id):
            if user_id in self.slow:
                await self.go_on.wait()
            if user_id in self.troubled:
                raise LookupError(user_id)
            return None if user_id in strangers else Reader(now=clock.now())

        self.delivery = Delivery(
            database=database,
            bot=bot,
            may_send=self.connected,
            reader_of=reader_of,
            clock=clock,
            redact=str,
            owner_ids=owner_ids,
        )

    async def put(self, message, *, to=7):
        self.written += 1
        async with self.database.write() as session:
            await append_alert(
                session,
                message,
                user_id=to,
                account_id=None,
                dedup_key=str(self.written),
                now=self.clock.now(),
            )

    async def try_to_sweep(self):
        await self.delivery._send_what_may_leave()

    async def sweep(self):
        await self.try_to_sweep()
        assert self.delivery.status.last_error is None

    async def looked(self):
        """Wait until the running delivery has looked at what is written by now."""
        self.delivery.wake()
        await until(lambda: not self.delivery._new_alerts.is_set())
        await self.delivery._cycle.idle()

    async def begin_to_send(self):
        """Leave the next alert as a process leaves it that dies while sending."""
        async with self.database.write() as session:
            (batch,) = await load_due(session, now=self.clock.now())
            await mark_leaving(session, batch, again_at=self.clock.now() + timedelta(hours=1))

    async def row(self, number=1):
        async with self.database.read() as session:
            return await load_row(session, AlertRow, number)

    async def refused(self):
        async with self.database.read() as session:
            return (await depth(session)).refused

    async def given_up(self, user_id=7):
        async with self.database.read() as session:
            return await load_given_up_alerts(session, user_id)

    async def waiting(self):
        async with self.database.read() as session:
            return (await depth(session)).waiting


def trouble(why):
    return BrokerTrouble(venue=Venue.KRAKEN, what="unreachable", why=why, since=START)


def price_trouble(what):
    return PriceTrouble(
        venue=Venue.KRAKEN, symbol="BTC/USD", what=PriceEvent(what), why=PriceProblem.NO_QUOTE, since=START
    )


def owner_of(server, user_id=7):
    return server.user(user_id=user_id, started=True)


def texts(owner):
    return [message.text for message in owner.messages if message.from_bot]
