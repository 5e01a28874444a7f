"""Past prices from Coinbase's candles: the last minute that was traded, however long ago it was."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

CANDLES = "market/products/{product_id}/candles"
THEN = datetime(2025, 3, 4, 12, 0, 30, tzinfo=UTC)


def since(moment):
    return moment.timestamp()


async def test_a_past_price_comes_from_the_minute_of_its_moment(market_data, venue):
    venue.market.set_past_price("USDT", Decimal("0.99871"), since=since(THEN - timedelta(minutes=2)))
    venue.market.set_past_price("USDT", Decimal("0.9987"), since=since(THEN))
    venue.market.set_past_price("USDT", Decimal("0.99"), since=since(THEN + timedelta(minutes=1)))

    assert await market_data.fetch_close("USDT/USD", THEN) == Decimal("0.9987")


async def test_a_quiet_hour_before_it_still_shows_the_price(market_data, venue):
    venue.market.set_past_price("USDT", Decimal("0.99871"), since=since(THEN - timedelta(hours=2)))
    venue.market.set_past_price("USDT", None, since=since(THEN - timedelta(hours=1)))

    assert await market_data.fetch_close("USDT/USD", THEN) == Decimal("0.99871")


async def test_what_was_not_traded_for_hours_has_no_price(market_data, venue):
    venue.market.set_past_price("USDT", None, since=since(THEN - timedelta(hours=6)))

    assert await market_data.fetch_close("USDT/USD", THEN) is None


async def test_one_request_asks_for_fewer_candles_than_the_venue_s_limit(market_data, venue):
    await market_data.fetch_close("BTC/USD", THEN)

    (call,) = venue.sent(CANDLES)
    assert call == {
        "product_id": "BTC-USD",
        "start": str(int(since(THEN)) - 5 * 3_600),
        "end": str(int(since(THEN))),
        "granularity": "ONE_MINUTE",
    }
