"""What was reported of missing prices outlives the process: it is reported again in its pauses, and as over once."""

from decimal import Decimal

import pytest

from engine.alerts.messages import BrokerTrouble, PriceTrouble
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.market import Override

WIDE = Override(bid=Decimal(59000), ask=Decimal(61000))


@pytest.fixture
async def unpriced(room):
    """Two guards whose owner was told that their prices are missing, and once more."""
    room.deposit("BTC", "0.1")
    room.deposit("ETH", "1")
    room.set_bid("60000")
    room.set_bid("2000", "ETH/USD")
    await room.arm("0.1", "6000")
    await room.arm("1", "1900", guard_id="guard-2", symbol="ETH/USD")
    await room.look()
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await watch(room, 60)
    assert [alarm.what for alarm in await room.alerts(PriceTrouble)] == ["unknown", "unknown"]
    return room


async def watch(room, seconds):
    for _ in range(seconds // 5):
        await room.clock.sleep(5)
        await room.look()


def has_prices(room):
    room.world.faults(Venue.KRAKEN).clear()


@pytest.mark.fault("P36")
async def test_prices_that_came_back_while_the_process_was_down_are_reported_as_back_once(unpriced):
    has_prices(unpriced)
    await unpriced.restart()
    await watch(unpriced, 10)
    await unpriced.restart()
    await watch(unpriced, 10)

    first, *_, back = await unpriced.alerts(PriceTrouble)
    assert [alarm.what for alarm in await unpriced.alerts(PriceTrouble)] == ["unknown", "unknown", "back"]
    assert (back.since, {back.symbol, *back.others}) == (first.since, {"BTC/USD", "ETH/USD"})


async def test_prices_that_stay_away_over_restarts_are_reported_again_in_their_pauses_alone(unpriced):
    for _ in range(6):
        await unpriced.restart()
        await watch(unpriced, 60)
    has_prices(unpriced)
    await unpriced.restart()
    await watch(unpriced, 10)

    alarms = await unpriced.alerts(PriceTrouble)
    assert [(alarm.what, alarm.again) for alarm in alarms] == [
        ("unknown", False),
        ("unknown", True),
        ("unknown", True),
        ("back", False),
    ]
    assert len({alarm.since for alarm in alarms}) == 1


async def test_a_guard_that_has_its_price_back_before_the_restart_is_not_reported_again(unpriced):
    has_prices(unpriced)
    await watch(unpriced, 10)
    await unpriced.restart()
    await watch(unpriced, 30)

    assert [alarm.what for alarm in await unpriced.alerts(PriceTrouble)] == ["unknown", "unknown", "back"]


async def test_of_a_guard_that_ended_while_its_price_was_missing_nothing_more_is_reported(unpriced):
    for guard in await unpriced.guards():
        await unpriced.damage("guards", "state = 'closed'", f"guard_id = '{guard.guard_id}'")
    has_prices(unpriced)
    await unpriced.restart()
    await watch(unpriced, 10)

    assert [alarm.what for alarm in await unpriced.alerts(PriceTrouble)] == ["unknown", "unknown"]


async def test_an_outage_after_a_restart_is_not_reported_beside_the_price_alarm_that_names_it(unpriced):
    unpriced.fault(FaultKind.HTTP_ERROR_BEFORE, "*", times=None)
    await unpriced.restart()
    for _ in range(5):
        await watch(unpriced, 60)
        await unpriced.read()
    has_prices(unpriced)
    await watch(unpriced, 10)
    await unpriced.read()

    assert await unpriced.alerts(BrokerTrouble) == []
    assert [alarm.what for alarm in await unpriced.alerts(PriceTrouble)][-1] == "back"


async def test_the_beginning_is_shown_as_it_was_reported_although_the_clock_was_set_back(unpriced):
    [first, _] = await unpriced.alerts(PriceTrouble)
    has_prices(unpriced)
    unpriced.clock.set_by(-3600)
    await unpriced.restart()
    await watch(unpriced, 10)

    assert (await unpriced.alerts(PriceTrouble))[-1].since == first.since


# a spread that is too wide to sell by


@pytest.fixture
async def wide(room):
    """A guard whose owner was told that its spread is wide."""
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000")
    room.world.market.override("kraken", "BTC/USD", WIDE)
    await watch(room, 120)
    assert [alarm.what for alarm in await room.alerts(PriceTrouble)] == ["wide_spread"]
    return room


async def test_a_spread_that_stays_wide_over_a_restart_is_not_reported_again(wide):
    for _ in range(2):
        await wide.restart()
        await watch(wide, 180)

    assert [alarm.what for alarm in await wide.alerts(PriceTrouble)] == ["wide_spread"]


async def test_a_spread_that_is_small_again_after_a_restart_is_reported_once(wide):
    wide.world.market.restore("kraken", "BTC/USD")
    for _ in range(2):
        await wide.restart()
        await watch(wide, 30)

    begun, over = await wide.alerts(PriceTrouble)
    assert (over.what, over.since) == ("narrow_spread", begun.since)


async def test_a_spread_that_is_wide_once_more_after_a_restart_is_reported_again(wide):
    wide.world.market.restore("kraken", "BTC/USD")
    await watch(wide, 10)
    await wide.restart()
    wide.world.market.override("kraken", "BTC/USD", WIDE)
    await watch(wide, 120)

    reported = [alarm.what for alarm in await wide.alerts(PriceTrouble)]
    assert reported == ["wide_spread", "narrow_spread", "wide_spread"]


async def test_the_end_of_a_wide_spread_that_could_not_be_written_is_reported_by_the_next_look(wide):
    wide.world.market.restore("kraken", "BTC/USD")
    async with wide.refused_changes("NEW.kind = 'price_trouble'", table="alerts"):
        await watch(wide, 10)
    await watch(wide, 10)

    assert [alarm.what for alarm in await wide.alerts(PriceTrouble)] == ["wide_spread", "narrow_spread"]
    wide.expected_failures.append("refused by a trigger")
