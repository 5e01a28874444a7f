"""Who goes next on one key, with latencies in virtual time."""

import asyncio
import random

import pytest

from engine.brokers.base import Priority
from engine.brokers.budget import Budget
from engine.brokers.key_health import KeyHealth
from engine.brokers.lane import Lane
from engine.model.errors import InvalidNonceError
from engine.model.venues import Venue
from tests.engine.brokers.virtual_time import VirtualClock, run_virtually


def plenty():
    return Budget(capacity=10_000, refill_per_s=10_000, reserve=0)


class Wire:
    """A venue that wants rising numbers, behind a wire with latencies; keeps a log of what left when."""

    def __init__(self, latency_s=lambda: 0.05):
        self._latency_s = latency_s
        self._issued = 0
        self._highest = 0
        self.sent = []
        self.answered = []
        self.refused = 0

    async def call(self, name, there_s=None, back_s=0.0):
        self._issued += 1
        nonce = self._issued
        self.sent.append((name, round(asyncio.get_running_loop().time(), 3)))
        await asyncio.sleep(self._latency_s() if there_s is None else there_s)
        if nonce <= self._highest:
            self.refused += 1
            raise InvalidNonceError(Venue.KRAKEN, "EAPI:Invalid nonce")
        self._highest = nonce
        await asyncio.sleep(back_s)
        self.answered.append(name)
        return name

    @property
    def order(self):
        return [name for name, _ in self.sent]


def test_two_hundred_concurrent_calls_with_jitter_arrive_in_the_order_of_their_numbers():
    async def main():
        jitter = random.Random(7)
        wire = Wire(lambda: jitter.uniform(0.045, 0.055))
        lane = Lane(budget=plenty(), serial=True)
        await asyncio.gather(
            *(lane.run(lambda n=n: wire.call(n), priority=Priority.READ) for n in range(200))
        )
        return wire

    wire = run_virtually(main())

    assert wire.refused == 0
    assert sorted(wire.answered) == list(range(200))


def test_the_same_calls_without_the_lane_are_refused():
    async def main():
        jitter = random.Random(7)
        wire = Wire(lambda: jitter.uniform(0.045, 0.055))
        await asyncio.gather(*(wire.call(n) for n in range(200)), return_exceptions=True)
        return wire

    assert run_virtually(main()).refused > 0


def test_an_exit_submitted_behind_twenty_reads_goes_out_next():
    async def main():
        wire = Wire()
        lane = Lane(budget=plenty(), serial=True)
        reads = [
            asyncio.create_task(lane.run(lambda n=n: wire.call(n), priority=Priority.READ)) for n in range(20)
        ]
        await asyncio.sleep(0.01)
        await lane.run(lambda: wire.call("exit"), priority=Priority.EXIT)
        await asyncio.gather(*reads)
        return wire

    wire = run_virtually(main())

    assert wire.sent[:3] == [(0, 0.0), ("exit", 0.05), (1, 0.1)]
    assert wire.refused == 0


def test_an_exit_waits_a_quarter_of_a_second_and_the_overtaken_read_is_refused_and_repeated():
    async def main():
        wire = Wire()
        lane, health = Lane(budget=plenty(), serial=True), KeyHealth(VirtualClock())
        slow = iter([1.0, 0.05])

        async def read():
            return await lane.run(lambda: wire.call("read", next(slow)), priority=Priority.READ)

        reading = asyncio.create_task(health.run(read))
        await asyncio.sleep(0)
        await lane.run(lambda: wire.call("exit"), priority=Priority.EXIT)
        assert await reading == "read"
        return wire

    wire = run_virtually(main())

    assert wire.sent == [("read", 0.0), ("exit", 0.25), ("read", 1.0)]
    assert wire.refused == 1


def test_nothing_follows_an_exit_until_it_is_answered():
    async def main():
        wire = Wire()
        lane = Lane(budget=plenty(), serial=True)
        selling = asyncio.create_task(lane.run(lambda: wire.call("exit", 5.0), priority=Priority.EXIT))
        await asyncio.sleep(0)
        others = [
            asyncio.create_task(lane.run(lambda p=p: wire.call(p.name, 0), priority=p))
            for p in (Priority.READ, Priority.ENTRY, Priority.EXIT)
        ]
        await asyncio.gather(selling, *others)
        return wire

    assert run_virtually(main()).sent == [("exit", 0.0), ("EXIT", 5.0), ("ENTRY", 5.0), ("READ", 5.0)]


def test_a_call_that_was_cancelled_while_waiting_or_under_way_leaves_the_lane_free():
    async def main():
        wire = Wire()
        lane = Lane(budget=plenty(), serial=True)
        tasks = [
            asyncio.create_task(lane.run(lambda n=n: wire.call(n, 9.0), priority=Priority.READ))
            for n in ("under way", "waiting")
        ]
        await asyncio.sleep(0.1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await lane.run(lambda: wire.call("next"), priority=Priority.READ)
        return wire

    assert run_virtually(main()).order == ["under way", "next"]


def test_a_call_cancelled_in_the_moment_its_turn_comes_does_not_block_the_lane():
    async def main():
        lane = Lane(budget=plenty(), serial=True)
        wire = Wire()

        async def end_by_cancelling_the_next():
            await wire.call("first")
            second.cancel()

        first = asyncio.create_task(lane.run(end_by_cancelling_the_next, priority=Priority.READ))
        second = asyncio.create_task(lane.run(lambda: wire.call("second"), priority=Priority.READ))
        third = asyncio.create_task(lane.run(lambda: wire.call("third"), priority=Priority.READ))
        await asyncio.gather(first, third)
        await asyncio.gather(second, return_exceptions=True)
        return wire

    assert run_virtually(main()).order == ["first", "third"]


def test_in_a_parallel_lane_an_exit_never_waits_and_reads_are_limited():
    async def main():
        wire = Wire()
        lane = Lane(budget=plenty(), serial=False, width=2)
        reads = [
            asyncio.create_task(lane.run(lambda n=n: wire.call(n, 0, 1.0), priority=Priority.READ))
            for n in range(4)
        ]
        await asyncio.sleep(0.1)
        await lane.run(lambda: wire.call("exit", 0, 1.0), priority=Priority.EXIT)
        await asyncio.gather(*reads)
        return wire

    assert run_virtually(main()).sent == [(0, 0.0), (1, 0.0), ("exit", 0.1), (2, 1.0), (3, 1.0)]


@pytest.mark.fault("V13")
def test_reads_wait_for_points_while_an_exit_takes_the_reserve():
    async def main():
        wire = Wire(lambda: 0)
        lane = Lane(budget=Budget(capacity=4, refill_per_s=0.5, reserve=2), serial=True)
        reads = [
            asyncio.create_task(lane.run(lambda n=n: wire.call(n), priority=Priority.READ)) for n in range(3)
        ]
        await asyncio.sleep(0.1)
        await lane.run(lambda: wire.call("exit"), priority=Priority.EXIT)
        await asyncio.gather(*reads)
        return wire

    sent = run_virtually(main()).sent

    assert sent[:3] == [(0, 0.0), (1, 0.0), ("exit", 0.1)]
    assert sent[3] == (2, pytest.approx(4.0))


def test_an_order_never_stands_behind_an_exits_look_up_that_waits_for_points():
    async def main():
        wire = Wire(lambda: 0)
        lane = Lane(budget=Budget(capacity=2, refill_per_s=0.5, reserve=1), serial=True)
        looks = [
            asyncio.create_task(lane.run(lambda: wire.call("look"), priority=Priority.EXIT, cost=2))
            for _ in range(2)
        ]
        await asyncio.sleep(0.1)
        await lane.run(lambda: wire.call("order"), priority=Priority.EXIT, cost=0)
        await asyncio.gather(*looks)
        return wire

    sent = run_virtually(main()).sent

    assert sent == [("look", 0.0), ("order", 0.1), ("look", 4.0)]


def test_a_drained_lane_holds_reads_back_but_no_exit():
    async def main():
        wire = Wire(lambda: 0)
        lane = Lane(budget=Budget(capacity=4, refill_per_s=1, reserve=1), serial=True)
        lane.drain()
        reading = asyncio.create_task(lane.run(lambda: wire.call("read"), priority=Priority.READ))
        await lane.run(lambda: wire.call("exit"), priority=Priority.EXIT, cost=0)
        await reading
        return wire

    assert run_virtually(main()).sent == [("exit", 0.0), ("read", 2.0)]


def test_history_waits_until_nobody_else_wants_the_key():
    async def main():
        wire = Wire()
        lane = Lane(budget=plenty(), serial=True)
        calls = [Priority.READ, Priority.HISTORY, Priority.READ, Priority.ENTRY]
        await asyncio.gather(*(lane.run(lambda p=p: wire.call(p.name), priority=p) for p in calls))
        return wire

    assert run_virtually(main()).order == ["READ", "ENTRY", "READ", "HISTORY"]


@pytest.mark.fault("V154")
def test_exits_that_take_all_points_leave_one_in_twelve_seconds_to_readings():
    async def main():
        wire = Wire(lambda: 0)
        lane = Lane(budget=Budget(capacity=4, refill_per_s=0.33, reserve=2), serial=True)

        async def follow(number):
            while True:
                await lane.run(lambda: wire.call(f"look {number}"), priority=Priority.EXIT)

        following = [asyncio.create_task(follow(number)) for number in range(3)]
        await asyncio.gather(
            *(lane.run(lambda n=n: wire.call(n), priority=Priority.READ) for n in ("a", "b", "c"))
        )
        for task in following:
            task.cancel()
        return wire.sent

    sent = run_virtually(main())

    reads = [(name, at) for name, at in sent if not name.startswith("look")]
    assert [name for name, _ in reads] == ["a", "b", "c"]
    assert [at for _, at in reads] == [pytest.approx(at, abs=1) for at in (12, 24, 36)]
    assert len(sent) - len(reads) > 8


def test_a_reading_that_waits_for_its_points_holds_up_no_order_once_it_is_overdue():
    async def main():
        wire = Wire(lambda: 0)
        lane = Lane(budget=Budget(capacity=4, refill_per_s=0.1, reserve=3), serial=True)
        await lane.run(lambda: wire.call("first"), priority=Priority.READ)
        read = asyncio.create_task(lane.run(lambda: wire.call("read", 20), priority=Priority.READ, cost=4))
        await asyncio.sleep(5)
        await lane.run(lambda: wire.call("look"), priority=Priority.EXIT, cost=3)
        await asyncio.sleep(10)
        await lane.run(lambda: wire.call("order"), priority=Priority.EXIT, cost=0)
        await read
        return wire.sent

    sent = run_virtually(main())

    assert [(name, at) for name, at in sent if name in {"first", "look", "order"}] == [
        ("first", 0.0),
        ("look", 5.0),
        ("order", 15.0),
    ]


def test_a_lane_tells_waiting_for_points_from_waiting_for_an_answer():
    async def main():
        wire = Wire(lambda: 1)
        lane = Lane(budget=Budget(capacity=2, refill_per_s=0.5, reserve=0), serial=True)
        told = []
        calls = [
            asyncio.create_task(lane.run(lambda n=n: wire.call(n), priority=Priority.READ)) for n in range(3)
        ]
        for pause_s in (0.5, 1.2, 2):
            await asyncio.sleep(pause_s)
            told.append(lane.is_short_of_points)
        await asyncio.gather(*calls)
        return told

    assert run_virtually(main()) == [False, True, False]
