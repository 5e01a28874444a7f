"""A trailing stop follows what the order book shows, outlives the process, and sells when the price comes back to it."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from sandbox.faults import FaultKind
from sandbox.market import Override
from tests.engine.watch.streaming import fall, give_stream, read

TRAIL = Decimal("0.02")


@pytest.fixture
async def trailing(room):
    """A tenth of a bitcoin bought at 60,000 whose stop trails by two percent."""
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000", trail=TRAIL, stop=Decimal(58800))
    await room.look()
    return room


async def look(room):
    await room.engine.guard()
    await room.wait_for("look ", "stop ", "target ", "exit ")


async def rise(room, bid="62000"):
    room.set_bid(bid)
    await look(room)


async def stop(room):
    return (await room.guard()).stop


async def test_it_follows_a_rise_and_no_fall(trailing):
    await rise(trailing)
    assert await stop(trailing) == Decimal(60760)

    await rise(trailing, "61500")
    assert await stop(trailing) == Decimal(60760)
    assert trailing.sent() == []


async def test_what_comes_back_to_it_is_sold_and_told_as_a_stop(trailing):
    await rise(trailing)

    trailing.set_bid("60760")
    await look(trailing)

    [sale] = await trailing.alerts(ExitFilled)
    assert (sale.stop, sale.target, sale.fill_price) == (Decimal(60760), None, Decimal(60760))
    assert trailing.world.ledger("kraken").total("BTC") == 0


async def test_a_tick_that_comes_back_to_it_sells_without_a_look(trailing):
    give_stream(trailing)
    await rise(trailing)
    await read(trailing, "62000")
    polled = len(trailing.sent("Ticker"))

    fall(trailing, "60700")
    await trailing.wait_for("tick ", "exit ")

    [sale] = await trailing.alerts(ExitFilled)
    assert sale.stop == Decimal(60760)
    assert len(trailing.sent("Ticker")) == polled


async def test_it_is_kept_over_a_restart(trailing):
    await rise(trailing)

    await trailing.restart()
    trailing.set_bid("60700")
    await look(trailing)

    [sale] = await trailing.alerts(ExitFilled)
    assert sale.stop == Decimal(60760)


async def test_a_loss_beyond_the_threshold_is_a_liquidation_whatever_its_stop(trailing):
    await rise(trailing)

    trailing.set_bid("59000")
    await look(trailing)

    [sale] = await trailing.alerts(ExitFilled)
    assert sale.stop is None


async def test_a_rise_that_only_the_ticker_shows_raises_no_stop(trailing):
    trailing.world.market.override(
        "kraken",
        "BTC/USD",
        Override(
            bid=Decimal(62000),
            ask=Decimal(62010),
            bid_size=Decimal(2),
            ask_size=Decimal(2),
            in_book=False,
        ),
    )

    await look(trailing)

    assert await stop(trailing) == Decimal(58800)
    assert trailing.sent() == []


async def test_a_book_that_cannot_be_read_raises_no_stop(trailing):
    trailing.fault(FaultKind.HTTP_ERROR_BEFORE, "Depth", times=None)

    await rise(trailing)

    assert await stop(trailing) == Decimal(58800)


async def test_a_stop_that_is_behind_the_threshold_sells_no_later(trailing):
    trailing.set_bid("59400")

    await look(trailing)

    [sale] = await trailing.alerts(ExitFilled)
    assert (sale.stop, sale.trigger_price) == (None, Decimal(59400))


async def test_a_spread_that_widens_sells_nothing(room):
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000", threshold=Decimal("-0.1"), trail=TRAIL, stop=Decimal(58800))
    await look(room)

    # Its middle has not come down by two percent.
    room.world.market.override("kraken", "BTC/USD", Override(bid=Decimal(58300), ask=Decimal(61000)))
    await look(room)

    assert room.sent() == []
