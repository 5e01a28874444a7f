"""What a stream is held against: an answer that may be older than its pushes, or nearly the same for ever."""

import pytest

from engine.model.venues import Venue
from sandbox.faults import FaultKind
from tests.engine.watch.streaming import fall, quiet


def believed(room):
    return room.base.markets[Venue.KRAKEN].pushed.believed("BTC/USD")


async def test_a_slow_answer_of_before_a_fall_makes_no_right_stream_distrusted(streamed):
    streamed.set_bid("60500")
    streamed.stream.push("60500", "60510")
    await streamed.look()
    await streamed.clock.sleep(5)
    streamed.fault(FaultKind.DELAY_AFTER, "Ticker", times=None, delay_s=2)

    await streamed.engine.guard()
    await streamed.clock.sleep(1)
    fall(streamed, "59450")
    await streamed.clock.sleep(1.5)
    was_believed = believed(streamed) is not None
    fall(streamed, "59000")
    await quiet(streamed)

    assert was_believed
    assert len(streamed.sent()) == 1
    await streamed.wait_for("look ")


@pytest.mark.fault("V113")
async def test_a_stream_that_is_lastingly_almost_a_percent_too_low_sells_nothing(streamed):
    """Looks show 59,850, ticker and book; the guard's trigger is 59,400."""
    streamed.set_bid("59850")
    for number in range(10):
        streamed.stream.push(f"59{401 + number % 2}", f"59{411 + number % 2}")
        await streamed.look()
        await streamed.clock.sleep(5)
    was_believed = believed(streamed) is not None

    streamed.stream.push("59399", "59409")
    await quiet(streamed)

    assert not was_believed
    assert streamed.sent() == []


@pytest.mark.parametrize("late_s", [0, 2], ids=["in time", "late"])
async def test_one_late_answer_makes_no_stream_useless_while_no_poll_answers(streamed, late_s):
    """It was of before a rise; then the venue answers nothing, and pushes a fall."""
    if late_s:
        streamed.fault(FaultKind.DELAY_AFTER, "Ticker", times=1, delay_s=late_s)
    await streamed.engine.guard()
    await streamed.clock.sleep(1)
    streamed.set_bid("61000")
    streamed.stream.push("61000", "61010")
    await streamed.clock.sleep(1.5)
    for endpoint in ("Ticker", "Depth"):
        streamed.fault(FaultKind.HTTP_ERROR_BEFORE, endpoint, times=None)

    for number in range(9):
        fall(streamed, f"59{200 + number}")
        await streamed.clock.sleep(0.5)
    await quiet(streamed)

    assert len(streamed.sent()) == 1
