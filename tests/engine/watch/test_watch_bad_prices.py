"""Prices that cannot be true at the watch: they sell nothing, alarm once they last, and hide no loss."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from engine.alerts.messages import ExitFilled
from engine.guards.guard import GuardState
from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.market import Override
from tests.engine.watch.watching import BAD, first_alarm, seen, watch

NAN = Decimal("NaN")


@pytest.mark.fault("V18")
@pytest.mark.parametrize(("price", "problem"), BAD.values(), ids=BAD)
async def test_a_bad_price_sells_nothing_and_alarms_once_it_lasts(guarded, price, problem):
    guarded.world.market.override("kraken", "BTC/USD", price)

    await guarded.look()
    at_first = await guarded.alerts()
    await watch(guarded, 60)

    assert at_first == []
    assert seen(guarded) == PriceUnknown(problem=problem)
    alarm, reminder = await guarded.alerts()
    assert (alarm.what, alarm.why, alarm.again) == ("unknown", problem, False)
    assert (reminder.what, reminder.again) == ("unknown", True)
    assert guarded.sent() == []
    assert (await guarded.guard()).state is GuardState.ARMED


@pytest.mark.fault("V18")
async def test_a_price_that_is_no_number_sells_nothing(guarded):
    guarded.world.market.override("kraken", "BTC/USD", Override(bid=NAN, ask=Decimal(50000)))

    await watch(guarded, 20)

    assert guarded.sent() == []
    assert [alarm.what for alarm in await guarded.alerts()] == ["unknown"]


@pytest.mark.fault("V18")
async def test_a_bad_price_hides_no_loss_the_next_good_one_sells(guarded):
    guarded.world.market.override("kraken", "BTC/USD", BAD["crossed"][0])
    await guarded.look()
    guarded.set_bid("59400")
    guarded.world.market.restore("kraken", "BTC/USD")

    await guarded.sell_off()

    [sale] = await guarded.alerts(ExitFilled)
    assert sale.trigger_ratio == Decimal("-0.01")


@pytest.mark.fault("V95")
@pytest.mark.parametrize(
    "answer",
    [
        {"body": '{"error":[],"result":' + "[" * 200_000 + "]" * 200_000 + "}"},
        {"body": '{"error":[]}', "content_type": "application/json; charset=hex"},
    ],
    ids=["nested too deep", "no charset"],
)
async def test_prices_that_cannot_be_read_raise_the_alarm_in_time_and_the_next_good_one_sells(
    guarded, answer
):
    guarded.fault(FaultKind.WRONG_BODY, "Ticker", times=None, **answer)
    guarded.set_bid("50000")

    alarm = await first_alarm(guarded)
    guarded.world.faults(Venue.KRAKEN).clear()
    await guarded.sell_off()

    assert (alarm.what, alarm.why) == ("unknown", PriceProblem.NO_PRICES)
    assert len(guarded.sent()) == 1


async def test_one_guard_that_cannot_be_judged_keeps_no_other_from_it(guarded):
    guarded.deposit("ETH", "1")
    guarded.set_bid("3000", "ETH/USD")
    await guarded.arm("1", "3000", "ETH/USD", guard_id="guard-2")
    guarded.world.market.override("kraken", "BTC/USD", BAD["no bid"][0])
    await watch(guarded, 10)
    async with guarded.database.write() as session:
        await session.exec(text("ALTER TABLE alerts RENAME TO hidden"))

    await watch(guarded, 10)

    assert guarded.engine.watch.guard_marks["guard-2"].last.at == guarded.clock.now()
    assert "guards at Kraken were not judged" in guarded.failures[0]
    guarded.expected_failures = guarded.failures


async def test_prices_count_although_nobody_reports_the_listings(guarded):
    market = guarded.base.markets[Venue.KRAKEN]
    market._instruments = {}
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "AssetPairs", times=None)

    await guarded.look()

    assert seen(guarded).price == Decimal(60000)
