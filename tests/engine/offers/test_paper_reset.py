"""An account on paper that begins anew, on the real ledger and the real database."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.accounts.reports import Reports
from engine.clock import SystemClock
from engine.guards.guard import GuardState
from engine.guards.store import load_guard, save_guard
from engine.model.guard_reasons import GuardReason
from engine.model.venues import Venue
from engine.offers.outcomes import Nothing, Rejected
from engine.offers.paper_reset import RESET_VALID, NotOnPaper, OrdersUnderWay, PaperResets
from engine.orders.store import insert_intent
from tests.builders import a_guard, an_exit_intent
from tests.engine.brokers.paper.conftest import open_room
from tests.engine.storage.stored import OWNER


class LaterClock(SystemClock):
    by = timedelta(0)

    def now(self):
        return super().now() + self.by


class Resetting:
    """One account on paper with a guarded coin, and what resets it."""

    def __init__(self, room):
        self.room, self.clock = room, LaterClock()
        self.reports = Reports(self.clock, last_step=self._no_step)
        self.guard = replace(a_guard("0.005", "250.05"), user_id=OWNER, account_id=room.account.account_id)
        self.service = self.serve(room.broker)

    def serve(self, *brokers):
        return PaperResets(
            brokers=brokers, reports=self.reports, database=self.room.database, clock=self.clock
        )

    async def _no_step(self):
        return 0

    async def write(self, save, *values, **named):
        async with self.room.database.write() as session:
            await save(session, *values, **named)

    async def arm(self):
        await self.room.buy("0.005")
        await self.write(save_guard, self.guard, was=None, now=self.clock.now(), cause="test")

    async def begin_exit(self):
        intent = an_exit_intent(user_id=OWNER, account_id=self.guard.account_id, guard_id=self.guard.guard_id)
        await self.write(insert_intent, intent)

    async def guard_now(self):
        async with self.room.database.read() as session:
            return await load_guard(session, self.guard.guard_id)

    async def offer(self, user_id=OWNER, venue=None):
        return await self.service.offer_reset(user_id, Decimal(700), venue)


@pytest.fixture
async def resetting(tmp_path):
    async with open_room(Venue.KRAKEN, tmp_path) as room:
        await room.broker.open({"USD": Decimal(500)})
        one = Resetting(room)
        await one.arm()
        yield one


async def test_one_press_ends_the_guards_and_leaves_the_dollars_alone(resetting):
    preview = await resetting.offer()
    assert (preview.venues, [guard.guard_id for guard in preview.guards]) == ((Venue.KRAKEN,), ["guard-1"])
    assert (await resetting.guard_now()).state is GuardState.ARMED

    done = await resetting.service.reset(OWNER, preview.confirmation_id)

    assert await resetting.room.owned() == {"USD": Decimal(700)}
    assert [guard.guard_id for guard in done.guards] == ["guard-1"]
    ended = await resetting.guard_now()
    assert (ended.state, ended.reason) == (GuardState.CLOSED, GuardReason.TAKEN_OFF)
    assert resetting.reports.is_outdated(resetting.guard.account_id)


async def test_what_was_traded_stays_in_the_history(resetting):
    before = (await resetting.room.broker.fetch_fills()).fills
    preview = await resetting.offer()

    await resetting.service.reset(OWNER, preview.confirmation_id)

    assert (await resetting.room.broker.fetch_fills()).fills == before != ()


async def test_after_a_reset_it_trades_on(resetting):
    preview = await resetting.offer()
    await resetting.service.reset(OWNER, preview.confirmation_id)

    await resetting.room.restart()
    await resetting.room.buy("0.001")

    assert (await resetting.room.owned())["BTC"] == Decimal("0.001")


async def test_a_button_counts_once_in_time_and_for_its_own_user(resetting):
    preview = await resetting.offer()
    stranger = await resetting.service.reset(OWNER + 1, preview.confirmation_id)
    first = await resetting.service.reset(OWNER, preview.confirmation_id)
    again = await resetting.service.reset(OWNER, preview.confirmation_id)
    late = await resetting.offer()
    resetting.clock.by = RESET_VALID + timedelta(seconds=1)

    assert stranger == Nothing(why=Rejected.NOT_YOURS)
    assert first.usd == 700
    assert again == Nothing(why=Rejected.USED)
    assert await resetting.service.reset(OWNER, late.confirmation_id) == Nothing(why=Rejected.EXPIRED)


async def test_while_an_order_is_not_over_nothing_is_reset(resetting):
    preview = await resetting.offer()
    before = await resetting.room.owned()
    await resetting.begin_exit()

    assert await resetting.service.reset(OWNER, preview.confirmation_id) == OrdersUnderWay(
        venues=(Venue.KRAKEN,)
    )
    assert await resetting.offer() == OrdersUnderWay(venues=(Venue.KRAKEN,))
    assert await resetting.room.owned() == before
    assert (await resetting.guard_now()).state is GuardState.ARMED


async def test_only_accounts_on_paper_of_the_user_and_the_broker_are_reset(resetting):
    live = resetting.serve(object())

    assert await live.offer_reset(OWNER, Decimal(500), None) == NotOnPaper()
    assert await resetting.offer(user_id=OWNER + 1) == NotOnPaper()
    assert await resetting.offer(venue=Venue.ALPACA) == NotOnPaper()
