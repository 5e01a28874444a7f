"""Many calls at once on one key, over a wire whose latency varies: no number arrives too late."""

import asyncio

from engine.brokers.base import Priority
from engine.model.errors import RefusalReason
from sandbox.faults import FaultKind

CALLS = 1000


async def test_a_thousand_concurrent_calls_on_one_key_are_refused_no_number(room):
    (broker,) = room.base.brokers.values()
    room.fault(FaultKind.DELAY_BEFORE, "CancelOrder", times=CALLS, delay_s=0.045, jitter_s=0.010)

    answers = await asyncio.gather(
        *(broker.cancel_order(f"O{i}", "BTC/USD", priority=Priority.READ) for i in range(CALLS)),
        return_exceptions=True,
    )

    assert [answer.reason for answer in answers] == [RefusalReason.UNKNOWN_ORDER] * CALLS
    nonces = [int(call.params["nonce"]) for call in room.sent("CancelOrder")]
    assert len(nonces) == CALLS
    assert nonces == sorted(set(nonces))
    assert not [call for call in room.sent("CancelOrder") if "nonce" in call.outcome]
