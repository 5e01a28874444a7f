"""Fields of Alpaca's account, positions and clock that no sale needs: what is held stays known, watched and sold."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.alerts.messages import PriceTrouble
from engine.market.mark import PriceProblem
from engine.model.venues import Venue
from sandbox.faults import FaultKind

ALPACA = Venue.ALPACA
#: Wednesday in winter: New York trades from 14:30 to 21:00 UTC.
NOON = datetime(2026, 3, 4, 17, tzinfo=UTC)


@pytest.fixture
async def room(rooms):
    async with rooms(venues=(ALPACA,), start=NOON) as room:
        yield room


def show(room, endpoint, **fields):
    room.fault(FaultKind.WRONG_FIELDS, endpoint, venue=ALPACA, fields=fields, times=None)


def hold_bitcoin(room):
    room.deposit("BTC", "0.1", venue=ALPACA)
    room.set_bid("50000", venue=ALPACA)


async def guard_shares(room):
    room.deposit("AAPL", "2", venue=ALPACA)
    room.set_bid("229.50", "AAPL/USD", venue=ALPACA)
    await room.arm("2", "460", "AAPL/USD", venue=ALPACA)


async def let_shares_fall(room):
    await room.read()
    await room.look()
    room.set_bid("220", "AAPL/USD", venue=ALPACA)
    for _ in range(6):
        await room.look()
        await room.clock.sleep(10)


@pytest.mark.fault("V124")
@pytest.mark.parametrize("value", [None, "", "NaN"])
async def test_without_the_sum_of_the_positions_they_stay_known_and_only_the_dollars_are_not(room, value):
    hold_bitcoin(room)
    show(room, "GET /v2/account", position_market_value=value)

    await room.read()

    report = room.report(ALPACA)
    assert report.holding("BTC").total == Decimal("0.1")
    assert "USD" in report.unreadable


@pytest.mark.fault("V124")
async def test_without_the_sum_of_the_positions_an_order_that_holds_coins_is_cancelled(room):
    hold_bitcoin(room)
    room.trade("sell", "0.07", limit="90000", venue=ALPACA)
    await room.arm("0.1", "6000", venue=ALPACA)
    show(room, "GET /v2/account", position_market_value=None)

    await room.sell_off()

    assert room.world.ledger(ALPACA).total("BTC") == 0


@pytest.mark.parametrize("held", [True, False], ids=["coins", "no position"])
async def test_no_positions_beside_sums_that_cannot_be_read_are_believed_where_cash_is_all_there_is(
    room, held
):
    room.deposit("USD", "100", venue=ALPACA)
    if held:
        hold_bitcoin(room)
    show(room, "GET /v2/account", position_market_value=None, long_market_value=None)
    room.fault(FaultKind.WRONG_BODY, "GET /v2/positions", venue=ALPACA, body="[]", times=None)

    await room.read()

    assert (room.report(ALPACA) is None) == held


@pytest.mark.fault("V124")
@pytest.mark.parametrize("value", ["NaN", "n/a", True, "-1", None])
async def test_an_average_price_that_cannot_be_read_hides_no_position(room, value):
    hold_bitcoin(room)
    show(room, "GET /v2/positions", avg_entry_price=value)

    await room.read()

    holding = room.report(ALPACA).holding("BTC")
    assert (holding.total, holding.venue_entry) == (Decimal("0.1"), None)


@pytest.mark.fault("V124")
@pytest.mark.parametrize("field", ["next_open", "next_close", "timestamp", "is_open"])
@pytest.mark.parametrize("value", [None, "", "x"])
async def test_a_share_is_sold_in_a_session_of_which_a_time_cannot_be_read(room, field, value):
    await guard_shares(room)
    show(room, "GET /v2/clock", **{field: value})

    await let_shares_fall(room)

    assert room.world.ledger(ALPACA).total("AAPL") == 0


@pytest.mark.fault("V124")
async def test_a_clock_that_does_not_show_whether_the_market_is_open_is_named_as_that(room):
    await guard_shares(room)
    show(room, "GET /v2/clock", is_open=None, next_open=None)

    await let_shares_fall(room)

    assert {trouble.why for trouble in await room.alerts(PriceTrouble)} == {PriceProblem.SESSION_UNKNOWN}


@pytest.mark.fault("V124")
@pytest.mark.parametrize("name", ["US_EQUITY", "Us_Equity"])
async def test_a_share_whose_class_is_in_capitals_is_listed_and_sold(room, name):
    await guard_shares(room)
    show(room, "GET /v2/positions", asset_class=name)

    await let_shares_fall(room)

    assert room.world.ledger(ALPACA).total("AAPL") == 0
