"""A price that jumped, or is the first one, counts once the order book agrees."""

from decimal import Decimal

import pytest

from engine.market.mark import PriceProblem, PriceUnknown
from sandbox.faults import FaultKind
from sandbox.market import Override
from tests.engine.watch.watching import seen


@pytest.mark.fault("V5")
async def test_a_jump_in_the_ticker_alone_sells_nothing(guarded):
    spike = Override(bid=Decimal(30000), ask=Decimal(30001), in_book=False)
    guarded.world.market.override("kraken", "BTC/USD", spike)

    await guarded.sell_off()

    assert guarded.sent() == []
    assert seen(guarded).price == Decimal(60000)


@pytest.mark.fault("V5")
async def test_a_jump_the_order_book_confirms_sells_after_the_second_look(guarded):
    guarded.set_bid("30000")
    before = guarded.clock.monotonic()

    await guarded.sell_off()

    [order] = guarded.sent()
    assert 0.3 <= order.monotonic - before < 0.5


async def test_the_first_price_after_a_start_is_looked_at_twice(room):
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000")

    await room.look()
    await room.clock.sleep(5)
    await room.look()

    # Once to confirm it, once to compare the ticker with the book from now on.
    assert len(room.sent("Depth")) == 2
    assert seen(room).price == Decimal(60000)


async def test_a_second_look_nobody_answers_gives_no_price(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Depth")

    await room.look()

    assert seen(room) == PriceUnknown(problem=PriceProblem.NO_ANSWER)
    assert room.sent() == []


async def test_an_order_book_that_takes_too_long_is_given_up_and_counts_as_no_price(guarded):
    guarded.set_bid("30000")
    guarded.fault(FaultKind.DELAY_BEFORE, "Depth", times=None, delay_s=9)

    await guarded.look()

    assert isinstance(seen(guarded), PriceUnknown)
    assert guarded.sent() == []
