import asyncio

import pytest

from sandbox.tape import Tape


@pytest.fixture
def tape():
    return Tape(now=lambda: 1000.0, monotonic=lambda: 5.0)


def test_calls_are_kept_in_order_with_both_clocks(tape):
    tape.record("AddOrder", {"pair": "XBTUSD"}, key="a")
    tape.record("BalanceEx", {}, key="b")

    assert [call.endpoint for call in tape.calls()] == ["AddOrder", "BalanceEx"]
    assert (tape.calls()[0].at, tape.calls()[0].monotonic) == (1000.0, 5.0)


def test_calls_can_be_requested_by_endpoint_and_key(tape):
    for key in ("a", "b"):
        tape.record("AddOrder", {}, key=key)

    assert [call.key for call in tape.calls("AddOrder", key="b")] == ["b"]


async def test_waiting_ends_with_the_call_that_completes_the_count(tape):
    waiting = asyncio.create_task(tape.wait_for("AddOrder", 2))
    for _ in range(2):
        await asyncio.sleep(0)
        tape.record("AddOrder", {})

    assert len(await waiting) == 2


async def test_waiting_for_answers_ignores_calls_in_flight(tape):
    call = tape.record("AddOrder", {})
    waiting = asyncio.create_task(tape.wait_for("AddOrder", answered=True))
    await asyncio.sleep(0)

    assert not waiting.done()
    tape.answer(call, "ok")
    assert [call.outcome for call in await waiting] == ["ok"]


def test_a_call_is_in_flight_until_it_is_answered(tape):
    first, second = tape.record("AddOrder", {}), tape.record("BalanceEx", {})

    tape.answer(second, "ok")
    assert tape.is_answering
    tape.answer(first, "ok")
    assert not tape.is_answering


async def test_waiting_in_vain_ends_with_a_timeout(tape):
    with pytest.raises(TimeoutError):
        await tape.wait_for("AddOrder", timeout_s=0.01)


def test_of_a_long_run_only_the_last_calls_are_kept():
    tape = Tape(now=lambda: 1000.0, monotonic=lambda: 5.0, longest=2)
    calls = [tape.record(endpoint, {}) for endpoint in ("a", "b", "c")]

    for call in calls:
        tape.answer(call, "ok")

    assert [(call.index, call.endpoint, call.outcome) for call in tape.calls()] == [
        (1, "b", "ok"),
        (2, "c", "ok"),
    ]
