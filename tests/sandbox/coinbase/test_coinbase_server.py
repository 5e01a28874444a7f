from decimal import Decimal

import aiohttp
import pytest

from sandbox.faults import Fault, FaultKind
from tests.sandbox.coinbase.coinbase_client import a_token


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer nonsense"}, {"CB-ACCESS-KEY": "k", "CB-ACCESS-SIGN": "s"}],
    ids=["nothing", "no token", "legacy signature"],
)
async def test_a_request_that_is_not_signed_gets_plain_unauthorized(client, headers):
    assert await client.get("accounts", signed=False, headers=headers) == (401, "Unauthorized\n")


async def test_a_signature_for_another_path_is_refused(client, server):
    host = server.url.removeprefix("http://")

    status, _ = await client.get("accounts", uri=f"GET {host}/api/v3/brokerage/products")

    assert status == 401


async def test_a_key_the_venue_never_issued_is_refused(client, server, clock):
    stranger = type(server)(market=server.market, now=clock.now).add_account()
    host = server.url.removeprefix("http://")
    token = a_token(stranger, f"GET {host}/api/v3/brokerage/accounts", at=clock.now())

    status, _ = await client.get("accounts", headers={"Authorization": f"Bearer {token}"})

    assert status == 401


async def test_a_client_whose_clock_is_behind_the_venues_is_refused(client, server):
    server.faults.add(Fault(kind=FaultKind.CLOCK_SKEW, skew_s=180))

    assert (await client.get("accounts"))[0] == 401


async def test_the_query_is_not_signed(client):
    assert (await client.get("accounts", [("limit", "1")]))[0] == 200


async def test_a_key_without_the_trade_scope_places_nothing(client, account):
    account.can_trade = False

    status, body = await client.sell("1")

    assert (status, body["error"], body["message"]) == (403, "PERMISSION_DENIED", "Missing required scopes")
    assert not account.ledger.orders


async def test_a_key_without_the_view_scope_reads_nothing(client, account):
    account.can_view = False

    assert (await client.get("accounts"))[0] == 403


async def test_the_tape_names_endpoints_by_path_and_keeps_the_key(client, server, account):
    await client.get("market/products", signed=False)
    await client.get("orders/historical/none")
    await client.sell("0.02", client_id="mine")

    listed, asked, placed = server.tape.calls()

    assert (listed.endpoint, listed.key, listed.outcome) == ("market/products", "", "ok")
    assert (asked.endpoint, asked.outcome) == ("orders/historical/{order_id}", "http 404")
    assert (placed.endpoint, placed.key, placed.outcome) == ("orders", account.key, "ok")
    assert placed.params["client_order_id"] == "mine"


async def test_the_tape_names_a_refused_order_by_its_reason(client, server):
    await client.sell("3")

    assert server.tape.calls("orders")[0].outcome == "INSUFFICIENT_FUND"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": FaultKind.RATE_LIMIT}, (429, "error", "rate_limit_exceeded")),
        ({"kind": FaultKind.CANCEL_ONLY}, (403, "message", "Orderbook is in cancel only mode")),
        ({"kind": FaultKind.ERROR}, (200, "success", False)),
        ({"kind": FaultKind.ERROR, "endpoint": "*", "status": 500}, (500, "error", "unknown")),
    ],
    ids=["rate limit", "cancel only", "bare success false", "error anywhere"],
)
async def test_faults_are_worded_as_the_venue_words_them(client, server, account, fault, expected):
    server.faults.add(Fault(**{"endpoint": "orders", **fault}))

    status, body = await client.sell("1")

    name = expected[1]
    assert (status, name, body[name]) == expected
    assert not account.ledger.orders


@pytest.mark.parametrize(
    ("message", "error", "preview"),
    [
        ("INSUFFICIENT_FUND", "INSUFFICIENT_FUND", None),
        ("PREVIEW_INSUFFICIENT_FUND", "UNKNOWN_FAILURE_REASON", "PREVIEW_INSUFFICIENT_FUND"),
    ],
)
async def test_a_planned_refusal_comes_with_or_without_a_preview_reason(
    client, server, message, error, preview
):
    server.faults.add(Fault(kind=FaultKind.ERROR, endpoint="orders", message=message))

    _, body = await client.sell("1")

    assert body["error_response"]["error"] == error
    assert body["error_response"].get("preview_failure_reason") == preview


async def test_an_answer_lost_after_the_effect_leaves_the_order_filled(client, server, account):
    server.faults.add(Fault(kind=FaultKind.DROP_AFTER, endpoint="orders"))

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.sell("1")

    assert account.ledger.total("BTC") == Decimal(1)


async def test_an_invalid_nonce_fault_is_an_expired_timestamp_here(client, server):
    server.faults.add(Fault(kind=FaultKind.INVALID_NONCE, endpoint="accounts"))

    status, body = await client.get("accounts")

    assert (status, body["errors"][0]["message"]) == (401, "request timestamp expired")
