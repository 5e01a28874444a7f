"""A surprising price whose order book cannot be read: polls that agree sell it, one that is frozen or alone never does."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled, PriceTrouble
from engine.market.mark import Mark, PriceUnknown
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.market import Override
from tests.engine.watch.streaming import give_stream, read
from tests.engine.watch.watching import seen

BOOKS = {
    "fail": {"kind": FaultKind.HTTP_ERROR_BEFORE},
    "hang": {"kind": FaultKind.DELAY_BEFORE, "delay_s": 86400},
}


@pytest.fixture(params=BOOKS)
def break_books(room, request):
    return lambda: room.fault(endpoint="Depth", times=None, **BOOKS[request.param])


def show(room, bid, *, size=1000):
    """Show a price at the ticker alone."""
    shown = Override(
        bid=Decimal(bid), ask=Decimal(bid) + 10, bid_size=Decimal(size), ask_size=Decimal(size), in_book=False
    )
    room.world.market.override("kraken", "BTC/USD", shown)


async def look_at(room, bid, seconds, *, is_moving=True):
    """Look as the schedule does, at a ticker that moves a little or is frozen."""
    for second in range(seconds):
        if second % 5 == 0:
            show(room, bid, size=1000 + second * is_moving)
            await room.engine.guard()
        await room.clock.sleep(1)
        if room.sent():
            break
    await room.wait_for("look ", "exit ", "tick ")


@pytest.mark.fault("V141")
async def test_a_loss_at_the_first_price_after_a_start_is_sold_by_polls_that_agree(room, break_books):
    break_books()
    room.deposit("BTC", "0.1")
    room.set_bid("59000")
    await room.arm("0.1", "6000")

    await look_at(room, "59000", 60)

    [sale] = await room.alerts(ExitFilled)
    assert sale.trigger_price == Decimal(59000)


@pytest.mark.fault("V141")
@pytest.mark.parametrize("is_pushed", [False, True])
async def test_a_fall_of_more_than_five_percent_is_sold_by_polls_that_agree(guarded, break_books, is_pushed):
    if is_pushed:
        # It pushes nothing of the fall.
        give_stream(guarded)
        await read(guarded)
    break_books()
    guarded.set_bid("55000")

    await look_at(guarded, "55000", 60)

    [sale] = await guarded.alerts(ExitFilled)
    assert sale.trigger_price == Decimal(55000)


@pytest.mark.fault("V141")
async def test_a_loss_at_a_top_that_is_thin_is_sold_by_polls_that_agree(guarded, break_books):
    break_books()
    for nth in range(8):
        guarded.set_bid("59000")
        show(guarded, "59000", size=Decimal(nth + 1) / 1000)
        await guarded.look()
        await guarded.clock.sleep(5)
    await guarded.wait_for("exit ")

    [sale] = await guarded.alerts(ExitFilled)
    assert sale.trigger_price == Decimal(59000)


@pytest.mark.fault("V141")
async def test_a_frozen_price_whose_book_cannot_be_read_sells_nothing(guarded, break_books):
    break_books()

    await look_at(guarded, "55000", 300, is_moving=False)

    assert guarded.sent() == []
    assert [alarm.what for alarm in await guarded.alerts(PriceTrouble)][:1] == ["unknown"]
    assert isinstance(seen(guarded), PriceUnknown)


@pytest.mark.fault("V141")
async def test_a_price_that_falls_for_a_moment_while_its_book_cannot_be_read_sells_nothing(
    guarded, break_books
):
    break_books()

    for _ in range(5):
        await look_at(guarded, "55000", 15)
        await look_at(guarded, "60000", 5)

    assert guarded.sent() == []
    assert isinstance(seen(guarded), Mark)


async def poll_until_the_next_confirms(room):
    """Look at a loss that the ticker alone shows and no book can be held against."""
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Depth", times=None)
    await look_at(room, "55000", 20)
    assert room.sent() == []
    room.world.faults(Venue.KRAKEN).clear("Depth")
    show(room, "55000", size=2000)


async def next_look(room, *, break_books_after_s=0.0):
    """Take the look whose poll confirms the price; books that deny it can be read for so long."""
    await room.engine.guard()
    await room.clock.sleep(break_books_after_s)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Depth", times=None)
    await room.wait_for("look ", "exit ")


@pytest.mark.fault("V141")
async def test_polls_that_agree_sell_at_the_look_that_makes_them_enough(guarded):
    await poll_until_the_next_confirms(guarded)

    await next_look(guarded)

    assert len(guarded.sent()) == 1


@pytest.mark.fault("V141")
async def test_polls_that_agree_sell_nothing_that_the_book_denies_once_it_is_read(guarded):
    await poll_until_the_next_confirms(guarded)

    await next_look(guarded, break_books_after_s=5)

    assert guarded.sent() == []


@pytest.mark.fault("V144")
async def test_polls_that_agree_sell_nothing_that_one_book_denied_before_the_next_could_not_be_read(guarded):
    await poll_until_the_next_confirms(guarded)

    # The first look at the book comes 0.3 s after the poll, the next 0.3 s later.
    await next_look(guarded, break_books_after_s=0.45)

    assert guarded.sent() == []


@pytest.mark.fault("V144")
async def test_polls_that_agree_sell_nothing_that_a_book_denied_before_the_next_came_too_late(guarded):
    await poll_until_the_next_confirms(guarded)
    guarded.fault(FaultKind.DELAY_BEFORE, "Depth", times=None, delay_s=0.6)

    await next_look(guarded, break_books_after_s=5)

    assert guarded.sent() == []


async def push_and_wait(room, bid):
    room.stream.push(bid, Decimal(bid) + 10)
    await room.clock.sleep(1)
    await room.wait_for("tick ")


@pytest.mark.fault("V144")
async def test_polls_that_agree_sell_nothing_that_a_book_denied_when_the_same_was_pushed(streamed):
    # The price that brought the stream to life was a poll too.
    await streamed.clock.sleep(5)
    show(streamed, "55000")
    await push_and_wait(streamed, "55000")
    await poll_until_the_next_confirms(streamed)
    await push_and_wait(streamed, "55000")

    await next_look(streamed)

    assert streamed.sent() == []
