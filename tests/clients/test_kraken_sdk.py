"""python-kraken-sdk against the Kraken stand-in, through what the bot uses."""

from decimal import Decimal

import pytest
from kraken import exceptions
from kraken.spot import Market, Trade, User

from sandbox.world.world import KRAKEN_KEY, KRAKEN_SECRET


def closing(client):
    with client._SpotClient__session:
        yield client


@pytest.fixture
def market(world):
    yield from closing(Market(url=world.kraken.url))


@pytest.fixture
def user(world):
    yield from closing(User(key=KRAKEN_KEY, secret=KRAKEN_SECRET, url=world.kraken.url))


@pytest.fixture
def trade(world):
    yield from closing(Trade(key=KRAKEN_KEY, secret=KRAKEN_SECRET, url=world.kraken.url))


def test_assets_pairs_and_status_are_read(market):
    assert market.get_assets(assets="XBT")["XXBT"]["altname"] == "XBT"
    assert market.get_asset_pairs(pair="XBTUSD")["XXBTZUSD"]["wsname"] == "XBT/USD"
    assert market.get_system_status()["status"] == "online"


def test_prices_are_read(world, market):
    bid = world.bid("kraken", "BTC/USD")

    assert Decimal(market.get_ticker(pair="XBTUSD")["XXBTZUSD"]["b"][0]) == bid
    assert Decimal(market.get_order_book(pair="XBTUSD", count=5)["XXBTZUSD"]["bids"][0][0]) == bid
    assert market.get_ohlc(pair="XBTUSD", interval=1)["XXBTZUSD"]


def test_balances_are_read_with_what_is_held(user):
    balances = user.get_balances()

    assert Decimal(balances["XXBT"]["balance"]) == Decimal("0.01")
    assert Decimal(balances["XXBT"]["hold_trade"]) == Decimal("0.004")
    assert Decimal(user.get_account_balance()["ZUSD"]) == 1_000
    assert Decimal(user.get_trade_balance(asset="ZUSD")["eb"]) > 1_000
    assert not user.get_open_positions()


def test_fees_are_read(user):
    assert Decimal(user.get_trade_volume(pair="XBTUSD")["fees"]["XXBTZUSD"]["fee"]) > 0


def test_a_market_sale_is_filled_and_in_the_history(user, trade):
    client_id = "6d1b345e-2821-40e2-ad83-4ecb18a06876"
    (order_id,) = trade.create_order(
        ordertype="market", side="sell", pair="XBTUSD", volume="0.002", extra_params={"cl_ord_id": client_id}
    )["txid"]

    order = user.get_orders_info(txid=order_id, trades=True)[order_id]
    trades = user.get_trades_history()["trades"]
    closed = user.get_closed_orders(extra_params={"cl_ord_id": client_id})["closed"]
    assert (order["status"], Decimal(order["vol_exec"])) == ("closed", Decimal("0.002"))
    assert {trades[trade_id]["ordertxid"] for trade_id in order["trades"]} == {order_id}
    assert list(closed) == [order_id]
    assert user.get_ledgers_info(type_="trade")["ledger"]


def test_an_open_order_is_listed_and_cancelled(user, trade):
    (order_id,) = trade.create_order(
        ordertype="limit", side="sell", pair="XBTUSD", volume="0.001", price="95000"
    )["txid"]
    listed = user.get_open_orders()["open"]

    assert order_id in listed
    assert trade.cancel_order(txid=order_id)["count"] == 1
    assert order_id not in user.get_open_orders()["open"]


def test_more_than_is_free_is_refused(trade):
    with pytest.raises(exceptions.KrakenInsufficientFundsError):
        trade.create_order(ordertype="market", side="sell", pair="XBTUSD", volume="5")


def test_an_unknown_pair_is_refused(trade):
    with pytest.raises(exceptions.KrakenUnknownAssetError):
        trade.create_order(ordertype="market", side="sell", pair="NOSUCHUSD", volume="1")


def test_an_unknown_order_is_refused(trade):
    with pytest.raises(exceptions.KrakenUnknownOrderError):
        trade.cancel_order(txid="OAAAAA-BBBBB-CCCCCC")


def test_an_unknown_key_is_refused(world):
    user = User(key="nobody", secret=KRAKEN_SECRET, url=world.kraken.url)

    with user._SpotClient__session, pytest.raises(exceptions.KrakenInvalidAPIKeyError):
        user.get_balances()
