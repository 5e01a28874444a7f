"""Alarms of missing prices: how often they come, for which guards together, and what becomes of one that could not be written."""

from datetime import timedelta

import pytest

from engine.alerts.messages import PriceTrouble
from sandbox.faults import FaultKind
from sandbox.market import Override
from tests.engine.watch.watching import BAD, watch


async def test_the_first_good_price_after_an_alarm_is_reported(guarded):
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await watch(guarded, 30)
    guarded.world.faults("kraken").clear()

    await watch(guarded, 10)

    assert [alert.what for alert in await guarded.alerts(PriceTrouble)] == ["unknown", "back"]


async def test_an_alarm_that_could_not_be_written_is_reported_by_the_next_look(guarded):
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await watch(guarded, 10)
    async with guarded.held_database():
        await watch(guarded, 12, every_s=2)
    early = await guarded.alerts(PriceTrouble)

    await watch(guarded, 20)

    assert early == []
    [alarm] = await guarded.alerts(PriceTrouble)
    assert alarm.what == "unknown"
    guarded.expected_failures.append("database is locked")


@pytest.mark.fault("V38")
async def test_a_price_that_stays_away_is_reported_again_with_growing_pauses_and_when_it_is_back(guarded):
    guarded.world.market.override("kraken", "BTC/USD", Override(bid=None, ask=None))
    began = guarded.clock.now()
    for _ in range(40):
        await watch(guarded, 60, every_s=15)
    guarded.world.market.restore("kraken", "BTC/USD")
    await watch(guarded, 10)

    alarms = await guarded.alerts(PriceTrouble)
    assert [alarm.what for alarm in alarms] == ["unknown"] * 4 + ["back"]
    assert [alarm.again for alarm in alarms[:4]] == [False, True, True, True]
    assert {alarm.since - began for alarm in alarms} <= {timedelta(0), timedelta(seconds=15)}


@pytest.mark.fault("V38")
async def test_a_silent_venue_is_reported_once_for_all_its_guards(guarded):
    guarded.set_bid("2000", "ETH/USD")
    await guarded.arm("1", "1900", guard_id="guard-2", symbol="ETH/USD")
    await guarded.arm("0.01", "500", guard_id="guard-3")
    await guarded.look()
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await watch(guarded, 60)
    guarded.world.faults("kraken").clear()

    await watch(guarded, 10)

    alarms = await guarded.alerts(PriceTrouble)
    assert [alarm.what for alarm in alarms] == ["unknown", "unknown", "back"]
    assert all({alarm.symbol, *alarm.others} == {"BTC/USD", "ETH/USD"} for alarm in alarms)


@pytest.mark.fault("V43")
async def test_coins_that_lose_their_price_in_one_outage_are_reported_in_one_message(guarded):
    guarded.set_bid("2000", "ETH/USD")
    await guarded.arm("1", "1900", guard_id="guard-2", symbol="ETH/USD")
    await guarded.look()
    guarded.world.market.override("kraken", "BTC/USD", BAD["crossed"][0])
    guarded.world.market.override("kraken", "ETH/USD", BAD["no bid"][0])

    await watch(guarded, 25)

    [alarm] = await guarded.alerts(PriceTrouble)
    assert (alarm.what, {alarm.symbol, *alarm.others}) == ("unknown", {"BTC/USD", "ETH/USD"})


async def test_a_reminder_that_could_not_be_written_is_reported_by_a_later_look(guarded):
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await watch(guarded, 30)
    async with guarded.held_database():
        await watch(guarded, 30)

    await watch(guarded, 30)

    assert [alarm.again for alarm in await guarded.alerts(PriceTrouble)] == [False, True]
    guarded.expected_failures.append("database is locked")


@pytest.mark.fault("P46")
async def test_a_price_that_is_back_and_cannot_be_reported_keeps_no_missing_one_from_being_reported(guarded):
    guarded.set_bid("2000", "ETH/USD")
    await guarded.arm("1", "1900", guard_id="guard-2", symbol="ETH/USD")
    await guarded.look()
    guarded.world.market.override("kraken", "BTC/USD", BAD["crossed"][0])
    await watch(guarded, 25)
    guarded.world.market.restore("kraken", "BTC/USD")
    guarded.world.market.override("kraken", "ETH/USD", BAD["crossed"][0])

    async with guarded.refused_changes("NEW.dedup_key LIKE '%:back:%'", table="alerts"):
        await watch(guarded, 25)
    reported = [(alarm.symbol, alarm.what) for alarm in await guarded.alerts(PriceTrouble)]
    await watch(guarded, 5)

    assert reported == [("BTC/USD", "unknown"), ("ETH/USD", "unknown")]
    assert [alarm.what for alarm in await guarded.alerts(PriceTrouble)] == ["unknown", "unknown", "back"]
    guarded.expected_failures.append("refused by a trigger")
