import aiohttp
import pytest

from sandbox.alpaca.refusals import key_forbidden, not_authorized
from sandbox.faults import Fault, FaultKind

PRIVATE = (
    "/v2/account",
    "/v2/account/activities",
    "/v2/account/activities/FILL",
    "/v2/positions",
    "/v2/positions/BTCUSD",
    "/v2/assets",
    "/v2/clock",
    "/v2/orders",
    "/v2/stocks/quotes/latest?symbols=AAPL",
)


@pytest.mark.parametrize("path", PRIVATE)
async def test_everything_but_crypto_data_needs_the_keys(client, path):
    assert await client.get(path, headers={}) == (401, {"message": "unauthorized."})


@pytest.mark.parametrize(
    "headers",
    [
        {"APCA-API-KEY-ID": "PKNOBODY", "APCA-API-SECRET-KEY": "secret"},
        {"APCA-API-KEY-ID": "", "APCA-API-SECRET-KEY": ""},
    ],
)
async def test_other_keys_are_refused(client, headers):
    assert (await client.get("/v2/account", headers=headers))[0] == 401


@pytest.mark.parametrize(
    ("wording", "status", "body"),
    [
        (not_authorized, 401, {"code": 40110000, "message": "request is not authorized"}),
        (key_forbidden, 403, {"message": "forbidden."}),
    ],
)
async def test_a_gateway_may_refuse_a_key_in_other_words(client, server, wording, status, body):
    server.switches.unknown_key = wording

    assert await client.get("/v2/account", headers={}) == (status, body)


async def test_the_right_key_with_the_wrong_secret_places_nothing(client, account):
    headers = {"APCA-API-KEY-ID": account.key, "APCA-API-SECRET-KEY": "guess"}
    body = {"symbol": "BTC/USD", "side": "sell", "type": "market", "time_in_force": "gtc", "qty": "1"}

    status, _ = await client.post("/v2/orders", body, headers=headers)

    assert status == 401
    assert not account.ledger.orders


async def test_a_partner_header_changes_nothing(client, account):
    headers = {"APCA-API-KEY-ID": account.key, "APCA-API-SECRET-KEY": account.secret, "APCA-PARTNER-ID": "x"}

    assert (await client.get("/v2/account", headers=headers))[0] == 200


async def test_two_keys_see_two_accounts(client, server):
    client.account = server.add_account(key="PKOTHER", secret="other")

    _, body = await client.get("/v2/account")

    assert body["equity"] == "0"


async def test_the_tape_names_endpoints_by_method_and_path(client, server, account):
    await client.get("/v1beta3/crypto/us/snapshots?symbols=BTC/USD", headers={})
    await client.order("sell", "1", client_order_id="mine")
    await client.get("/v2/orders/none")
    await client.get("/v3/nothing")

    data, placed, asked, nothing = server.tape.calls()

    assert (data.endpoint, data.key) == ("GET /v1beta3/crypto/{loc}/snapshots", "")
    assert (placed.endpoint, placed.key, placed.outcome) == ("POST /v2/orders", account.key, "ok")
    assert placed.params["client_order_id"] == "mine"
    assert (asked.endpoint, asked.outcome) == ("GET /v2/orders/{order_id}", "order not found for none")
    assert nothing.endpoint == "unknown"


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        ({"kind": FaultKind.RATE_LIMIT}, 429, {"code": 42910000, "message": "rate limit exceeded"}),
        ({"kind": FaultKind.INVALID_NONCE}, 401, {"message": "unauthorized."}),
        ({"kind": FaultKind.CANCEL_ONLY}, 422, {"code": 42210000, "message": "asset is not tradable"}),
        (
            {"kind": FaultKind.ERROR, "message": "40310000 insufficient buying power"},
            403,
            {"code": 40310000, "message": "insufficient buying power"},
        ),
        ({"kind": FaultKind.ERROR, "message": "forbidden."}, 403, {"message": "forbidden."}),
    ],
    ids=["rate limit", "key", "not tradable", "code", "message"],
)
async def test_faults_are_worded_as_the_venue_words_them(client, server, fault, status, body):
    server.faults.add(Fault(endpoint="POST /v2/orders", **fault))

    assert await client.order("sell", "1") == (status, body)
    assert not client.account.ledger.orders


async def test_an_answer_lost_after_the_effect_leaves_the_order_to_be_found_by_its_client_id(client, server):
    server.faults.add(Fault(kind=FaultKind.DROP_AFTER, endpoint="POST /v2/orders"))

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.order("sell", "1", client_order_id="lost")
    _, order = await client.get("/v2/orders:by_client_order_id", {"client_order_id": "lost"})

    assert (order["status"], order["filled_qty"]) == ("filled", "1")


async def test_the_clock_follows_the_venues_skew(client, server):
    server.faults.add(Fault(kind=FaultKind.CLOCK_SKEW, skew_s=6 * 3600))

    _, body = await client.get("/v2/clock")

    assert (body["timestamp"], body["is_open"]) == ("2023-11-15T18:00:00.250000-05:00", False)
