"""The free stream of stocks shows one exchange, a few percent of what is traded: no stop is decided on it alone."""

from datetime import UTC, datetime

import pytest

from engine.model.venues import Venue
from tests.engine.watch.streaming import give_stream, quiet, read

#: Wednesday in winter: New York trades from 14:30 to 21:00 UTC.
NOON = datetime(2026, 3, 4, 17, tzinfo=UTC)
NIGHT = datetime(2026, 3, 4, 23, tzinfo=UTC)


@pytest.fixture(params=[NOON], ids=["noon"])
async def shares(rooms, request):
    async with rooms(venues=(Venue.ALPACA,), start=request.param) as room:
        room.deposit("AAPL", "2", venue=Venue.ALPACA)
        room.set_bid("229.50", "AAPL/USD", venue=Venue.ALPACA)
        give_stream(room, Venue.ALPACA, is_whole_market=False)
        await room.arm("2", "460", "AAPL/USD", venue=Venue.ALPACA)
        await room.read()
        await read(room, "229.50", symbol="AAPL/USD")
        yield room


@pytest.mark.fault("V118")
async def test_a_tick_of_one_exchange_sells_nothing_that_the_venue_does_not_confirm(shares):
    shares.stream.push("226", "226.1", symbol="AAPL/USD")
    await quiet(shares)

    assert shares.sent("POST /v2/orders", venue=Venue.ALPACA) == []


@pytest.mark.fault("V118")
async def test_a_tick_that_the_venue_confirms_sells_without_a_look(shares):
    shares.set_bid("226", "AAPL/USD", venue=Venue.ALPACA)
    shares.stream.push("226", "226.1", symbol="AAPL/USD")
    await quiet(shares)

    assert len(shares.sent("POST /v2/orders", venue=Venue.ALPACA)) == 1


@pytest.mark.parametrize("shares", [NIGHT], indirect=True, ids=["night"])
async def test_a_tick_outside_of_the_session_sells_nothing(shares):
    shares.set_bid("226", "AAPL/USD", venue=Venue.ALPACA)
    shares.stream.push("226", "226.1", symbol="AAPL/USD")
    await quiet(shares)

    assert shares.sent("POST /v2/orders", venue=Venue.ALPACA) == []


QUOTES = "GET /v2/stocks/quotes/latest"


async def test_a_wide_spread_of_one_exchange_does_not_have_the_venue_asked(shares):
    before = len(shares.sent(QUOTES, venue=Venue.ALPACA))

    shares.stream.push("220", "239", symbol="AAPL/USD")
    await quiet(shares)

    assert len(shares.sent(QUOTES, venue=Venue.ALPACA)) == before


async def test_the_venue_is_asked_every_five_seconds_at_most_while_one_exchange_shows_less(shares):
    before = len(shares.sent(QUOTES, venue=Venue.ALPACA))

    for _ in range(200):
        shares.stream.push("226", "226.1", symbol="AAPL/USD")
        await shares.clock.sleep(0.1)
    await quiet(shares)

    assert 1 <= len(shares.sent(QUOTES, venue=Venue.ALPACA)) - before <= 5
