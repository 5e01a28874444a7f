"""Whatever becomes of a stream, the poll sells."""

from decimal import Decimal

import pytest

from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.market import Override
from tests.engine.watch.streaming import fall, give_stream, quiet, read


@pytest.mark.fault("V21")
@pytest.mark.fault("V112")
async def test_what_a_lost_stream_says_sells_nothing_and_the_poll_sells(streamed):
    streamed.stream.lose()
    fall(streamed)
    await quiet(streamed)
    by_tick = streamed.sent()

    await streamed.sell_off()

    assert by_tick == []
    assert len(streamed.sent()) == 1


@pytest.mark.fault("V113")
async def test_a_stream_that_stands_still_while_the_price_falls_is_found_out_by_the_poll_which_sells(
    streamed,
):
    await streamed.clock.sleep(5)
    streamed.set_bid("59000")

    await streamed.sell_off()

    assert len(streamed.sent()) == 1
    assert streamed.base.markets[Venue.KRAKEN].pushed.believed("BTC/USD") is None
    assert streamed.stream.renewed == ["BTC/USD"]


@pytest.mark.fault("V114")
async def test_a_stream_that_ends_with_a_defect_is_read_again_and_the_poll_goes_on(guarded):
    give_stream(guarded).run = None

    await guarded.look()
    guarded.set_bid("59000")
    await guarded.sell_off()

    assert len(guarded.sent()) == 1
    assert len(guarded.failures) == 2
    guarded.expected_failures = guarded.failures


async def test_a_price_that_only_the_stream_has_sells(streamed):
    streamed.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await streamed.look()

    fall(streamed)
    await quiet(streamed)

    assert len(streamed.sent()) == 1


@pytest.mark.fault("V117")
async def test_streams_begin_again_with_the_next_life_of_the_process(streamed):
    streamed.fault(FaultKind.DROP_AFTER, "AddOrder")
    fall(streamed)
    await streamed.world.tape("kraken").wait_for("AddOrder")
    await streamed.restart()
    give_stream(streamed)
    await read(streamed, "59000")
    fall(streamed, "58900")
    await quiet(streamed)
    await streamed.engine.settle()

    assert len(streamed.sent()) == 1
    assert streamed.world.ledger("kraken").total("BTC") == 0


async def test_nothing_of_a_stream_goes_on_when_the_process_stops(streamed):
    await streamed.base.tasks.drain(0)

    streamed.stream.push("59000", "59010")

    assert streamed.tasks.names() == ()


async def test_an_override_of_the_ticker_that_the_stream_does_not_show_makes_the_stream_distrusted(streamed):
    shown = Override(bid=Decimal(55000), ask=Decimal(55010), in_book=False)
    await streamed.clock.sleep(5)
    streamed.world.market.override("kraken", "BTC/USD", shown)

    await streamed.look()
    fall(streamed)
    by_tick = streamed.sent()

    assert by_tick == []
