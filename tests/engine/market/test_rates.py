"""The dollar rate of a past moment, over the same pairs that value a currency today."""

from datetime import timedelta
from decimal import Decimal

from engine.market.rates import PastRates, Payment, fetch_usd_rate
from engine.model.venues import Venue


def then(room):
    return room.clock.now() - timedelta(days=3)


async def test_a_currency_with_a_pair_of_its_own_costs_what_the_pair_closed_at(room):
    room.world.market.set_past_price("EUR", Decimal("1.23"), since=0)

    assert await fetch_usd_rate(room.base.markets[Venue.KRAKEN], "EUR", then(room)) == Decimal("1.23")


async def test_a_currency_without_any_pair_has_no_rate_and_nobody_is_asked(room):
    assert await fetch_usd_rate(room.base.markets[Venue.KRAKEN], "CHF", then(room)) is None
    assert room.sent("OHLC") == []


async def test_a_rate_that_the_venue_refuses_to_report_is_none(room):
    room.fault("error", "OHLC", message="EQuery:Unknown asset pair")

    assert await fetch_usd_rate(room.base.markets[Venue.KRAKEN], "EUR", then(room)) is None


async def test_there_is_a_pause_between_two_questions(room):
    rates = PastRates(markets=room.base.markets, clock=room.clock)
    payments = [
        Payment(trade_id=trade_id, currency="EUR", at=then(room) + timedelta(minutes=5) * n)
        for n, trade_id in enumerate("abc")
    ]
    await room.base.markets[Venue.KRAKEN].instruments()
    begin = room.clock.monotonic()

    found = await rates.fetch(room.account(), payments)

    assert set(found) == {"a", "b", "c"}
    assert room.clock.monotonic() - begin >= 2
