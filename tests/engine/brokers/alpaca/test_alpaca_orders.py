from decimal import Decimal

import pytest

from engine.brokers.alpaca.orders import parse_open_orders, parse_order, parse_succession, replaced_by
from engine.brokers.alpaca.parse import parse_fills, parse_fills_of
from engine.brokers.parse import MalformedAnswerError
from engine.model.orders import OrderStatus, ProductFamily, Side
from tests.engine.brokers.alpaca.rows import asset as asset_row
from tests.engine.brokers.alpaca.rows import fill, order

D = Decimal


def test_the_cost_of_an_order_is_exact_once_its_fills_are_known(catalog):
    fills = parse_fills([fill(), fill(id="20261122::f-2", price="35000", qty="0.2")], catalog)
    assert parse_order(order(), catalog, fills=fills).cost == 10_000
    assert parse_order(order(), catalog, fills=fills[:1]).cost == D("9999.9999999999")
    assert parse_order(order(filled_avg_price=None), catalog).cost is None


def test_the_crypto_fee_is_unknown_and_a_stock_pays_none(catalog):
    crypto = parse_order(order(), catalog)
    stock = parse_order(order(symbol="AAPL"), catalog)
    assert (crypto.fee, crypto.fee_asset) == (None, None)
    assert (stock.fee, stock.fee_asset) == (0, "USD")
    bought, sold = parse_fills([fill(side="buy"), fill()], catalog)
    assert (bought.fee, bought.fee_asset, sold.fee_asset) == (None, "BTC", "USD")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("new", OrderStatus.OPEN),
        ("pending_new", OrderStatus.OPEN),
        ("partially_filled", OrderStatus.OPEN),
        ("pending_cancel", OrderStatus.OPEN),
        ("canceled", OrderStatus.CANCELED),
        ("expired", OrderStatus.CANCELED),
        ("rejected", OrderStatus.CANCELED),
    ],
)
def test_order_states(catalog, status, expected):
    assert parse_order(order(status=status), catalog).status is expected


def test_an_order_sized_by_cost_has_the_quantity_that_was_filled(catalog):
    assert parse_order(order(qty=None, notional="10000"), catalog).quantity == D("0.3")


def resting(**changes):
    return order(**{"status": "new", "filled_qty": "0", "limit_price": "70000", **changes})


@pytest.mark.parametrize("garbage", [None, "", [], {}, "NaN"])
@pytest.mark.parametrize(
    "field",
    [
        "client_order_id",
        "status",
        "filled_qty",
        "filled_avg_price",
        "limit_price",
        "created_at",
    ],
)
def test_what_a_release_does_not_need_hides_no_open_order(catalog, field, garbage):
    found = parse_open_orders([resting(**{field: garbage})], catalog)
    (one,) = found.orders
    assert (one.venue_order_id, one.symbol, one.side, one.remaining_quantity) == (
        "o-1",
        "BTC/USD",
        Side.SELL,
        D("0.3"),
    )
    assert found.unreadable == ()


def test_an_open_order_needs_no_more_than_what_it_holds(catalog):
    bare = {"id": "o-1", "symbol": "BTCUSD", "side": "sell", "qty": "0.3"}
    (one,) = parse_open_orders([bare], catalog).orders
    assert (one.status, one.client_order_id, one.price) == (OrderStatus.OPEN, None, None)


def test_a_sale_sized_by_its_value_holds_what_its_price_makes_of_it(catalog):
    by_value = resting(qty=None, notional="21000")
    (one,) = parse_open_orders([by_value], catalog).orders
    assert one.remaining_quantity == D("0.3")
    assert parse_open_orders([{**by_value, "limit_price": None}], catalog).unreadable


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"id": None}, "BTC/USD: the answer lacks id"),
        ({"side": "hold"}, "o-1 BTC/USD: side should be a known word, not 'hold'"),
        ({"symbol": ""}, "o-1: symbol should be a text, not ''"),
        ({"qty": "many"}, "o-1 BTC/USD: qty should be an amount, not 'many'"),
        (
            {"asset_class": "something new"},
            "o-1 BTC/USD: it trades a kind of product that NIJA does not know",
        ),
    ],
)
def test_an_open_order_that_cannot_be_read_is_named_and_hides_none_of_the_others(catalog, changes, name):
    found = parse_open_orders([resting(**changes), resting(id="o-2"), None], catalog)
    assert [one.venue_order_id for one in found.orders] == ["o-2"]
    assert found.unreadable == (name, "an order without an id: order should be an object, not 'None'")


def test_an_order_that_is_over_by_now_is_not_open(catalog):
    assert parse_open_orders([order(), order(status="canceled")], catalog).orders == ()


def test_our_own_order_is_read_without_its_client_id_or_time(catalog):
    read = parse_order(order(client_order_id="", created_at=None), catalog)
    assert (read.client_order_id, read.opened_at, read.filled_quantity) == (None, None, D("0.3"))


@pytest.mark.parametrize("status", ["pending_cancel", "pending_replace", "held", "a new one"])
def test_an_order_that_is_not_over_may_hold_coins(catalog, status):
    assert parse_order(order(status=status), catalog).status is OrderStatus.OPEN


@pytest.mark.parametrize(
    ("changes", "family"),
    [
        ({"asset_class": "crypto"}, ProductFamily.SPOT),
        ({"asset_class": "CRYPTO"}, ProductFamily.SPOT),
        ({"asset_class": None}, ProductFamily.SPOT),
        ({"symbol": "AAPL", "asset_class": "us_equity"}, ProductFamily.SPOT),
        ({"symbol": "AAPL240119C00100000", "asset_class": "us_option"}, ProductFamily.OPTION),
        ({"symbol": "AAPL", "side": "sell_short"}, ProductFamily.SPOT),
        ({"symbol": "AAPL", "position_intent": "sell_to_open"}, ProductFamily.SPOT),
        ({"position_intent": "sell_to_open", "asset_class": "crypto"}, ProductFamily.SPOT),
        ({"symbol": "AAPL240119C00100000", "asset_class": None}, ProductFamily.OPTION),
        ({"asset_class": 5}, ProductFamily.SPOT),
        ({"asset_class": "something new"}, ProductFamily.OTHER),
    ],
)
def test_an_order_says_what_kind_of_product_it_trades(catalog, changes, family):
    read = parse_order(order(status="new", filled_qty="0", **{"side": "sell", **changes}), catalog)
    assert read.family is family
    assert (read.held_asset is None) is (family is not ProductFamily.SPOT)


CALL, PUT = "AAPL250117C00150000", "AAPL250117P00150000"


def an_option(symbol=CALL, **changes):
    usual = {"asset_class": "us_option", "qty": "2", "limit_price": "5", "position_intent": "sell_to_open"}
    return resting(**{"symbol": symbol, **usual, **changes})


@pytest.mark.parametrize(
    ("row", "asset", "quantity"),
    [
        (an_option(), "AAPL", "200"),
        (an_option(filled_qty="1"), "AAPL", "100"),
        (an_option(limit_price=None), "AAPL", "200"),
        (an_option(asset_class=None), "AAPL", "200"),
        (an_option("USD250117C00150000"), "USD.US", "200"),
        (an_option("BTC250117C00150000"), "BTC.US", "200"),
        (an_option("BRKB250117C00150000"), "BRK.B", "200"),
        (an_option(PUT), "USD", "30000"),
        (an_option("F250117P00012500"), "USD", "2500"),
        (an_option(side="buy", position_intent="buy_to_open"), "USD", "1000"),
        (an_option(PUT, side="buy", position_intent="buy_to_close"), "USD", "1000"),
        (an_option(side="buy", position_intent=None), "USD", "1000"),
        (an_option(side="buy", limit_price=None), "USD", None),
        (an_option("AAPL1250117C00150000", side="buy"), "USD", None),
        (an_option(position_intent="sell_to_close"), None, "0"),
    ],
    ids=[
        "covered call",
        "half filled",
        "at market",
        "a class by its name",
        "on a fund called like money",
        "on a fund called like a coin",
        "on a share with a dot",
        "cash-secured put",
        "a strike in cents",
        "purchase",
        "a short put bought back",
        "purchase without an intent",
        "purchase at market",
        "purchase of an adjusted contract",
        "sale of a contract that is owned",
    ],
)
def test_an_options_order_keeps_shares_or_dollars(catalog, row, asset, quantity):
    catalog.add_stock(asset_row("BRK.B"))
    (one,) = parse_open_orders([row], catalog).orders

    assert (one.held_asset, one.held_quantity) == (asset, None if quantity is None else D(quantity))


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (an_option(position_intent=None), "the answer lacks position_intent"),
        (an_option(position_intent="sell_to_assign"), "position_intent"),
        (an_option("AAPL1250117C00150000"), "symbol should be a standard contract"),
        (an_option("XYZ"), "symbol should be a standard contract"),
    ],
    ids=["no intent", "another intent", "an adjusted contract", "no contract"],
)
def test_an_order_of_which_nobody_knows_what_it_holds_is_named(catalog, row, why):
    found = parse_open_orders([row], catalog)

    assert found.orders == ()
    (named,) = found.unreadable
    assert why in named


@pytest.mark.parametrize("intent", ["sell_to_open", "sell_to_close", None, "", 5])
def test_the_intent_of_an_ordinary_sale_hides_nothing_it_holds(catalog, intent):
    (one,) = parse_open_orders([resting(asset_class="crypto", position_intent=intent)], catalog).orders

    assert (one.held_asset, one.held_quantity) == ("BTC", D("0.3"))


def test_a_purchase_sized_by_its_value_holds_that_value(catalog):
    by_value = resting(symbol="AAPL", side="buy", qty=None, notional="100", limit_price="50")
    for row, held in ((by_value, "100"), ({**by_value, "filled_qty": "1"}, "50")):
        (one,) = parse_open_orders([row], catalog).orders
        assert (one.held_asset, one.held_quantity) == ("USD", D(held))


@pytest.mark.parametrize("changes", [{"status": None}, {"filled_qty": None}, {"side": "hold"}, {"id": ""}])
def test_an_order_that_cannot_be_read_raises(catalog, changes):
    with pytest.raises(MalformedAnswerError):
        parse_order(order(**changes), catalog)


@pytest.mark.parametrize(
    ("first", "second", "trades", "expected"),
    [
        pytest.param("0", "0.3", {"o-2": "0.3"}, "0.3", id="edited before anything filled"),
        pytest.param("0.1", "0.2", {"o-1": "0.1", "o-2": "0.2"}, "0.3", id="counts what filled after it"),
        pytest.param("0.1", "0.3", {"o-1": "0.1", "o-2": "0.2"}, "0.3", id="counts what filled before too"),
        pytest.param("0.1", "0", {}, "0.1", id="trades are reported late"),
    ],
)
def test_an_edited_order_is_read_with_the_one_that_took_its_place(catalog, first, second, trades, expected):
    rows = [
        order(status="replaced", filled_qty=first, replaced_by="o-2"),
        order(id="o-2", client_order_id="the app's", filled_qty=second, status="canceled"),
    ]
    fills = tuple(
        one
        for number, (order_id, quantity) in enumerate(trades.items())
        for one in parse_fills_of(
            order_id, [fill(id=f"20261122::f-{number}", order_id=order_id, qty=quantity)], catalog
        )
    )

    one = parse_succession(rows, catalog, fills=fills)

    assert (one.filled_quantity, one.status) == (D(expected), OrderStatus.CANCELED)
    assert (one.venue_order_id, one.client_order_id, one.working_id) == ("o-1", "c-1", "o-2")


@pytest.mark.parametrize("changes", [{"status": "canceled"}, {"replaced_by": None}, {"replaced_by": 5}])
def test_an_order_is_followed_to_no_other_than_the_one_it_names(changes):
    assert replaced_by(order(**{"status": "replaced", "replaced_by": "o-2", **changes})) is None
