"""What a screen is shown while brokers are slow, silent or read by code that is wrong."""

import asyncio

import pytest

from engine.balances.lookout import Lookout
from engine.balances.reader import AccountReader
from engine.balances.reports import Reports
from engine.balances.service import BalanceService
from engine.errors import TryLaterError
from engine.tasks import Tasks
from engine.venues import Venue
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID
from tests.bot.hand_clock import HandClock
from tests.engine.storage.stored import ALPACA, COINBASE, KRAKEN, OWNER, a_database


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


def a_service(database, *brokers):
    clock, reports = HandClock(), Reports()
    by_id = {broker.account.account_id: broker for broker in brokers}
    return BalanceService(
        reader=AccountReader(brokers=by_id, markets={}, reports=reports, clock=clock),
        reports=reports,
        lookout=Lookout(database=database, clock=clock, what="balances"),
        database=database,
        clock=clock,
        tasks=Tasks(report=lambda name, error: None),
    )


async def test_a_broker_that_does_not_answer_is_a_state_and_no_exception(database):
    service = a_service(database, Failing(KRAKEN, TryLaterError(Venue.KRAKEN, "maintenance")))

    overview = await service.fetch_overview(OWNER)

    assert [(state.connected, state.error) for state in overview.states] == [(False, "maintenance")]


async def test_what_nobody_expected_is_no_state_of_a_broker_and_all_of_it_is_told(database):
    service = a_service(
        database,
        Failing(KRAKEN, ZeroDivisionError("one")),
        Failing(COINBASE, TryLaterError(Venue.COINBASE, "maintenance")),
        Failing(ALPACA, LookupError("two")),
    )

    with pytest.raises(ExceptionGroup) as caught:
        await service.fetch_overview(OWNER)

    assert [type(error) for error in caught.value.exceptions] == [ZeroDivisionError, LookupError]


async def test_a_broker_that_is_only_slow_is_named_until_it_answers(rooms):
    async with rooms(venues=(Venue.KRAKEN, Venue.ALPACA)) as room:
        room.deposit("USD", "100")
        await room.engine.balances.fetch_overview(OWNER_ID)
        room.fault(FaultKind.DELAY_BEFORE, "BalanceEx", delay_s=5)

        slow = await room.engine.balances.fetch_overview(OWNER_ID)
        await asyncio.sleep(10)
        answered = await room.engine.balances.fetch_overview(OWNER_ID)

    kraken = next(state for state in slow.states if state.broker is Venue.KRAKEN)
    assert slow.waiting == (kraken,)
    assert kraken.balance.total_equity_usd == 100
    assert answered.waiting == ()
