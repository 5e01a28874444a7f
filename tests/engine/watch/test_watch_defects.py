"""A defect of our own in the watch is reported as one and hides no other guard."""

import pytest

from engine.alerts.messages import PriceTrouble
from engine.market.mark import PriceProblem
from engine.model.venues import Venue
from tests.engine.watch.watching import first_alarm, watch


async def test_a_guard_that_our_own_defect_keeps_from_being_judged_is_reported_without_a_price(guarded):
    guarded.engine.watch._marks[Venue.KRAKEN].mark_of = None

    await watch(guarded, 20)

    [alarm] = await guarded.alerts(PriceTrouble)
    assert alarm.why == PriceProblem.NOT_JUDGED
    assert guarded.failures
    guarded.expected_failures = guarded.failures


@pytest.mark.parametrize("method", ["fetch_quotes", "fetch_book"])
async def test_prices_that_our_own_defect_keeps_from_being_read_raise_the_alarm_in_time(guarded, method):
    setattr(guarded.engine.watch._marks[Venue.KRAKEN]._market.data, method, None)
    guarded.set_bid("30000")  # so much lower that the order book is asked, too
    began = guarded.clock.monotonic()

    alarm = await first_alarm(guarded)

    assert (alarm.what, alarm.why) == ("unknown", PriceProblem.NOT_JUDGED)
    assert 10 < guarded.clock.monotonic() - began <= 16
    assert "TypeError" in defects(guarded)


async def test_a_guard_is_sold_although_our_own_defect_keeps_the_listings_from_being_read(guarded):
    market = guarded.engine.watch._marks[Venue.KRAKEN]._market
    market._instruments = {}
    market.data.fetch_instruments = None
    await guarded.clock.sleep(60)
    guarded.set_bid("50000")

    await guarded.sell_off()

    assert len(guarded.sent()) == 1
    assert "TypeError" in defects(guarded)


def defects(room):
    """What was raised in reading a venue, as the log has it."""
    return {
        type(log["exc_info"][1] if isinstance(log["exc_info"], tuple) else log["exc_info"]).__name__
        for log in room.logs
        if log["event"] == "a reading failed at a defect"
    }
