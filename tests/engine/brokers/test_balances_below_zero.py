"""A balance that shows less than nothing: nobody knows then how much there is of its asset, and only of that one."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.brokers.alpaca.names import Catalog as AlpacaCatalog
from engine.brokers.alpaca.parse import find_unreadable_positions as unreadable_of_alpaca
from engine.brokers.alpaca.parse import parse_positions
from engine.brokers.coinbase.accounts import find_unreadable_accounts, parse_holdings
from engine.brokers.kraken.parse import find_unreadable_balances, parse_balances
from engine.brokers.kraken.parse import find_unreadable_positions as unreadable_of_kraken
from engine.model.money import exact
from tests.engine.brokers.kraken.test_kraken_parse import CATALOG, lot

AMOUNTS = st.decimals(min_value="-1000", max_value="1000", places=8, allow_nan=False)


def of_kraken(total, held):
    result = {
        "XXBT": {"balance": str(total), "hold_trade": str(held)},
        "XETH": {"balance": "2", "hold_trade": "0"},
    }
    return parse_balances(result, CATALOG), find_unreadable_balances(result, CATALOG)


def of_coinbase(total, held):
    with exact():
        available = total - held
    rows = [account("BTC", available, held), account("ETH", 2, 0)]
    return parse_holdings(rows), find_unreadable_accounts(rows)


def account(currency, available, held):
    return {
        "uuid": currency,
        "currency": currency,
        "available_balance": {"value": f"{available}", "currency": currency},
        "hold": {"value": f"{held}", "currency": currency},
    }


def of_alpaca(total, held):
    with exact():
        available = total - held
    rows = [position("BTCUSD", total, available), position("ETHUSD", 2, 2)]
    return parse_positions(rows, AlpacaCatalog()), unreadable_of_alpaca(rows, AlpacaCatalog())


def position(symbol, quantity, available, **changes):
    return {
        "symbol": symbol,
        "asset_class": "crypto",
        "side": "long",
        "qty": f"{quantity}",
        "qty_available": f"{available}",
        **changes,
    }


@pytest.mark.parametrize("venue", [of_kraken, of_coinbase, of_alpaca])
@given(total=AMOUNTS, held=AMOUNTS)
def test_an_asset_is_unreadable_exactly_when_a_figure_of_it_is_below_zero(venue, total, held):
    holdings, unreadable = venue(total, held)

    is_below_zero = total < 0 or held < 0 or total < held
    assert unreadable == ({"BTC"} if is_below_zero else set())
    reported = {holding.asset: holding for holding in holdings}
    assert reported["ETH"].total == 2
    assert "BTC" not in reported or not is_below_zero
    assert all(min(one.free, one.held, one.locked) >= 0 for one in holdings)


@given(part=AMOUNTS, other=st.decimals(min_value=0, max_value=1000, places=8))
def test_a_part_below_zero_is_not_made_up_for_by_another_one(part, other):
    result = {
        "XXBT": {"balance": f"{part}", "hold_trade": "0"},
        "XBT.F": {"balance": f"{other}", "hold_trade": "0"},
    }
    assert find_unreadable_balances({"XETH": {"balance": "1", "hold_trade": "0"}, **result}, CATALOG) == (
        {"BTC"} if part < 0 else set()
    )


@pytest.mark.parametrize(
    ("changes", "is_readable"),
    [
        pytest.param({"side": "short", "qty": "-10", "qty_available": "-10"}, True, id="short"),
        pytest.param(
            {"side": "short", "qty": "-10", "qty_available": "-4"}, True, id="short and partly held"
        ),
        pytest.param({"side": "long", "qty": "-10", "qty_available": "-10"}, False, id="long and below zero"),
        pytest.param({"side": "short", "qty": "10", "qty_available": "10"}, False, id="short and above zero"),
        pytest.param({"side": None, "qty": "-10", "qty_available": "-10"}, False, id="of no side"),
        pytest.param(
            {"side": "long", "qty": "10", "qty_available": "-1"}, False, id="less than nothing free"
        ),
        pytest.param({"side": "long", "qty": "1", "qty_available": "2"}, False, id="more free than there is"),
    ],
)
def test_only_a_stock_that_is_said_to_be_short_may_be_below_zero(changes, is_readable):
    row = {**position("AAPL", 10, 10, asset_class="us_equity"), **changes}
    assert unreadable_of_alpaca([row], AlpacaCatalog()) == (set() if is_readable else {"AAPL"})


@pytest.mark.parametrize("closed", ["-0.1", "2"])
def test_a_margin_lot_of_which_less_than_nothing_is_closed_or_open_is_unreadable(closed):
    assert unreadable_of_kraken({"T1": lot(vol="1", vol_closed=closed)}, CATALOG)


def test_a_debt_drawn_from_a_credit_line_is_money_that_is_owed():
    result = {"ZUSD": {"balance": "0", "credit": "1000", "credit_used": "30", "hold_trade": "5"}}

    [debt] = parse_balances(result, CATALOG)

    assert (debt.asset, debt.total, debt.held) == ("USD", Decimal(-30), Decimal(5))
