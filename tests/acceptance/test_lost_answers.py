"""An order whose answer is lost is settled by asking: the guarded coins are sold once, the owner's own stay.

Every other way of losing an answer is in tests/engine/exits/test_sale_lost_answers.py.
"""

import pytest

from sandbox.faults import Fault, FaultKind
from sandbox.world import KRAKEN
from tests.acceptance.ether import GUARDED, OWN, alerted, an_ether_world, fall, guarded, over, sales

#: The proof takes 15 s of real time at Kraken, and three more for each point that the key lacks; a busy machine adds to it.
PROOF_S = 60


@pytest.mark.fault("V1")
async def test_an_order_whose_answer_is_lost_is_found_and_not_repeated(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await guarded(stage)
    world.faults(KRAKEN).add(Fault(kind=FaultKind.DROP_AFTER, endpoint="AddOrder"))

    fall(world)
    alert = await alerted(stage)

    assert [fill.quantity for fill in sales(world)] == [GUARDED]
    assert world.ledger(KRAKEN).total("ETH") == OWN
    assert len(world.tape(KRAKEN).calls("AddOrder")) == 1
    assert "the fill was found by asking" in alert.text
    assert (await over(stage)).attempt == 1


@pytest.mark.fault("V3")
async def test_an_order_that_never_arrived_goes_out_again_after_the_proof(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await guarded(stage)
    world.faults(KRAKEN).add(Fault(kind=FaultKind.DROP_BEFORE, endpoint="AddOrder"))

    fall(world)
    await alerted(stage, PROOF_S)

    lost, checked, sent = world.tape(KRAKEN).calls("AddOrder")
    assert [fill.quantity for fill in sales(world)] == [GUARDED]
    assert lost.params["cl_ord_id"] != sent.params["cl_ord_id"] == checked.params["cl_ord_id"]
    assert "validate" in checked.params
    # Kraken must refuse the first one by its deadline before the second one leaves.
    assert sent.monotonic - lost.monotonic > 5
    assert (await over(stage)).attempt == 2
