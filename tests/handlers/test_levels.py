"""/target and /stop in a real chat: a preview, and a button that counts once."""

import pytest

from engine.offers.outcomes import Nothing, Outdated
from tests.handlers.values import NOT_HELD, OWNER


async def test_the_button_sets_what_it_says_and_goes(engine, owner):
    asked = await owner.ask("/target BTC 3")
    assert engine.asked("set_levels") == []

    owner.press(asked, "Set target +3.00 %")
    done = await owner.wait_for("Changed", after=asked)

    assert engine.asked("set_levels") == [[OWNER, "level1"]]
    assert done.message_id == asked.message_id
    assert done.buttons == ()


async def test_a_press_that_does_not_count_says_why(engine, owner):
    engine.answers["set_levels"] = Nothing(why=Outdated.LEVELS)
    asked = await owner.ask("/target BTC 3")

    answer = await owner.wait_for_answer(owner.press(asked, "Set target +3.00 %"))

    assert answer.text == "Its guard has changed meanwhile; nothing was set. Ask again with the command."


async def test_what_is_refused_is_said(engine, owner):
    engine.answers["offer_levels"] = NOT_HELD

    assert (await owner.ask("/stop BTC 2")).text.startswith("You hold no BTC at any of your brokers; ")
    assert (await owner.ask("/target BTC 2")).text.startswith("You hold no BTC at any of your brokers; ")


@pytest.mark.parametrize("typed", ["/stop", "/stop all", "/stop everything", "/stop trading"])
async def test_who_wants_it_all_to_stop_reads_what_stops_what(engine, owner, typed):
    engine.answers["offer_levels"] = NOT_HELD

    answer = await owner.ask(typed)

    assert "Nothing was done; guards go on selling." in answer.text
    assert "/panic stops buys and sells everything" in answer.text


async def test_a_press_that_ended_in_a_defect_says_that_it_may_have_been_set(engine, owner):
    engine.answers["set_levels"] = RuntimeError("no")
    asked = await owner.ask("/target BTC 3")

    owner.press(asked, "Set target +3.00 %")

    assert "may or may not have been carried out" in (await owner.wait_for("Incident", after=asked)).text
