"""krakenex, the oldest client of Kraken, against the stand-in: it names hosts, endpoints and fields by itself."""

from decimal import Decimal

import krakenex
import pytest

from sandbox.world.world import KRAKEN_KEY, KRAKEN_SECRET


@pytest.fixture
def kraken(world):
    client = krakenex.API(key=KRAKEN_KEY, secret=KRAKEN_SECRET)
    client.uri = world.kraken.url
    yield client
    client.close()
    # It keeps its last answer, and that keeps the connection.
    client.response = None


def test_public_answers_carry_an_empty_list_of_errors(kraken):
    for method in ("Time", "SystemStatus", "Assets", "AssetPairs"):
        assert kraken.query_public(method)["error"] == []
    assert kraken.query_public("Ticker", {"pair": "XBTUSD,ETHUSD"})["result"].keys() == {
        "XXBTZUSD",
        "XETHZUSD",
    }


def test_a_sale_is_signed_filled_and_found(kraken):
    order = {"pair": "XBTUSD", "type": "sell", "ordertype": "market", "volume": "0.002"}
    (order_id,) = kraken.query_private("AddOrder", order)["result"]["txid"]

    found = kraken.query_private("QueryOrders", {"txid": order_id})["result"][order_id]

    assert Decimal(found["vol_exec"]) == Decimal("0.002")


def test_a_refusal_is_a_word_of_the_venue(kraken):
    order = {"pair": "XBTUSD", "type": "sell", "ordertype": "market", "volume": "5"}

    assert kraken.query_private("AddOrder", order)["error"] == ["EOrder:Insufficient funds"]


def test_an_older_nonce_is_refused(kraken):
    kraken.query_private("BalanceEx")
    kraken._nonce = lambda: 1

    assert kraken.query_private("BalanceEx")["error"] == ["EAPI:Invalid nonce"]
