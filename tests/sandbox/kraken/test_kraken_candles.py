"""OHLC as Kraken answers it: the newest 720 candles of a width, the unfinished one always among them."""

from decimal import Decimal

import pytest

DAY_S = 86_400
#: The day in which the venue's clock stands.
TODAY = 1_699_920_000


@pytest.fixture
def ohlc(session, kraken):
    async def ohlc(**params):
        async with session.get(f"{kraken.url}/0/public/OHLC", params=params) as response:
            return await response.json()

    return ohlc


async def test_a_candle_has_its_time_as_a_number_and_its_prices_as_text(ohlc):
    result = (await ohlc(pair="XBTUSD", interval="1440"))["result"]

    assert result["last"] == TODAY - DAY_S
    assert result["XXBTZUSD"][-1] == [TODAY, *["60000.00000"] * 5, "1.00000000", 1]


async def test_only_the_newest_720_can_be_had(ohlc):
    rows = (await ohlc(pair="XBTUSD", interval="1440", since="1"))["result"]["XXBTZUSD"]

    assert [len(rows), rows[0][0]] == [720, TODAY - 719 * DAY_S]


async def test_since_is_not_included_and_the_unfinished_candle_always_is(ohlc):
    async def starts(since):
        answer = await ohlc(pair="XBTUSD", interval="1440", since=str(since))
        return [row[0] for row in answer["result"]["XXBTZUSD"]]

    assert await starts(TODAY - 2 * DAY_S) == [TODAY - DAY_S, TODAY]
    assert await starts(TODAY + DAY_S) == [TODAY]


async def test_a_past_price_is_reported_and_a_stretch_without_one_is_left_out(ohlc, market):
    market.set_past_price("EUR", None, since=TODAY - 5 * DAY_S)
    market.set_past_price("EUR", Decimal("1.2345678"), since=TODAY - 2 * DAY_S)

    rows = (await ohlc(pair="EUR/USD", interval="1440", since=str(TODAY - 6 * DAY_S)))["result"]["ZEURZUSD"]

    assert [(row[0], row[4]) for row in rows] == [
        (TODAY - 2 * DAY_S, "1.23456"),
        (TODAY - DAY_S, "1.23456"),
        (TODAY, "1.10000"),
    ]


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"pair": "NOPE"}, "EQuery:Unknown asset pair"),
        ({}, "EQuery:Unknown asset pair"),
        ({"pair": "XBTUSD", "interval": "2"}, "EGeneral:Invalid arguments"),
        ({"pair": "XBTUSD", "interval": "day"}, "EGeneral:Invalid arguments:interval"),
        ({"pair": "XBTUSD", "since": "today"}, "EGeneral:Invalid arguments:since"),
    ],
)
async def test_what_makes_no_sense_is_refused(ohlc, params, error):
    assert await ohlc(**params) == {"error": [error]}
