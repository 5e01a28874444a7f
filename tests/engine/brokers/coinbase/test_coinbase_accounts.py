from decimal import Decimal

import pytest
from hypothesis import given

from engine.brokers.coinbase.accounts import find_unreadable_accounts, parse_holdings
from engine.brokers.parse import MalformedAnswerError
from engine.model.holdings import Holding
from tests.engine.brokers.json_values import json_values

D = Decimal
SPOT = {"type": "ACCOUNT_TYPE_CRYPTO", "platform": "ACCOUNT_PLATFORM_CONSUMER"}


def account(currency="BTC", free="1", held="0", **more):
    return {"currency": currency, "available_balance": {"value": free}, "hold": {"value": held}, **more}


@pytest.mark.parametrize("kind", ["ACCOUNT_TYPE_VAULT", "ACCOUNT_TYPE_PERP_FUTURES"])
def test_accounts_in_one_asset_are_one_holding_and_what_orders_cannot_use_is_locked(kind):
    rows = [account(free="1", held="0.5"), account(free="2"), account(free="3", type=kind)]
    assert parse_holdings(rows) == (Holding(asset="BTC", free=D(3), held=D("0.5"), locked=D(3)),)


def test_an_account_that_two_pages_show_is_counted_once():
    rows = [account(uuid="a"), account(uuid="b", free="2"), account(uuid="a")]
    assert parse_holdings(rows) == (Holding(asset="BTC", free=D(3), held=D(0)),)


def test_what_is_held_whole_is_still_there():
    assert parse_holdings([account(free="0", held="0.5")]) == (
        Holding(asset="BTC", free=D(0), held=D("0.5")),
    )


@pytest.mark.parametrize(
    "row",
    [
        {},
        account(free=None),
        account(held="NaN"),
        {"currency": "BTC", "available_balance": {"value": "1"}},
        {"currency": "BTC", "available_balance": "1", "hold": {"value": "0"}},
    ],
)
def test_an_account_with_a_missing_or_broken_field_is_unknown_and_not_zero(row):
    dollars = {**account(), "uuid": "usd", "currency": "USD"}

    assert [holding.asset for holding in parse_holdings([dollars, row])] == ["USD"]
    assert find_unreadable_accounts([dollars, row]) == {row.get("currency", "")}
    with pytest.raises(MalformedAnswerError):
        parse_holdings([row])


@given(row=json_values(["currency", "available_balance", "hold", "value", "type"]))
def test_no_account_vanishes_unless_it_is_empty(row):
    try:
        holdings = parse_holdings([row] if isinstance(row, dict) else [])
    except MalformedAnswerError:
        return
    if isinstance(row, dict) and not holdings:
        assert D(str(row["available_balance"]["value"])) == D(str(row["hold"]["value"])) == 0


@pytest.mark.parametrize(
    "other",
    [
        {"platform": "ACCOUNT_PLATFORM_INTX"},
        {"platform": "ACCOUNT_PLATFORM_CFM_CONSUMER"},
        {"platform": "ACCOUNT_PLATFORM_OF_TOMORROW"},
        {"platform": 7},
        {"type": "ACCOUNT_TYPE_VAULT"},
        {"type": "ACCOUNT_TYPE_PERP_FUTURES"},
        {"type": "ACCOUNT_TYPE_OF_TOMORROW"},
        {"type": ["ACCOUNT_TYPE_CRYPTO"]},
        {"active": False},
        {"ready": False},
        {"platform": "ACCOUNT_PLATFORM_UNSPECIFIED"},
        {"platform": None},
        {"type": ""},
    ],
)
def test_only_what_spot_orders_reach_is_free_beside_an_account_that_is_certainly_spot(other):
    rows = [account(free="0.04", **SPOT), account(free="0.05", held="0.01", **{**SPOT, **other})]

    assert parse_holdings(rows) == (Holding(asset="BTC", free=D("0.04"), locked=D("0.06")),)
    assert find_unreadable_accounts(rows) == frozenset()


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"platform": None},
        {"platform": "ACCOUNT_PLATFORM_UNSPECIFIED", "type": "ACCOUNT_TYPE_UNSPECIFIED"},
    ],
)
def test_an_account_of_which_no_platform_is_reported_is_the_spot_one_if_there_is_no_other(said):
    assert parse_holdings([account(**said)]) == (Holding(asset="BTC", free=D(1)),)


@pytest.mark.parametrize("uuid", [None, "", 0])
def test_accounts_without_an_id_do_not_hide_each_other(uuid):
    rows = [account(uuid=uuid), account("ETH", free="5", uuid=uuid), account(free="2", uuid=uuid)]

    assert parse_holdings(rows) == (Holding(asset="BTC", free=D(3)), Holding(asset="ETH", free=D(5)))


def test_accounts_in_two_currencies_are_two_whatever_their_ids_are():
    rows = [account(uuid="0"), account("ETH", free="5", uuid="0")]

    assert [holding.asset for holding in parse_holdings(rows)] == ["BTC", "ETH"]


def test_an_account_without_an_id_that_two_pages_show_is_counted_once():
    assert parse_holdings([account(uuid=None), account(uuid=None)]) == (Holding(asset="BTC", free=D(1)),)


def test_ether_staked_under_a_name_of_its_own_is_ether_that_cannot_be_sold():
    rows = [account("ETH", free="2", **SPOT), account("ETH2", free="1", **SPOT)]

    assert parse_holdings(rows) == (Holding(asset="ETH", free=D(2), locked=D(1)),)
    assert find_unreadable_accounts([account("ETH2", free="much")]) == {"ETH"}


@pytest.mark.parametrize(
    ("asset", "kind", "is_cash"),
    [
        ("SGD", "ACCOUNT_TYPE_FIAT", True),
        ("RON", "ACCOUNT_TYPE_FIAT", True),
        ("NEW", "ACCOUNT_TYPE_FIAT", True),
        ("BRL", None, True),
        ("MXN", "ACCOUNT_TYPE_CRYPTO", False),
        ("MNT", "", False),
        ("EURC", "ACCOUNT_TYPE_CRYPTO", True),
        ("BTC", "ACCOUNT_TYPE_CRYPTO", False),
    ],
)
def test_money_is_what_the_venue_says_is_money(asset, kind, is_cash):
    (holding,) = parse_holdings([account(asset, type=kind)])

    assert holding.is_cash is is_cash
