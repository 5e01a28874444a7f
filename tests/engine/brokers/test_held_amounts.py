"""What an open order keeps of an account, at every venue: as much as its row shows, and otherwise an unknown amount."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.brokers.alpaca.names import parse_catalog
from engine.brokers.alpaca.orders import parse_open_orders as parse_alpaca
from engine.brokers.coinbase.orders import parse_open_orders as parse_coinbase
from engine.brokers.kraken.names import parse_catalog as parse_kraken_catalog
from engine.brokers.kraken.orders import parse_open_orders as parse_kraken
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from tests.engine.brokers.kraken.listings import ASSETS, PAIRS, pair
from tests.engine.brokers.test_odd_rows import PAIR

KRAKEN = parse_kraken_catalog(ASSETS, {**PAIRS, "XETHXXBT": pair("ETHXBT", "ETH/XBT", "XETH", "XXBT")})
ALPACA = parse_catalog([PAIR, {**PAIR, "symbol": "ETH/BTC"}])


def at_kraken(side="buy", descr=None, **fields):
    row = {"status": "open", "vol": "7", "vol_exec": "0", "cost": "0", "oflags": "fciq"}
    row["descr"] = {"pair": "ETHXBT", "type": side, "ordertype": "limit", "price": "0.01", **(descr or {})}
    return parse_kraken({"open": {"OAAAAA-BBBBB-CCCCCC": {**row, **fields}}}, KRAKEN)


def at_coinbase(terms, side="BUY", kind="limit_limit_gtc", **fields):
    row = {"order_id": "1", "product_id": "ETH-BTC", "product_type": "SPOT", "status": "OPEN", "side": side}
    configuration = {"order_configuration": {kind: terms}}
    return parse_coinbase([{**row, "filled_size": "0", "filled_value": "0", **configuration, **fields}])


def at_alpaca(side="buy", **fields):
    row = {"id": "1", "symbol": "ETH/BTC", "asset_class": "crypto", "status": "new", "filled_qty": "0"}
    terms = {"side": side, "type": "limit", "qty": "7", "limit_price": "0.01"}
    return parse_alpaca([{**row, **terms, **fields}], ALPACA)


KEEPS_BITCOIN = {
    "Kraken: quantity and price": (at_kraken, (), {}, "0.07"),
    "Kraken: trails the price": (at_kraken, (), {"descr": {"price": "+5.0000%"}}, None),
    "Kraken: a price of zero": (at_kraken, (), {"descr": {"price": "0"}}, None),
    "Kraken: a price below zero": (at_kraken, (), {"descr": {"price": "-1"}}, None),
    "Kraken: no volume": (at_kraken, (), {"vol": None}, None),
    "Kraken: a volume of zero": (at_kraken, (), {"vol": "0"}, None),
    "Kraken: sized by its cost": (at_kraken, (), {"vol": "0.07", "oflags": "fciq,viqc"}, "0.07"),
    "Kraken: partly spent": (at_kraken, (), {"vol": "0.07", "cost": "0.03", "oflags": "viqc"}, "0.04"),
    "Kraken: its cost unknown": (at_kraken, (), {"vol": None, "oflags": "viqc"}, None),
    "Coinbase: quantity and price": (at_coinbase, ({"base_size": "7", "limit_price": "0.01"},), {}, "0.07"),
    "Coinbase: limit sized by its cost": (
        at_coinbase,
        ({"quote_size": "0.07", "limit_price": "0.01"},),
        {"outstanding_hold_amount": "0.0704"},
        "0.0704",
    ),
    "Coinbase: market, pending": (
        at_coinbase,
        ({"quote_size": "0.07"},),
        {"kind": "market_market_ioc", "status": "PENDING", "outstanding_hold_amount": "0"},
        "0.07",
    ),
    "Coinbase: market, partly spent": (
        at_coinbase,
        ({"quote_size": "0.07"},),
        {"kind": "market_market_ioc", "filled_value": "0.03"},
        "0.04",
    ),
    "Coinbase: no size at all": (at_coinbase, ({"limit_price": "0.01"},), {}, None),
    "Coinbase: no price": (at_coinbase, ({"base_size": "7"},), {"outstanding_hold_amount": "0.07"}, "0.07"),
    "Coinbase: no price, no hold": (at_coinbase, ({"base_size": "7"},), {}, None),
    "Alpaca: quantity and price": (at_alpaca, (), {}, "0.07"),
    "Alpaca: sized by its cost": (
        at_alpaca,
        (),
        {"qty": None, "notional": "0.07", "limit_price": None},
        "0.07",
    ),
    "Alpaca: no price": (at_alpaca, (), {"limit_price": None}, None),
    "Alpaca: no quantity": (at_alpaca, (), {"qty": None}, None),
    "Alpaca: partly spent": (
        at_alpaca,
        (),
        {"qty": None, "notional": "0.07", "limit_price": None, "filled_qty": "3", "filled_avg_price": "0.01"},
        "0.04",
    ),
}


@pytest.mark.fault("V122")
@pytest.mark.parametrize(("read", "terms", "fields", "held"), KEEPS_BITCOIN.values(), ids=KEEPS_BITCOIN)
def test_a_purchase_keeps_the_coins_it_is_paid_in_whatever_can_be_read_of_their_amount(
    read, terms, fields, held
):
    opened = read(*terms, **fields)

    (order,) = opened.orders
    assert order.held_asset == "BTC"
    assert order.held_quantity == (None if held is None else Decimal(held))


KEEPS_ETHER = {
    "Kraken: a volume of zero": (at_kraken, (), {"side": "sell", "vol": "0"}),
    "Kraken: filled beyond it": (at_kraken, (), {"side": "sell", "vol_exec": "8"}),
    "Coinbase: a size of zero": (at_coinbase, ({"base_size": "0", "limit_price": "1"},), {"side": "SELL"}),
    "Coinbase: filled beyond it": (at_coinbase, ({"base_size": "7"},), {"side": "SELL", "filled_size": "9"}),
    "Alpaca: a quantity below zero": (at_alpaca, (), {"side": "sell", "qty": "-7"}),
    "Alpaca: filled beyond it": (at_alpaca, (), {"side": "sell", "filled_qty": "9"}),
}


@pytest.mark.parametrize(("read", "terms", "fields"), KEEPS_ETHER.values(), ids=KEEPS_ETHER)
def test_an_open_sale_of_which_nothing_seems_to_be_left_keeps_an_unknown_amount(read, terms, fields):
    (order,) = read(*terms, **fields).orders

    assert (order.held_asset, order.held_quantity) == ("ETH", None)


def test_an_open_order_in_a_pair_nobody_knows_is_named():
    opened = at_kraken(descr={"pair": "NEWCOIN"})

    assert opened.orders == ()
    assert opened.unreadable == ("OAAAAA-BBBBB-CCCCCC: it trades NEWCOIN, a pair that NIJA does not know",)


LISTS = {
    Venue.KRAKEN: "OpenOrders",
    Venue.COINBASE: "orders/historical/batch",
    Venue.ALPACA: "GET /v2/orders",
}
IN_MARKET = {"order_configuration": {"market_market_ioc": {"quote_size": "0.07"}}, "status": "PENDING"}


def trade_ether_for_bitcoin(room, venue):
    """Have the owner bid for ether with 0.07 of their bitcoin."""
    market = room.world.market
    listed = market.listing(venue, "ETH/USD")
    terms = {
        "symbol": "ETH/BTC",
        "quote": "BTC",
        "tick": Decimal("0.00001"),
        "minimum_notional": Decimal("0.0001"),
    }
    market.add(replace(listed, **terms))
    market.set_price("ETH", Decimal(2500))
    return room.trade("buy", "7", "ETH/BTC", limit="0.01", venue=venue)


@pytest.mark.fault("V122")
@pytest.mark.parametrize(
    ("venue", "shown"),
    [
        (Venue.KRAKEN, {"ordertype": "trailing-stop", "price": "+5.0000%"}),
        (Venue.KRAKEN, {"vol": None}),
        (Venue.COINBASE, {"outstanding_hold_amount": "0.07", **IN_MARKET}),
        (Venue.COINBASE, IN_MARKET),
        (Venue.ALPACA, {"qty": None, "notional": "0.07", "limit_price": None, "type": "market"}),
        (Venue.ALPACA, {"limit_price": None}),
    ],
    ids=str,
)
async def test_a_purchase_paid_in_the_guarded_coin_is_cancelled_for_its_sale(rooms, venue, shown):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.1", venue=venue)
        room.set_bid("50000", venue=venue)
        held = trade_ether_for_bitcoin(room, venue)
        await room.arm("0.1", "6000", venue=venue)
        room.fault(FaultKind.WRONG_FIELDS, LISTS[venue], venue=venue, fields=shown, times=None)

        await room.sell_off()

        assert room.world.ledger(venue).total("BTC") == 0
        [filled] = await room.alerts(ExitFilled)
        assert [order.venue_order_id for order in filled.cancelled] == [held.id]
