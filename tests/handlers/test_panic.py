"""The panic in a real chat: one press, once."""

from datetime import timedelta

from engine.offers.closing_preview import Selling
from engine.offers.outcomes import Nothing, Rejected
from engine.offers.panic_preview import PanicBegun
from engine.users.roles import Role
from tests.handlers.exit_values import close_line
from tests.handlers.values import NOW, OWNER, user


async def test_the_button_halts_and_sells_once_and_goes(engine, owner):
    asked = await owner.ask("/panic")
    assert engine.asked("press") == []

    owner.press(asked, "Panic")
    done = await owner.wait_for("Panic: buys are stopped", after=asked)

    assert engine.asked("press") == [[OWNER, "sell1"]]
    assert done.message_id == asked.message_id
    assert done.buttons == ()


async def test_a_second_tap_shows_why_nothing_happens(engine, owner):
    asked = await owner.ask("/panic")
    begun = PanicBegun(selling=Selling(lines=(close_line(),)))
    engine.answers["press"] = [begun, Nothing(why=Rejected.USED)]

    owner.press(asked, "Panic")
    answer = await owner.wait_for_answer(owner.press(asked, "Panic"))

    assert answer.text == "This button was already used; nothing was done again."


async def test_left_alone_uses_the_button_up(engine, owner):
    asked = await owner.ask("/panic")

    owner.press(asked, "Leave alone")
    await owner.wait_for("Left alone: nothing was sold.", after=asked)

    assert engine.asked("keep") == [[OWNER, "sell1"]]
    assert engine.asked("press") == []


async def test_a_viewer_may_not_press(engine, owner):
    asked = await owner.ask("/panic")
    engine.users[OWNER] = user(role=Role.VIEWER)

    answer = await owner.wait_for_answer(owner.press(asked, "Panic"))

    assert "Nothing was changed" in answer.text
    assert engine.asked("press") == []


async def test_a_press_that_fails_is_called_uncertain_and_says_how_to_go_on(engine, owner):
    asked = await owner.ask("/panic")
    engine.answers["press"] = RuntimeError("bug")

    owner.press(asked, "Panic")

    assert await owner.wait_for("Buys may or may not be stopped", after=asked)


async def test_a_panic_from_before_an_outage_says_that_it_only_previews(engine, owner):
    engine.clock.at = NOW + timedelta(minutes=12)

    answer = await owner.ask("/panic")

    assert "You sent this 12 min ago" in answer.text
    assert engine.asked("press") == []
