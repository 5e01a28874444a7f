"""Our client order id on a row of another order: another coin, the other side or a limit is none of ours."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.brokers.glimpse import Glimpse
from engine.brokers.named_orders import is_another, only_of, shows_another
from engine.brokers.paper.ledger import Draft, Kind
from engine.model.orders import ClientOrderId, Fill, Order, OrderStatus, Sent, Side, VenueOrderId
from engine.model.venues import Venue

D = Decimal
AT = datetime(2026, 1, 1, tzinfo=UTC)
OURS = ClientOrderId("0f7a2c52-5a0e-4c0a-9f62-3f6f0a5d9f11")
SENT = Sent(side=Side.SELL, quantity=D("0.1"), at=AT)
ORDER = Order(
    venue_order_id=VenueOrderId("O-1"),
    client_order_id=OURS,
    symbol="BTC/USD",
    side=Side.SELL,
    status=OrderStatus.FILLED,
    quantity=D("0.1"),
    filled_quantity=D("0.1"),
    cost=None,
    fee=None,
    fee_asset=None,
    is_market=True,
)
FILL = Fill(
    trade_id="T-1",
    venue_order_id=VenueOrderId("O-1"),
    symbol="BTC/USD",
    base="BTC",
    quote="USD",
    side=Side.SELL,
    price=D(50000),
    quantity=D("0.1"),
    fee=None,
    fee_asset="USD",
    at=AT,
)
SHOWN = Glimpse(base="BTC", side=Side.SELL, quantity=D("0.1"), opened_at=AT, family=None)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, False, id="the same"),
        pytest.param({"symbol": "BTC/USDC"}, False, id="through another pair"),
        pytest.param({"quantity": D("0.05")}, False, id="sent again for less"),
        pytest.param({"is_market": None}, False, id="of a kind nobody reports"),
        pytest.param({"symbol": "ETH/USD"}, True, id="another coin"),
        pytest.param({"side": Side.BUY}, True, id="the other side"),
        pytest.param({"price": D(90000)}, True, id="with a limit"),
        pytest.param({"is_market": False}, True, id="with a limit nobody reports"),
    ],
)
def test_an_order_with_our_id_is_held_against_what_was_sent(changes, expected):
    assert is_another(replace(ORDER, **changes), "BTC/USD", Side.SELL) is expected


def test_where_nothing_is_known_of_what_was_sent_the_coin_must_agree():
    assert not is_another(replace(ORDER, side=Side.BUY), "BTC/USD", None)
    assert is_another(replace(ORDER, symbol="ETH/USD"), "BTC/USD", None)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({"base": None, "side": None}, False),
        ({"base": "ETH"}, True),
        ({"side": Side.BUY}, True),
        ({"is_market": False}, True),
    ],
)
def test_what_can_be_read_of_a_row_is_held_against_what_was_sent(changes, expected):
    assert shows_another(replace(SHOWN, **changes), "BTC/USD", Side.SELL) is expected


def test_a_trade_of_another_coin_or_side_is_none_of_the_order_it_names():
    others = (replace(FILL, symbol="ETH/USD", base="ETH"), replace(FILL, side=Side.BUY))

    assert only_of(ORDER, (*others, FILL)) == (FILL,)


@pytest.mark.fault("V153")
@pytest.mark.parametrize("venue", Venue)
@pytest.mark.parametrize(
    ("placed_as", "is_found"),
    [
        ((Side.SELL, "BTC/USD", None), True),
        ((Side.SELL, "BTC/USD", "70000"), False),
        ((Side.BUY, "BTC/USD", None), False),
        ((Side.BUY, "BTC/USD", "30000"), False),
        ((Side.SELL, "ETH/USD", None), False),
        ((Side.SELL, "ETH/USD", "9000"), False),
    ],
)
async def test_no_list_of_a_venue_makes_another_order_ours(rooms, venue, placed_as, is_found):
    side, symbol, limit = placed_as
    async with rooms(venues=(venue,)) as room:
        for asset, amount in (("BTC", "1"), ("ETH", "2"), ("USD", "90000")):
            room.deposit(asset, amount, venue=venue)
        room.set_bid("50000", venue=venue)
        room.set_bid("2000", "ETH/USD", venue=venue)
        draft = Draft(
            listing=room.world.market.listing(venue, symbol),
            side=side,
            kind=Kind.MARKET if limit is None else Kind.LIMIT,
            quantity=D("0.1"),
            limit=None if limit is None else D(limit),
            client_id=OURS,
        )
        placed = room.world.ledger(venue).place(
            draft, room.world.market.liquidity(venue, symbol), at=room.seconds()
        )
        sent = replace(SENT, at=room.clock.now())

        found = await room.broker(venue).find_order(
            OURS, "BTC/USD", since=room.clock.now() - timedelta(days=1), sent=sent
        )

        assert (found and found.venue_order_id) == (placed.id if is_found else None)
