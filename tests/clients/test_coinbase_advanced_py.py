"""Coinbase's official SDK (coinbase-advanced-py) against the Coinbase stand-in, through what the bot uses.

The SDK speaks https only, so the stand-in listens with TLS as well; requests is told by its own setting whom to trust.
"""

import asyncio
from decimal import Decimal
from uuid import uuid4

import pytest
from coinbase.rest import RESTClient
from requests.exceptions import HTTPError

from tests.clients.tls import listen_with_tls, write_certificate


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return write_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def host(loop, world, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    return asyncio.run_coroutine_threadsafe(listen_with_tls(world.coinbase, certificate), loop).result()


@pytest.fixture
def client(world, host):
    account = world.coinbase_account
    client = RESTClient(api_key=account.key, api_secret=account.secret, base_url=host, timeout=10)
    with client.session:
        yield client


def sell(client, size="0.002", **changes):
    values = {"client_order_id": str(uuid4()), "product_id": "BTC-USD", "base_size": size, **changes}
    return client.market_order_sell(**values)


def test_accounts_are_read_with_what_is_held(client):
    accounts = {account.currency: account for account in client.get_accounts(limit=250).accounts}

    assert Decimal(accounts["USD"].available_balance["value"]) == 1_000
    assert Decimal(accounts["BTC"].available_balance["value"]) == Decimal("0.006")
    assert Decimal(accounts["BTC"].hold["value"]) == Decimal("0.004")


def test_products_and_the_time_are_read_with_and_without_a_key(client):
    public, signed = client.get_public_products().products, client.get_products().products

    assert {product.product_id for product in public} == {product.product_id for product in signed}
    assert client.get_product("BTC-USD").base_increment == client.get_public_product("BTC-USD").base_increment
    assert int(client.get_unix_time().epoch_seconds) > 0


def test_prices_are_read(world, client):
    bid = world.bid("coinbase", "BTC/USD")

    book = client.get_product_book("BTC-USD", limit=10).pricebook
    (best,) = client.get_best_bid_ask(product_ids=["BTC-USD"]).pricebooks

    assert Decimal(book.bids[0].price) == Decimal(best.bids[0].price) == bid
    assert Decimal(client.get_public_product_book("BTC-USD").pricebook.bids[0].price) == bid
    assert client.get_market_trades("BTC-USD", limit=1).best_bid


def test_candles_are_read(client):
    now = int(client.get_unix_time().epoch_seconds)

    candles = client.get_candles(
        "BTC-USD", start=str(now - 600), end=str(now), granularity="ONE_MINUTE"
    ).candles

    assert candles
    assert Decimal(candles[0].close) > 0


def test_fees_and_what_the_key_may_do_are_read(client):
    assert Decimal(client.get_transaction_summary().fee_tier["taker_fee_rate"]) > 0
    permissions = client.get_api_key_permissions()
    assert (permissions.can_view, permissions.can_trade, permissions.can_transfer) == (True, True, False)


def test_a_market_sale_is_filled_and_its_fills_are_listed(client):
    answer = sell(client)

    order_id = answer.success_response["order_id"]
    order = client.get_order(order_id).order
    fills = client.get_fills(order_ids=[order_id]).fills
    assert answer.success
    assert (order.status, Decimal(order.filled_size)) == ("FILLED", Decimal("0.002"))
    assert sum(Decimal(fill.size) for fill in fills) == Decimal("0.002")
    assert sum(Decimal(fill.commission) for fill in fills) == Decimal(order.total_fees)


def test_an_order_is_found_by_its_client_id_among_the_latest(client):
    client_id = str(uuid4())
    sell(client, client_order_id=client_id)

    listed = client.list_orders(product_ids=["BTC-USD"], limit=50, sort_by="LAST_UPDATE_TIME").orders

    assert [order.status for order in listed if order.client_order_id == client_id] == ["FILLED"]


def test_an_open_order_is_listed_and_cancelled(client):
    answer = client.limit_order_gtc_sell(
        client_order_id=str(uuid4()), product_id="BTC-USD", base_size="0.001", limit_price="95000"
    )
    order_id = answer.success_response["order_id"]
    listed = {order.order_id for order in client.list_orders(order_status=["OPEN"]).orders}

    (result,) = client.cancel_orders([order_id]).results

    assert order_id in listed
    assert result.success
    assert client.get_order(order_id).order.status == "CANCELLED"


@pytest.mark.parametrize(
    "changes",
    [{"base_size": "5"}, {"base_size": "0.0000000001"}],
    ids=["more than is free", "below the minimum"],
)
def test_a_refused_order_answers_200_with_its_reason(client, changes):
    answer = sell(client, **changes)

    assert answer.success is False
    assert answer.error_response.get("error") or answer.error_response.get("new_order_failure_reason")


def test_an_unknown_product_is_an_http_error(client):
    with pytest.raises(HTTPError) as refused:
        client.get_product("NOSUCH-USD")

    assert refused.value.response.status_code == 404


def test_an_unknown_order_is_not_found(client):
    with pytest.raises(HTTPError) as refused:
        client.get_order(str(uuid4()))

    assert refused.value.response.status_code == 404


def test_a_key_the_venue_does_not_know_is_unauthorized(world, host):
    client = RESTClient(
        api_key="organizations/x/apiKeys/y", api_secret=world.coinbase_account.secret, base_url=host
    )

    with client.session, pytest.raises(HTTPError) as refused:
        client.get_accounts()

    assert refused.value.response.status_code == 401
