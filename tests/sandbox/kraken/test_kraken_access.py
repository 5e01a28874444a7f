import asyncio

import pytest

from sandbox.faults import Fault, FaultKind
from sandbox.kraken.auth import signature
from sandbox.kraken.counter import CallCounter, Tier
from tests.sandbox.kraken.client import KEY, KrakenClient, api_sign


def test_the_signature_is_the_one_kraken_publishes():
    # https://docs.kraken.com/api/docs/guides/spot-rest-auth, the example there
    secret = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="
    body = "nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25"

    signed = signature(path="/0/private/AddOrder", nonce="1616492376594", body=body.encode(), secret=secret)

    assert (
        signed == "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ=="
    )


async def test_a_properly_signed_request_is_answered(client):
    assert await client.result("BalanceEx") == {}


async def test_an_unknown_key_is_refused(client):
    assert await client.error("BalanceEx", headers={"API-Key": "someone-else"}) == ["EAPI:Invalid key"]


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param("", id="missing"),
        pytest.param("AAAA", id="made up"),
        pytest.param(api_sign("/0/private/Ledgers", 1, "nonce=1"), id="for another path"),
        pytest.param(api_sign("/0/private/BalanceEx", 1, "nonce=1&a=b"), id="for another body"),
        pytest.param(api_sign("/0/private/BalanceEx", 2, "nonce=1"), id="with another nonce"),
        pytest.param(api_sign("/0/private/BalanceEx", 1, "nonce=1", secret="AAAA"), id="with another secret"),
    ],
)
async def test_a_wrong_signature_is_refused(client, forged):
    assert await client.error("BalanceEx", headers={"API-Sign": forged}) == ["EAPI:Invalid signature"]


async def test_a_wrongly_signed_request_uses_up_no_nonce(client, account):
    await client.error("BalanceEx", nonce=9, headers={"API-Sign": "AAAA"})

    assert account.last_nonce == 0


@pytest.mark.parametrize(
    "nonce",
    [10, 9, 0, -1, "", "abc", 11.5, 2**64],
    ids=["same", "lower", "0", "-1", "none", "text", "float", "huge"],
)
async def test_a_nonce_that_does_not_rise_is_refused(client, nonce):
    await client.result("BalanceEx", nonce=10)

    assert await client.error("BalanceEx", nonce=nonce) == ["EAPI:Invalid nonce"]


async def test_a_refused_call_has_used_up_its_nonce(client, account):
    await client.error("AddOrder", nonce=10, pair="nonsense")

    assert account.last_nonce == 10


async def test_nonces_rise_per_key(kraken, client, session):
    kraken.add_account(key="second", secret=client.secret)
    await client.result("BalanceEx", nonce=10)

    assert await KrakenClient(session, kraken.url, key="second").result("BalanceEx", nonce=5) == {}


async def test_a_request_overtaken_on_its_way_is_refused(kraken, client):
    kraken.faults.add(Fault(kind=FaultKind.DELAY_BEFORE, endpoint="BalanceEx", delay_s=0.05))

    slow = asyncio.create_task(client.private("BalanceEx", nonce=1))
    await kraken.tape.wait_for("BalanceEx")
    await client.result("OpenOrders", nonce=2)

    assert (await slow)["error"] == ["EAPI:Invalid nonce"]


async def test_a_key_without_the_permission_is_refused(kraken, session):
    kraken.add_account(key="reader", secret="AAAA", permissions=frozenset({"query-funds"}))
    client = KrakenClient(session, kraken.url, key="reader", secret="AAAA")

    assert await client.error("AddOrder") == ["EGeneral:Permission denied"]
    assert await client.result("BalanceEx") == {}


async def test_the_key_reports_what_it_may_do(client):
    info = await client.result("GetApiKeyInfo")

    assert info["apiKey"] == KEY
    assert info["nonce"] == "1"
    assert "modify-trades" in info["permissions"]
    assert "withdraw-funds" not in info["permissions"]


@pytest.mark.parametrize("endpoint", ["Withdraw", "CancelAll"])
async def test_what_is_not_played_here_is_an_unknown_method(client, endpoint):
    assert await client.error(endpoint) == ["EGeneral:Unknown method"]


async def test_the_call_counter_refuses_when_it_is_switched_on(kraken, client, clock):
    kraken.counts_calls = True

    errors = [(await client.private("BalanceEx"))["error"] for _ in range(16)]
    clock[0] += 10.0
    later = (await client.private("BalanceEx"))["error"]

    assert errors == [[]] * 15 + [["EAPI:Rate limit exceeded"]]
    assert later == []


async def test_orders_do_not_count_as_calls(kraken, client):
    kraken.counts_calls = True

    errors = {(await client.order_error(volume="0"))[0] for _ in range(20)}

    assert errors == {"EGeneral:Invalid arguments:volume"}


def test_the_counter_decays_with_the_tier():
    starter, pro = CallCounter(Tier.STARTER), CallCounter(Tier.PRO)

    assert [starter.admits(2, 0.0) for _ in range(8)] == [True] * 7 + [False]
    assert not starter.admits(1, 3.0)
    assert starter.admits(1, 12.0)
    assert all(pro.admits(1, float(second)) for second in range(100))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind=FaultKind.RATE_LIMIT), "EAPI:Rate limit exceeded"),
        (Fault(kind=FaultKind.INVALID_NONCE), "EAPI:Invalid nonce"),
        (Fault(kind=FaultKind.CANCEL_ONLY), "EService:Market in cancel_only mode"),
        (Fault(kind=FaultKind.ERROR, message="EGeneral:Temporary lockout"), "EGeneral:Temporary lockout"),
    ],
    ids=lambda value: str(getattr(value, "kind", "")),
)
async def test_planned_refusals_are_in_krakens_words(kraken, client, account, fund, *, fault, error):
    fund(BTC=1)
    kraken.faults.add(fault)

    assert await client.order_error() == [error]
    assert kraken.tape.calls("AddOrder")[0].outcome == error
    assert account.ledger.orders == {}


async def test_an_order_whose_answer_is_lost_was_placed(kraken, client, account, fund):
    fund(BTC=1)
    kraken.faults.add(Fault(kind=FaultKind.HTTP_ERROR_AFTER, endpoint="AddOrder", status=520))

    with pytest.raises(Exception, match="520"):
        await client.order()

    assert len(account.ledger.orders) == 1
