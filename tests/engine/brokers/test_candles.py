from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.brokers.candles import Candle, close_at
from engine.brokers.parse import MalformedAnswerError

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def a_candle(minutes, close):
    return Candle(start=NOON + timedelta(minutes=minutes), close=Decimal(close))


def test_the_newest_candle_that_began_by_then_shows_the_price_in_whatever_order_they_come():
    candles = [a_candle(2, "3"), a_candle(-1, "1"), a_candle(0, "2")]

    assert close_at(candles, NOON + timedelta(seconds=59)) == 2


def test_a_candle_that_begins_with_the_moment_is_its_own():
    assert close_at([a_candle(-1, "1"), a_candle(0, "2")], NOON) == 2


def test_later_candles_show_nothing_of_the_moment():
    assert close_at([a_candle(1, "1")], NOON) is None
    assert close_at([], NOON) is None


@pytest.mark.parametrize("close", ["0", "-1"])
def test_a_price_that_is_none_is_no_answer(close):
    with pytest.raises(MalformedAnswerError):
        close_at([a_candle(0, close)], NOON)
