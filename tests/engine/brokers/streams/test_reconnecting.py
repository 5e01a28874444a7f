import asyncio

from engine.brokers.streams.conversation import StreamEnd
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.brokers.streams.reconnecting import keep_connected
from tests.engine.brokers.virtual_time import VirtualClock, run_virtually

DROPPED = StreamEnd(Loss(LossReason.DISCONNECTED))
BANNED = StreamEnd(Loss(LossReason.BANNED), rest_s=600)
UNWANTED = StreamEnd(Loss(LossReason.UNWANTED))


def connected_at_s(*connections, wanted_after_s=0, jitter=1):
    """When a stream connected whose connections lasted so long and ended so."""
    clock, at_s, coming = VirtualClock(), [], iter(connections)

    async def connect():
        at_s.append(clock.monotonic())
        lasted_s, end = next(coming, (None, None))
        if end is None:
            raise asyncio.CancelledError
        await clock.sleep(lasted_s)
        return end

    async def until_wanted():
        await clock.sleep(wanted_after_s)

    async def main():
        stream = keep_connected(connect, until_wanted=until_wanted, clock=clock, jitter=lambda: jitter)
        await asyncio.gather(asyncio.ensure_future(stream), return_exceptions=True)

    run_virtually(main())
    return at_s


def test_the_pause_doubles_while_connections_fail():
    assert connected_at_s((0, DROPPED), (0, DROPPED), (0, DROPPED)) == [0, 0.5, 1.5, 3.5]


def test_a_connection_that_lasted_a_minute_makes_the_next_failure_a_first_one():
    assert connected_at_s((0, DROPPED), (0, DROPPED), (60, DROPPED)) == [0, 0.5, 1.5, 62]


def test_a_venue_that_is_to_be_left_alone_is_left_alone():
    assert connected_at_s((0, BANNED), jitter=0) == [0, 600]
    assert connected_at_s((0, BANNED), jitter=1) == [0, 750]


def test_what_nobody_wanted_any_more_has_not_failed():
    assert connected_at_s((1, UNWANTED), (1, UNWANTED), (0, DROPPED)) == [0, 1.5, 3, 3.5]


def test_nobody_connects_before_it_is_wanted_and_waiting_for_that_is_no_good_connection():
    connected = connected_at_s((0, DROPPED), (0, DROPPED), (0, DROPPED), wanted_after_s=100)

    assert connected == [100, 200.5, 301.5, 403.5]
