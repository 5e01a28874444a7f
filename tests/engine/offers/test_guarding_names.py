"""Stocks, options and coins are found by what the owner types."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.questions import Armed, Exclusion, Offer
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID
from tests.engine.offers.guarding import service


@pytest.mark.parametrize("typed", ["AAPLx.T", "aaplx.t", "AAPLx"])
async def test_a_tokenized_stock_is_found_in_any_letters_and_cannot_be_guarded(rooms, typed):
    async with rooms() as room:
        bitcoin = room.world.market.listing("kraken", "BTC/USD")
        room.world.market.add(replace(bitcoin, symbol="AAPLx.T/USD", base="AAPLx.T"))
        room.world.market.set_price("AAPLx.T", Decimal(200))
        room.deposit("AAPLx.T", "3")
        await room.read()

        outcome = await service(room).offer_guard(OWNER_ID, typed, None)

    assert isinstance(outcome, Armed)
    assert "tokenized stock" in str(outcome.left_out)
    assert "AAPLx.T" in str(outcome.left_out)


@pytest.mark.parametrize("typed", ["AAPL250117C00150000", "aapl250117c00150000"])
async def test_an_option_is_found_by_its_name_and_cannot_be_guarded(rooms, typed):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("AAPL", "3", venue=Venue.ALPACA)
        shown = {"asset_class": "us_option", "symbol": "AAPL250117C00150000"}
        endpoint = "GET /v2/positions"
        room.fault(FaultKind.WRONG_FIELDS, endpoint, venue=Venue.ALPACA, fields=shown, times=None)
        await room.read()

        outcome = await service(room).offer_guard(OWNER_ID, typed, None)

    assert isinstance(outcome, Armed)
    (left_out,) = outcome.left_out
    assert left_out.position.asset == "AAPL250117C00150000"
    assert left_out.excluded == Exclusion.NOT_LISTED


@pytest.mark.parametrize("typed", ["USD.US", "usd", "USD/USD"])
async def test_a_share_called_like_money_is_found_by_its_ticker(rooms, typed):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        apple = room.world.market.listing("alpaca", "AAPL/USD")
        room.world.market.add(replace(apple, symbol="USD.US/USD", base="USD.US"))
        room.world.market.set_price("USD.US", Decimal(80))
        room.deposit("USD", "1000", venue=Venue.ALPACA)
        room.deposit("USD.US", "3", venue=Venue.ALPACA)
        await room.read()

        outcome = await service(room).offer_guard(OWNER_ID, typed, None)

    shown = outcome.lines if isinstance(outcome, Offer) else outcome.left_out
    assert [line.position.asset for line in shown] == ["USD.US"]


async def test_a_coin_comes_before_a_share_of_its_name(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        apple = room.world.market.listing("alpaca", "AAPL/USD")
        room.world.market.add(replace(apple, symbol="BTC.US/USD", base="BTC.US"))
        room.world.market.set_price("BTC.US", Decimal(80))
        room.deposit("BTC.US", "3", venue=Venue.ALPACA)
        room.deposit("BTC", "3", venue=Venue.ALPACA)
        await room.read()

        outcome = await service(room).offer_guard(OWNER_ID, "btc", None)

    shown = outcome.lines if isinstance(outcome, Offer) else outcome.left_out
    assert [line.position.asset for line in shown] == ["BTC"]
