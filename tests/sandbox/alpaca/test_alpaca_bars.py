"""Crypto bars as Alpaca answers them: JSON numbers, both ends included, page by page."""

from decimal import Decimal

import pytest

BARS = "/v1beta3/crypto/us/bars"
#: 12:00 in New York, at which the venue's clock stands.
NOON = "2023-11-15T17:00:00Z"


async def bars(client, **params):
    asked = {"symbols": "BTC/USD", "timeframe": "1Min", **params}
    return await client.get(BARS, asked, headers={})


async def test_bars_need_no_key_and_are_in_json_numbers(client):
    status, body = await bars(client, start=NOON, end=NOON)

    bar = {"t": NOON, "o": 100.0, "h": 100.0, "l": 100.0, "c": 100.0, "vw": 100.0, "v": 1.0, "n": 1}
    assert (status, body) == (200, {"bars": {"BTC/USD": [bar]}, "next_page_token": None})


async def test_the_newest_comes_first_only_when_that_is_requested(client, market):
    market.set_past_price("BTC", Decimal("90.25"), since=1_700_067_480)

    _, oldest = await bars(client, start="2023-11-15T16:58:00Z")
    _, newest = await bars(client, start="2023-11-15T16:58:00Z", sort="desc")

    closes = [bar["c"] for bar in oldest["bars"]["BTC/USD"]]
    assert closes == [90.25, 90.25, 100.0]
    assert [bar["c"] for bar in newest["bars"]["BTC/USD"]] == closes[::-1]


async def test_pages_go_on_where_the_last_one_ended(client):
    asked = {"start": "2023-11-15T16:58:00Z", "limit": "2"}

    _, first = await bars(client, **asked)
    _, second = await bars(client, **asked, page_token=first["next_page_token"])

    assert [bar["t"] for bar in first["bars"]["BTC/USD"]] == ["2023-11-15T16:58:00Z", "2023-11-15T16:59:00Z"]
    assert [bar["t"] for bar in second["bars"]["BTC/USD"]] == [NOON]
    assert second["next_page_token"] is None


async def test_unless_told_otherwise_they_begin_with_the_day(client):
    _, body = await bars(client, timeframe="1Hour")

    assert [bar["t"] for bar in body["bars"]["BTC/USD"]][0::17] == ["2023-11-15T00:00:00Z", NOON]


async def test_what_is_not_listed_or_was_not_priced_is_left_out(client, market):
    market.set_past_price("BTC", None, since=1_600_000_000)

    _, body = await bars(client, symbols="BTC/USD,NO/PE", start="2021-01-01", end="2021-01-02")

    assert body == {"bars": {}, "next_page_token": None}


@pytest.mark.parametrize("timeframe", ["1min", "1MIN", "1T"])
async def test_a_timeframe_is_taken_in_any_case(client, timeframe):
    _, body = await bars(client, timeframe=timeframe, start=NOON, end=NOON)

    assert body == (await bars(client, start=NOON, end=NOON))[1]
    assert body["bars"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"symbols": "btc"}, "Invalid symbol(s): btc does not match ^[A-Z]+/[A-Z]+$"),
        ({"timeframe": ""}, "invalid timeframe: "),
        ({"timeframe": "60Min"}, "invalid timeframe: 60Min"),
        ({"start": "yesterday"}, "invalid start: yesterday"),
        ({"start": NOON, "end": "2023-11-15T16:00:00Z"}, "end should not be before start"),
        ({"limit": "10001"}, "invalid limit: 10001"),
        ({"sort": "random"}, "invalid sort: random"),
        ({"page_token": "bm9wZQ=="}, "invalid page_token: bm9wZQ=="),
        ({"page_token": "?"}, "invalid page_token: ?"),
    ],
)
async def test_what_makes_no_sense_is_refused(client, changes, words):
    assert await bars(client, **changes) == (400, {"message": words})
