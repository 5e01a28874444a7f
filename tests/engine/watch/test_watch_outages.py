"""A venue that is down, hangs or drops connections: when the watch alarms, why, and what is sold afterwards."""

from datetime import timedelta
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled, PriceTrouble
from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from tests.engine.watch.watching import first_alarm, seen, watch


@pytest.mark.fault("V68")
async def test_an_outage_in_the_midst_of_a_sale_is_reminded_of_by_the_sale_alone(guarded):
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "AddOrder", times=None)
    guarded.set_bid("58000")
    await watch(guarded, 5)
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "*", times=None)

    await watch(guarded, 180)

    assert len(await guarded.alerts(ExitFailing)) > 1
    assert [alarm.what for alarm in await guarded.alerts(PriceTrouble)] == ["unknown"]


@pytest.mark.parametrize("kind", [FaultKind.HTTP_ERROR_BEFORE, FaultKind.DROP_BEFORE])
async def test_a_venue_that_is_down_altogether_is_said_not_to_answer(guarded, kind):
    guarded.fault(kind, "*", times=None)

    await watch(guarded, 20)

    [alarm] = await guarded.alerts(PriceTrouble)
    assert (alarm.what, alarm.why) == ("unknown", PriceProblem.NO_ANSWER)


async def test_a_venue_that_answers_without_prices_is_said_to_report_none(guarded):
    guarded.fault(FaultKind.HTML_200, "Ticker", times=None)

    await watch(guarded, 20)

    [alarm] = await guarded.alerts(PriceTrouble)
    assert (alarm.what, alarm.why) == ("unknown", PriceProblem.NO_PRICES)


@pytest.mark.fault("V14")
async def test_a_venue_that_does_not_answer_gives_no_price_and_alarms_after_the_longest_age(guarded):
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)

    await watch(guarded, 15)
    early = await guarded.alerts(PriceTrouble)
    await watch(guarded, 5)

    assert early == []
    [alarm] = await guarded.alerts(PriceTrouble)
    assert (alarm.what, alarm.why) == ("unknown", PriceProblem.NO_ANSWER)
    assert guarded.clock.now() - alarm.since == timedelta(seconds=15)


@pytest.mark.fault("V93")
async def test_a_breach_seen_after_an_outage_says_since_when_there_was_no_price(guarded):
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await watch(guarded, 10)
    began = guarded.clock.now() - timedelta(seconds=5)  # the first of two looks that brought nothing
    guarded.set_bid("50000")
    guarded.world.faults("kraken").clear()

    await guarded.sell_off()

    [sale] = await guarded.alerts(ExitFilled)
    assert sale.unseen.why == PriceProblem.NO_ANSWER
    assert (sale.unseen.since, sale.unseen.until) == (began, sale.triggered_at)


@pytest.mark.fault("V21")
async def test_connections_that_drop_again_and_again_hide_no_loss_the_next_answer_sells(guarded):
    guarded.fault(FaultKind.DROP_BEFORE, "Ticker", times=3)
    guarded.fault(FaultKind.DROP_AFTER, "Ticker", times=3)
    guarded.fault(FaultKind.TRUNCATE, "Ticker", times=3)
    guarded.set_bid("59400")

    await watch(guarded, 60)
    await guarded.wait_for("exit ")

    [sale] = await guarded.alerts(ExitFilled)
    assert sale.trigger_ratio == Decimal("-0.01")
    assert guarded.world.faults("kraken").planned == ()


@pytest.mark.fault("V22")
async def test_a_venue_that_hangs_does_not_delay_another(rooms):
    async with rooms(venues=(Venue.KRAKEN, Venue.COINBASE)) as room:
        for venue in (Venue.KRAKEN, Venue.COINBASE):
            room.deposit("BTC", "0.1", venue=venue)
            await room.arm("0.1", "6000", venue=venue, guard_id=venue.value)
        room.set_bid("50000", venue=Venue.COINBASE)
        room.fault(FaultKind.DELAY_BEFORE, "Ticker", times=None, delay_s=60)

        await room.engine.guard()
        await room.clock.sleep(1)

        [sale] = await room.alerts(ExitFilled)
        assert sale.venue is Venue.COINBASE
        assert sale.filled_at - room.clock.now() < timedelta(seconds=1)


@pytest.mark.fault("P8")
async def test_a_look_that_takes_too_long_is_given_up_and_counts_as_no_price(guarded):
    guarded.fault(FaultKind.DELAY_BEFORE, "Ticker", times=None, delay_s=60)
    looked_at = guarded.engine.watch.looked_at[Venue.KRAKEN]

    await guarded.look()

    assert seen(guarded) == PriceUnknown(problem=PriceProblem.NO_ANSWER)
    assert guarded.engine.watch.looked_at[Venue.KRAKEN] == looked_at


@pytest.mark.fault("V14")
@pytest.mark.parametrize("endpoint", ["Ticker", "Depth"])
async def test_a_venue_that_hangs_raises_the_alarm_within_the_longest_age(guarded, endpoint):
    guarded.set_bid("30000")  # so much lower that the order book is asked, too
    guarded.fault(FaultKind.DELAY_BEFORE, endpoint, times=None, delay_s=60)
    began = guarded.clock.monotonic()

    alarm = await first_alarm(guarded)

    assert 10 < guarded.clock.monotonic() - began <= 15
    assert (alarm.what, alarm.since - guarded.clock.now() < timedelta(seconds=-10)) == ("unknown", True)


@pytest.mark.fault("V15")
@pytest.mark.parametrize("step_s", [-30 * 86_400, -3600, -10, 10, 3600, 30 * 86_400])
@pytest.mark.parametrize("fault", [FaultKind.HTTP_ERROR_BEFORE, FaultKind.DELAY_BEFORE])
async def test_a_missing_price_alarms_in_time_whatever_the_clock_was_set_to(guarded, fault, step_s):
    guarded.fault(fault, "Ticker", times=None, delay_s=60)
    began = guarded.clock.monotonic()
    await guarded.look()

    guarded.clock.set_by(step_s)
    alarm = await first_alarm(guarded)

    assert alarm.what == "unknown"
    assert 10 < guarded.clock.monotonic() - began <= 16
