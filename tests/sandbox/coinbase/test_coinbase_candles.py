"""Candles as Coinbase answers them: newest first, in text, whole ranges below its limit only."""

from decimal import Decimal

import pytest

CANDLES = "market/products/BTC-USD/candles"
MINUTE = {"granularity": "ONE_MINUTE"}
#: The minute in which the venue's clock stands.
NOW = 1_699_999_980


async def test_candles_of_a_range_come_newest_first_with_both_ends(client, market):
    market.set_past_price("BTC", Decimal("90.5"), since=NOW - 120)

    status, body = await client.get(
        CANDLES, [("start", NOW - 120), ("end", NOW + 600), *MINUTE.items()], signed=False
    )

    assert status == 200
    assert [row["start"] for row in body["candles"]] == [str(NOW), str(NOW - 60), str(NOW - 120)]
    assert body["candles"][1] == {
        "start": str(NOW - 60),
        "open": "90.5",
        "high": "90.5",
        "low": "90.5",
        "close": "90.5",
        "volume": "1",
    }


async def test_the_signed_path_answers_the_same(client):
    params = [("start", NOW), ("end", NOW), *MINUTE.items()]

    assert await client.get("products/BTC-USD/candles", params) == await client.get(
        CANDLES, params, signed=False
    )


async def test_a_time_without_a_price_has_no_candles(client, market):
    market.set_past_price("BTC", None, since=NOW - 6_000)

    _, body = await client.get(
        CANDLES, [("start", NOW - 600), ("end", NOW - 60), *MINUTE.items()], signed=False
    )

    assert body == {"candles": []}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"granularity": "TWO_MINUTES"}, "granularity argument is invalid"),
        ({"granularity": ""}, "granularity argument is invalid"),
        ({"start": ""}, "start argument is invalid"),
        ({"end": "2023-11-14"}, "end argument is invalid"),
        ({"end": str(NOW - 60)}, "start and end argument is invalid"),
        ({"limit": "351"}, "start and end argument is invalid"),
        (
            {"end": str(NOW + 350 * 60)},
            "start and end argument is invalid - number of candles requested should be less than 350",
        ),
    ],
)
async def test_what_makes_no_sense_is_refused(client, changes, words):
    params = {"start": str(NOW), "end": str(NOW), **MINUTE, **changes}

    status, body = await client.get(CANDLES, params.items(), signed=False)

    assert (status, body["error"], body["error_details"]) == (400, "INVALID_ARGUMENT", words)


async def test_an_unknown_product_is_not_found(client):
    status, _ = await client.get("market/products/NO-PE/candles", MINUTE.items(), signed=False)

    assert status == 404
