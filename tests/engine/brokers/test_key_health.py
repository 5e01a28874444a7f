"""When a key is used again after its number was refused or it was locked."""

import asyncio

import pytest

from engine.brokers.key_health import KeyHealth
from engine.model.errors import InvalidNonceError, LockedOutError, RefusalReason, RefusedError
from engine.model.venues import Venue
from tests.engine.brokers.virtual_time import VirtualClock, run_virtually

NONCE = InvalidNonceError(Venue.KRAKEN, "EAPI:Invalid nonce")
LOCKED = LockedOutError(Venue.KRAKEN, "EGeneral:Temporary lockout")


class Script:
    """Answers one after the other, and when it was asked."""

    def __init__(self, *answers):
        self._answers = list(answers)
        self.asked_at = []

    async def __call__(self):
        self.asked_at.append(asyncio.get_running_loop().time())
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_refused_number_is_repeated_at_once_with_a_new_one():
    async def main():
        script = Script(NONCE, "answer")
        assert await KeyHealth(VirtualClock()).run(script) == "answer"
        return script.asked_at

    assert run_virtually(main()) == [0.0, 0.0]


def test_it_waits_between_tries_by_its_own_clock():
    class SlowClock(VirtualClock):
        async def sleep(self, seconds):
            await super().sleep(seconds * 100)

    async def main():
        script = Script(NONCE, NONCE, NONCE, "answer")
        await KeyHealth(SlowClock()).run(script)
        return script.asked_at

    assert run_virtually(main()) == [0.0, 0.0, 50.0, 150.0]


@pytest.mark.fault("V12")
def test_after_five_refusals_within_ten_seconds_the_key_rests_a_minute_and_then_one_call_finds_out():
    async def main():
        script = Script(*[NONCE] * 6, "answer")
        health = KeyHealth(VirtualClock())
        with pytest.raises(InvalidNonceError):
            await health.run(script)
        assert len(script.asked_at) == 5
        assert script.asked_at[-1] <= 10
        await asyncio.sleep(59)
        with pytest.raises(InvalidNonceError, match="rests for 1 s more"):
            await health.run(script)
        assert len(script.asked_at) == 5
        await asyncio.sleep(1)
        with pytest.raises(InvalidNonceError):
            await health.run(script)
        assert len(script.asked_at) == 6
        await asyncio.sleep(60)
        assert await health.run(script) == "answer"

    run_virtually(main())


@pytest.mark.fault("V22")
def test_a_locked_key_is_left_alone_for_fifteen_minutes():
    async def main():
        script = Script(LOCKED, "answer")
        health = KeyHealth(VirtualClock())
        with pytest.raises(LockedOutError):
            await health.run(script)
        await asyncio.sleep(899)
        with pytest.raises(LockedOutError):
            await health.run(script)
        assert len(script.asked_at) == 1
        await asyncio.sleep(1)
        assert await health.run(script) == "answer"

    run_virtually(main())


def test_other_errors_leave_the_key_in_use():
    async def main():
        refused = RefusedError(Venue.KRAKEN, "EOrder:Insufficient funds", RefusalReason.INSUFFICIENT_FUNDS)
        script = Script(refused, "answer")
        health = KeyHealth(VirtualClock())
        with pytest.raises(RefusedError):
            await health.run(script)
        assert await health.run(script) == "answer"

    run_virtually(main())


def test_an_older_call_that_still_succeeds_does_not_end_a_lockout():
    async def main():
        health = KeyHealth(VirtualClock())
        answered = asyncio.Event()

        async def slow():
            await answered.wait()
            return "late"

        older = asyncio.create_task(health.run(slow))
        await asyncio.sleep(0)
        with pytest.raises(LockedOutError):
            await health.run(Script(LOCKED))
        answered.set()
        assert await older == "late"
        with pytest.raises(LockedOutError):
            await health.run(Script("never asked"))

    run_virtually(main())
