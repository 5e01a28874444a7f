"""Past prices from Alpaca's bars: the newest bar by then, its JSON numbers read as they are written."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.brokers.alpaca.parse import parse_bars
from engine.brokers.parse import MalformedAnswerError

BARS = "GET /v1beta3/crypto/{loc}/bars"
THEN = datetime(2025, 3, 4, 12, 0, 30, tzinfo=UTC)


def since(moment):
    return moment.timestamp()


async def test_a_past_price_comes_from_the_minute_of_its_moment(market_data, venue):
    venue.market.set_past_price("USDC", Decimal("0.9871"), since=since(THEN))
    venue.market.set_past_price("USDC", Decimal("0.9"), since=since(THEN + timedelta(minutes=1)))

    assert await market_data.fetch_close("USDC/USD", THEN) == Decimal("0.9871")


async def test_one_bar_is_requested(market_data, venue):
    await market_data.fetch_close("BTC/USD", THEN)

    (call,) = venue.sent(BARS)
    assert call == {
        "loc": "us",
        "symbols": "BTC/USD",
        "timeframe": "1Min",
        "start": "2025-03-04T07:00:30Z",
        "end": "2025-03-04T12:00:30Z",
        "limit": "1",
        "sort": "desc",
    }


async def test_what_had_no_price_for_hours_has_none(market_data, venue):
    venue.market.set_past_price("USDC", None, since=since(THEN - timedelta(hours=6)))

    assert await market_data.fetch_close("USDC/USD", THEN) is None


async def test_shares_are_no_money_and_nothing_is_asked_of_them(market_data, venue):
    await market_data.load_stocks(["AAPL"])

    assert await market_data.fetch_close("AAPL/USD", THEN) is None
    assert venue.sent(BARS) == []


@pytest.mark.parametrize("bars", [{}, {"BTC/USD": None}, {"BTC/USD": []}])
def test_a_pair_without_bars_has_none(bars):
    assert parse_bars({"bars": bars}, "BTC/USD") == []


@pytest.mark.parametrize("answer", [{}, {"bars": []}, {"bars": {"BTC/USD": [{"t": "noon", "c": "1"}]}}])
def test_garbage_is_no_bar(answer):
    with pytest.raises(MalformedAnswerError):
        parse_bars(answer, "BTC/USD")
