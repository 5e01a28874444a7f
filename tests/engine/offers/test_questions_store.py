"""How many questions wait for their owner's answer."""

from engine.alerts.questions import ChoiceKind
from engine.offers.questions_store import count_open_questions
from sandbox.world import OWNER_ID
from tests.engine.offers.guarding import first_offer, press, service


async def waiting(room, user_id=OWNER_ID):
    async with room.database.read() as session:
        return await count_open_questions(session, user_id, room.clock.now())


async def test_a_question_about_several_positions_waits_once_and_for_its_owner_alone(met):
    assert await waiting(met) == 1
    assert await waiting(met, OWNER_ID + 1) == 0


async def test_questions_about_different_positions_wait_each_until_they_are_answered(met):
    await met.clock.sleep(1)
    ether = await service(met).offer_guard(OWNER_ID, "ETH", None)

    assert await waiting(met) == 2
    await press(met, ether, ChoiceKind.GUARD_FROM_COST)
    assert await waiting(met) == 1
    await press(met, await first_offer(met), ChoiceKind.LEAVE_ALONE)
    assert await waiting(met) == 0


async def test_a_later_question_about_the_same_takes_an_earlier_ones_place_and_expires(met):
    await met.clock.sleep(1)
    await service(met).offer_guard(OWNER_ID, None, None)

    assert await waiting(met) == 1
    await met.clock.sleep(600)
    assert await waiting(met) == 0
