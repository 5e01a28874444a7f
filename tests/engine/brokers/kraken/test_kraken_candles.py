"""Past prices from Kraken's candles: the finest width that still reaches the moment, read exactly."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.brokers.kraken.candles import parse_candles, plan_candle_width
from engine.brokers.parse import MalformedAnswerError

DAY = timedelta(days=1)


def ago(**age):
    return datetime.now(UTC) - timedelta(**age)


@pytest.mark.parametrize(
    ("age", "minutes"),
    [
        (timedelta(seconds=-5), 1),
        (timedelta(minutes=717), 1),
        (timedelta(minutes=718), 5),
        (3 * DAY, 15),
        (10 * DAY, 30),
        (20 * DAY, 60),
        (40 * DAY, 240),
        (400 * DAY, 1440),
        (800 * DAY, 10_080),
        (6_000 * DAY, 21_600),
    ],
)
def test_the_finest_width_that_reaches_so_far_is_requested(age, minutes):
    assert plan_candle_width(age) == timedelta(minutes=minutes)


def test_nothing_reaches_what_is_too_long_ago():
    assert plan_candle_width(11_000 * DAY) is None


@pytest.mark.parametrize(
    ("age", "interval"), [({"minutes": 5}, "1"), ({"hours": 20}, "5"), ({"days": 400}, "1440")]
)
async def test_a_past_price_comes_from_the_candle_of_its_moment(market_data, venue, age, interval):
    venue.market.set_past_price("EUR", Decimal("1.11111"), since=ago(days=1_000).timestamp())
    venue.market.set_past_price("EUR", Decimal("1.23457"), since=(ago(**age) - 2 * DAY).timestamp())

    price = await market_data.fetch_close("EUR/USD", ago(**age))

    assert price == Decimal("1.23457")
    assert [call["interval"] for call in venue.sent("OHLC")] == [interval]


async def test_only_the_candles_from_that_moment_on_are_requested(market_data, venue):
    at = datetime.now(UTC).replace(second=30, microsecond=0) - timedelta(minutes=10)

    await market_data.fetch_close("BTC/USD", at)

    (call,) = venue.sent("OHLC")
    assert int(call["since"]) == at.timestamp() - 90


async def test_what_had_no_price_then_has_none(market_data, venue):
    venue.market.set_past_price("EUR", None, since=ago(days=40).timestamp())

    assert await market_data.fetch_close("EUR/USD", ago(days=30)) is None


async def test_what_is_too_long_ago_is_not_requested(market_data, venue):
    assert await market_data.fetch_close("BTC/USD", datetime(1990, 1, 1, tzinfo=UTC)) is None
    assert venue.sent("OHLC") == []


@pytest.mark.parametrize(
    "result",
    [
        None,
        {"last": 1},
        {"A": [], "B": [], "last": 1},
        {"A": {}},
        {"A": [[1, "1", "1", "1"]]},
        {"A": [["now", "1", "1", "1", "1"]]},
        {"A": [[1, "1", "1", "1", "NaN"]]},
    ],
)
def test_garbage_is_no_candle(result):
    with pytest.raises(MalformedAnswerError):
        parse_candles(result)
