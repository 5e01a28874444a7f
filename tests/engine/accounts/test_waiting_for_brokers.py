"""What a screen is shown while brokers are slow, silent or read by code that is wrong."""

import asyncio

import pytest

from engine.accounts.reader import AccountReader
from engine.accounts.reports import Reports
from engine.accounts.service import BalanceService
from engine.alerts.outages import OutageMonitor, Watched
from engine.model.errors import TryLaterError
from engine.model.venues import Venue
from engine.tasks import Tasks
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID
from tests.bot.hand_clock import HandClock
from tests.engine.storage.stored import COINBASE, KRAKEN, OWNER, a_database


class Failing:
    """A broker that answers nothing but this."""

    def __init__(self, account, error):
        self.account, self._error = account, error

    async def fetch_report(self, *, priority=None):
        raise self._error


@pytest.fixture
async def database(tmp_path):
    database = a_database(tmp_path)
    yield database
    await database.dispose()


async def no_step():
    return 0


async def unguarded(account):
    return Watched(is_guarded=False, is_alarmed=False)


def a_service(database, *brokers):
    clock = HandClock()
    reports = Reports(clock, last_step=no_step)
    by_id = {broker.account.account_id: broker for broker in brokers}
    return BalanceService(
        reader=AccountReader(brokers=by_id, markets={}, reports=reports, clock=clock),
        reports=reports,
        note_outcome=OutageMonitor(database=database, clock=clock, watched=unguarded).note,
        database=database,
        clock=clock,
        tasks=Tasks(report=lambda name, error: None),
    )


async def test_a_broker_that_does_not_answer_is_a_state_and_no_exception(database):
    service = a_service(database, Failing(KRAKEN, TryLaterError(Venue.KRAKEN, "maintenance")))

    overview = await service.fetch_overview(OWNER)

    assert [(state.connected, state.error) for state in overview.states] == [(False, "maintenance")]


async def test_an_account_that_our_own_defect_keeps_from_being_read_hides_no_other(database):
    service = a_service(
        database,
        Failing(KRAKEN, ZeroDivisionError("one")),
        Failing(COINBASE, TryLaterError(Venue.COINBASE, "maintenance")),
    )

    overview = await service.fetch_overview(OWNER)

    assert [(state.connected, state.error) for state in overview.states] == [
        (False, "a defect of the bot itself (ZeroDivisionError)"),
        (False, "maintenance"),
    ]


async def test_a_broker_that_is_only_slow_is_named_until_it_answers(rooms):
    async with rooms(venues=(Venue.KRAKEN, Venue.ALPACA)) as room:
        room.deposit("USD", "100")
        await room.engine.balances.fetch_overview(OWNER_ID)
        await asyncio.sleep(6)
        room.fault(FaultKind.DELAY_BEFORE, "BalanceEx", delay_s=5)

        slow = await room.engine.balances.fetch_overview(OWNER_ID)
        await asyncio.sleep(10)
        answered = await room.engine.balances.fetch_overview(OWNER_ID)

    kraken = next(state for state in slow.states if state.broker is Venue.KRAKEN)
    assert slow.waiting == (kraken,)
    assert kraken.balance.total_equity_usd == 100
    assert answered.waiting == ()


async def test_figures_of_a_moment_ago_are_shown_without_asking_again(room):
    room.deposit("USD", "100")
    await room.engine.balances.fetch_overview(OWNER_ID)
    await asyncio.sleep(2)

    again = await room.engine.balances.fetch_overview(OWNER_ID)
    asked_twice = len(room.sent("BalanceEx"))
    await asyncio.sleep(6)
    await room.engine.balances.fetch_overview(OWNER_ID)

    assert again.states[0].age(room.clock.now()).total_seconds() < 10
    assert (again.waiting, asked_twice) == ((), 1)
    assert len(room.sent("BalanceEx")) == 2


@pytest.mark.fault("C8")
@pytest.mark.parametrize(
    ("screen", "within_s"),
    # A route that does not know the account's own fee yet waits for it once, and not for the balance.
    [("balance", 0.5), ("positions", 0.5), ("route", 1.5), ("close", 0.5)],
)
async def test_a_key_that_waits_for_its_points_delays_no_screen_whose_figures_are_fresh(
    room, screen, within_s
):
    room.deposit("USD", "100")
    room.deposit("BTC", "1")
    await room.engine.balances.fetch_overview(OWNER_ID)
    # The key's points are used up: whatever costs one waits for more than a minute.
    room.spend_points(100)
    engine, asked_at_s = room.engine, room.clock.monotonic()
    ask = {
        "balance": lambda: engine.balances.fetch_overview(OWNER_ID),
        "positions": lambda: engine.portfolio.fetch_portfolio(OWNER_ID),
        "route": lambda: engine.entries.preview(OWNER_ID, None, None),
        "close": lambda: engine.closing.offer_close(OWNER_ID, "BTC"),
    }

    await ask[screen]()
    took_s = room.clock.monotonic() - asked_at_s
    await asyncio.sleep(6)
    old = await engine.balances.fetch_overview(OWNER_ID)

    assert took_s <= within_s
    assert len(room.sent("BalanceEx")) == 1
    assert [state.balance.total_equity_usd > 100 for state in old.waiting] == [True]
    [unread] = (await engine.portfolio.fetch_portfolio(OWNER_ID)).unread
    assert unread.is_awaited
    assert unread.as_of == old.states[0].last_updated
