from decimal import Decimal

import pytest


async def fills(client, **params):
    return (await client.get("/v2/account/activities/FILL", params))[1]


async def test_a_fill_reports_its_order_price_and_quantity_before_the_fee(client):
    _, placed = await client.order("buy", "2")

    (row,) = await fills(client)

    assert (row["order_id"], row["symbol"], row["side"]) == (placed["id"], "BTC/USD", "buy")
    assert (row["qty"], row["price"], row["cum_qty"], row["leaves_qty"]) == ("2", "100.5", "2", "0")
    assert row["id"].startswith("20231115120000250::")


async def test_an_order_filled_in_two_parts_has_two_fills(client, account):
    account.ledger.deposit("BTC", Decimal(28), at=0.0)
    await client.order("sell", "30")

    last, first = await fills(client)

    assert (first["qty"], first["type"], first["leaves_qty"]) == ("20", "partial_fill", "10")
    assert (last["qty"], last["type"], last["cum_qty"]) == ("10", "fill", "30")


async def test_a_crypto_fee_is_an_activity_of_its_own_in_what_was_credited(client):
    await client.order("buy", "2")
    await client.order("sell", "1")

    _, rows = await client.get("/v2/account/activities", {"activity_types": "CFEE"})

    sold, bought = rows
    assert (bought["symbol"], bought["qty"], bought["net_amount"]) == ("BTCUSD", "-0.005", "0")
    assert (sold["net_amount"], sold["description"]) == ("-0.24875", "Coin Pair Transaction Fee (USD)")
    assert "qty" not in sold


async def test_stocks_cost_nothing(client, account):
    await client.order("sell", "1", symbol="AAPL", time_in_force="day")

    _, rows = await client.get("/v2/account/activities", {"activity_types": "CFEE"})

    assert rows == []
    assert account.ledger.total("USD") == Decimal(1199)


async def test_dollars_that_came_and_went_are_listed(client, account, clock):
    clock.at += 1
    account.ledger.withdraw("USD", Decimal(100), at=clock.now())

    _, rows = await client.get("/v2/account/activities")

    assert [(row["activity_type"], row["net_amount"]) for row in rows] == [("CSW", "-100"), ("CSD", "1000")]


async def test_history_is_read_back_page_by_page(client, clock):
    for number in range(3):
        clock.at += 1
        await client.order("sell", "0.1", client_order_id=str(number))

    everything = await fills(client)
    first = await fills(client, page_size="2")
    second = await fills(client, page_size="2", page_token=first[-1]["id"])

    assert len(everything) == 3
    assert [*first, *second] == everything
    assert await fills(client, page_token=everything[-1]["id"]) == []


async def test_history_can_be_cut_by_time_and_turned_around(client, clock):
    await client.order("sell", "0.1", client_order_id="a")
    clock.at += 60
    await client.order("sell", "0.2", client_order_id="b")

    async def quantities(**params):
        return [row["qty"] for row in await fills(client, **params)]

    assert await quantities(direction="asc") == ["0.1", "0.2"]
    assert await quantities(after="2023-11-15T17:00:30Z") == ["0.2"]
    assert await quantities(until="2023-11-15T17:00:30Z") == ["0.1"]
    assert await quantities(date="2023-11-15") == ["0.2", "0.1"]
    assert await quantities(date="2023-11-14") == []


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v2/account/activities/FFFFF", "invalid activity type: FFFFF"),
        ("/v2/account/activities/FILL?page_token=x", "invalid page_token"),
        ("/v2/account/activities/FILL?after=then", "invalid after: then"),
        ("/v2/account/activities/FILL?direction=up", "invalid direction: up"),
        ("/v2/account/activities/FILL?page_size=none", "page_size must be > 0"),
    ],
)
async def test_history_requested_wrongly_is_refused(client, path, message):
    status, body = await client.get(path)

    assert (status, body["message"]) == (422, message)
