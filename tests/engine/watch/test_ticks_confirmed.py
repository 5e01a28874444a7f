"""A breach that only a stream shows is held against what else its venue says."""

from datetime import timedelta

import pytest

from sandbox.faults import FaultKind
from tests.engine.watch.streaming import fall, give_stream, quiet


def no_answers(room):
    for endpoint in ("Ticker", "Depth"):
        room.fault(FaultKind.HTTP_ERROR_BEFORE, endpoint, times=None)


@pytest.mark.fault("V115")
async def test_a_breach_that_only_the_stream_shows_sells_nothing_right_after_a_look(agreed):
    agreed.stream.push("59000", "59010")
    await quiet(agreed)

    assert agreed.sent() == []


async def test_a_tick_costs_one_book_that_is_requested_after_it(agreed):
    before = len(agreed.sent("Depth"))

    fall(agreed)
    await quiet(agreed)

    assert len(agreed.sent()) == 1
    assert len([one for one in agreed.sent("Depth")[before:] if one.index < agreed.sent()[0].index]) == 1


@pytest.mark.fault("V115")
async def test_half_the_price_by_two_ticks_sells_nothing_while_the_book_takes_longer_than_the_second(agreed):
    agreed.fault(FaultKind.DELAY_BEFORE, "Depth", delay_s=1)

    agreed.stream.push("30000", "30010")
    await agreed.clock.sleep(0.4)
    agreed.stream.push("30001", "30011")
    await quiet(agreed)

    assert agreed.sent() == []


@pytest.mark.fault("V115")
async def test_a_stream_that_begins_with_a_wrong_price_sells_nothing(guarded):
    stream = give_stream(guarded)
    await guarded.look()
    await stream.is_read.wait()
    stream.push("59000", "59010")
    stream.confirm()
    await quiet(guarded)

    assert guarded.sent() == []


@pytest.mark.parametrize("bid", ["59000", "50000"], ids=["fall", "jump"])
async def test_the_next_tick_confirms_a_breach_where_the_book_fails(agreed, bid):
    no_answers(agreed)
    began = agreed.clock.monotonic()

    for number in range(9):
        fall(agreed, f"{bid}.{number}")
        await agreed.clock.sleep(0.1)
    await quiet(agreed)

    [order] = agreed.sent()
    assert 0.3 <= order.monotonic - began < 0.6


async def test_the_next_tick_confirms_a_breach_where_the_book_has_not_answered_within_a_second(agreed):
    agreed.fault(FaultKind.DELAY_BEFORE, "Depth", times=None, delay_s=60)
    began = agreed.clock.monotonic()

    for number in range(15):
        fall(agreed, f"59000.{number}")
        await agreed.clock.sleep(0.1)
    await quiet(agreed)

    [order] = agreed.sent()
    assert 1 <= order.monotonic - began < 1.2


@pytest.mark.fault("V115")
async def test_two_ticks_of_a_stream_that_no_poll_agreed_with_sell_nothing_without_a_book(streamed):
    """Ticker and book have agreed; of its subscription that says nothing."""
    no_answers(streamed)

    for number in range(50):
        fall(streamed, f"59000.{number}")
        await streamed.clock.sleep(0.1)
    await quiet(streamed)

    assert streamed.sent() == []


async def test_a_new_subscription_is_not_what_a_poll_agreed_with(agreed):
    no_answers(agreed)
    agreed.stream.lose()
    agreed.stream.push("60000", "60010")
    agreed.stream.confirm()

    for number in range(50):
        fall(agreed, f"59000.{number}")
        await agreed.clock.sleep(0.1)
    await quiet(agreed)

    assert agreed.sent() == []


async def test_a_tick_that_has_recovered_confirms_nothing(agreed):
    no_answers(agreed)

    fall(agreed, "59000")
    await agreed.clock.sleep(0.4)
    fall(agreed, "60000")
    await quiet(agreed)

    assert agreed.sent() == []


async def test_the_same_tick_again_confirms_nothing(agreed):
    no_answers(agreed)
    at = agreed.clock.now()

    for _ in range(12):
        agreed.stream.push("59000", "59010", at=at)
        await agreed.clock.sleep(0.1)
    await quiet(agreed)

    assert agreed.sent() == []


@pytest.mark.fault("V115")
async def test_a_tick_older_than_the_price_that_was_polled_sells_nothing(streamed):
    """Whatever the book shows by then."""
    dip = streamed.clock.now()
    await streamed.clock.sleep(1)
    await streamed.look()
    before = len(streamed.sent("Depth"))
    streamed.set_bid("59000")

    streamed.stream.push("59000", "59010", at=dip)
    await quiet(streamed)

    assert streamed.sent() == []
    assert len(streamed.sent("Depth")) == before


@pytest.mark.fault("V115")
async def test_a_tick_that_a_look_has_overtaken_while_the_book_was_awaited_sells_nothing(agreed):
    agreed.fault(FaultKind.DELAY_AFTER, "Depth", delay_s=0.5)
    fall(agreed, "59000")
    await agreed.clock.sleep(0.2)
    agreed.set_bid("60000")

    await agreed.look()
    await quiet(agreed)

    assert agreed.sent() == []


@pytest.mark.fault("V115")
async def test_a_tick_that_lay_somewhere_for_seconds_sells_nothing_whatever_the_book_shows(agreed):
    agreed.set_bid("59000")
    before = len(agreed.sent("Depth"))

    agreed.stream.push("59000", "59010", at=agreed.clock.now() - timedelta(seconds=2.1))
    await quiet(agreed)

    assert agreed.sent() == []
    assert len(agreed.sent("Depth")) == before


@pytest.mark.fault("V115")
async def test_a_price_that_has_come_back_while_the_book_was_awaited_sells_nothing(agreed):
    """What came while the process stood still is read to its end by then."""
    agreed.fault(FaultKind.DELAY_AFTER, "Depth", delay_s=0.5)
    fall(agreed, "59000")
    await agreed.clock.sleep(0.2)

    fall(agreed, "60000")
    await quiet(agreed)

    assert agreed.sent() == []
