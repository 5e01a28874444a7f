"""What the owner's open orders at Alpaca hold of shares and coins is freed, whatever kind of order it is."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.model.instruments import base_of
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from tests.engine.exits.failing_texts import why_of

D = Decimal
#: A Wednesday in winter, when New York trades.
NOON = datetime(2026, 3, 4, 17, tzinfo=UTC)
ORDERS = "GET /v2/orders"


@pytest.fixture
async def room(rooms):
    async with rooms(venues=(Venue.ALPACA,), start=NOON) as room:
        yield room


async def guard_under_an_order(room, symbol, *, total="200", held, shown):
    """Guard so many of which the owner's order holds a part; the venue shows that order with other fields."""
    asset = base_of(symbol)
    room.deposit(asset, total, venue=Venue.ALPACA)
    room.set_bid("100", symbol, venue=Venue.ALPACA)
    order = room.trade("sell", held, symbol, venue=Venue.ALPACA, limit="900")
    await room.arm(total, str(D(total) * 100), symbol, venue=Venue.ALPACA)
    room.fault(FaultKind.WRONG_FIELDS, ORDERS, venue=Venue.ALPACA, fields=shown, times=None)
    await room.read()
    await room.look()
    room.set_bid("98", symbol, venue=Venue.ALPACA)
    await room.look()
    await room.clock.sleep(60)
    return order


def left(room, symbol):
    return room.world.ledger("alpaca").total(base_of(symbol))


@pytest.mark.fault("V47")
@pytest.mark.parametrize(
    ("symbol", "total", "held", "shown"),
    [
        ("BTC/USD", "2", "1", {"position_intent": "sell_to_open"}),
        ("AAPL/USD", "200", "100", {"position_intent": "sell_to_open"}),
        ("AAPL/USD", "200", "100", {"side": "sell_short", "position_intent": "sell_to_open"}),
        (
            "AAPL/USD",
            "200",
            "100",
            {
                "asset_class": "us_option",
                "symbol": "AAPL260619C00150000",
                "qty": "1",
                "limit_price": "2",
                "position_intent": "sell_to_open",
            },
        ),
    ],
    ids=["coins", "shares", "sold short", "covered call"],
)
async def test_an_order_that_holds_what_is_sold_is_cancelled_whatever_its_intent(
    room, symbol, total, held, shown
):
    order = await guard_under_an_order(room, symbol, total=total, held=held, shown=shown)

    (filled,) = await room.alerts(ExitFilled)
    assert left(room, symbol) == 0
    (cancelled,) = filled.cancelled
    assert (cancelled.venue_order_id, base_of(cancelled.symbol)) == (
        order.id,
        shown.get("symbol", base_of(symbol)),
    )


@pytest.mark.fault("V47")
@pytest.mark.parametrize(
    "shown",
    [
        {"asset_class": "crypto_option"},
        {"asset_class": "us_option", "symbol": "AAPL260619C00150000", "position_intent": None},
        {"asset_class": "us_option", "symbol": "AAPL1260619C00150000", "position_intent": "sell_to_open"},
    ],
    ids=["another class", "no intent", "adjusted contract"],
)
async def test_an_order_that_may_hold_what_is_sold_is_named(room, shown):
    order = await guard_under_an_order(room, "AAPL/USD", held="200", shown=shown)

    (failing, *_) = await room.alerts(ExitFailing)
    assert left(room, "AAPL/USD") == 200
    assert order.id in why_of(failing)


@pytest.mark.fault("V48")
@pytest.mark.parametrize("ticker", ["USD", "DAI", "BTC", "EUR"])
async def test_a_share_called_like_money_or_a_coin_is_guarded_and_sold(room, ticker):
    name = f"{ticker}.US"
    apple = room.world.market.listing("alpaca", "AAPL/USD")
    room.world.market.add(replace(apple, symbol=f"{name}/USD", base=name))
    room.deposit("USD", "1000", venue=Venue.ALPACA)

    await guard_under_an_order(room, f"{name}/USD", held="100", shown={"subtag": None})

    assert left(room, name) == 0
    (filled,) = await room.alerts(ExitFilled)
    assert filled.symbol == f"{name}/USD"
