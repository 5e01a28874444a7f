"""The past of the sandbox's market: what was worth how much when, and the candles of it."""

from decimal import Decimal

import pytest

from sandbox.market import Market
from tests.sandbox.builders import a_listing

HOUR_S = 3_600
NOW = 1_700_002_800.0
NINE = int(NOW) - 3 * HOUR_S


@pytest.fixture
def clock():
    return [NOW]


@pytest.fixture
def market(clock):
    market = Market(now=lambda: clock[0])
    market.set_price("BTC", Decimal(60_000))
    market.set_price("EUR", Decimal("1.20"))
    return market


def closes(market, listing, first, last, width_s=HOUR_S):
    return [
        (candle.start, candle.close)
        for candle in market.candles(listing, width_s=width_s, first=first, last=last)
    ]


def test_what_was_before_the_first_known_price_is_taken_for_the_same(market):
    candles = closes(market, a_listing(), NINE, NINE)

    assert candles == [(NINE, Decimal("60000.0"))]


def test_a_past_price_holds_until_the_next_known_one(market, clock):
    market.set_past_price("BTC", Decimal(50_000), since=NINE + 1)
    clock[0] += 60

    candles = closes(market, a_listing(), NINE, NOW)

    assert [close for _, close in candles] == [50_000, 50_000, 50_000, 60_000]


def test_a_candle_closes_with_the_last_price_in_it_and_opens_with_the_one_before(market, clock):
    clock[0] += 120
    market.set_price("BTC", Decimal(61_000))
    market.set_price("BTC", Decimal(59_000))

    (candle,) = market.candles(a_listing(), width_s=60, first=clock[0], last=clock[0])

    assert (candle.open, candle.high, candle.low, candle.close) == (60_000, 60_000, 59_000, 59_000)


def test_a_pair_of_two_priced_assets_has_their_ratio_down_to_its_tick(market):
    market.set_past_price("EUR", Decimal("1.10"), since=NINE)
    listing = a_listing(symbol="BTC/EUR", quote="EUR")

    assert closes(market, listing, NINE, NINE) == [(NINE, Decimal("54545.4"))]


def test_there_is_no_candle_of_a_time_when_nobody_priced_it(market):
    market.set_past_price("EUR", None, since=NINE)
    market.set_past_price("EUR", Decimal("1.10"), since=NINE + HOUR_S)
    listing = a_listing(symbol="EUR/USD", base="EUR")

    assert closes(market, listing, NINE, NOW - 1) == [
        (NINE + HOUR_S, Decimal("1.1")),
        (NINE + 2 * HOUR_S, Decimal("1.1")),
    ]


def test_there_is_no_candle_of_the_future(market):
    assert [start for start, _ in closes(market, a_listing(), NOW, NOW + HOUR_S)] == [NOW]


def test_what_nobody_ever_priced_has_no_past(market):
    assert closes(market, a_listing(symbol="SGB/USD", base="SGB"), NINE, NOW) == []


def test_what_nobody_prices_any_more_had_a_price(market, clock):
    market.forget_price("BTC")
    market.set_past_price("BTC", Decimal(60_000), since=NINE)

    assert [start for start, _ in closes(market, a_listing(), NINE, NOW)] == [
        NINE,
        NINE + HOUR_S,
        NINE + 2 * HOUR_S,
    ]
