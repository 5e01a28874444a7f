"""Selling a part in a real chat: a button for each part, of which one counts."""

import pytest

from engine.offers.closing_preview import ShownAgain, Worsening
from engine.users.roles import Role
from tests.handlers.exit_values import close_preview
from tests.handlers.values import NOT_HELD, OWNER, user


@pytest.mark.parametrize("percent", [25, 50, 100])
async def test_the_button_sells_its_part_and_all_buttons_go(engine, owner, percent):
    asked = await owner.ask("/sell BTC")

    owner.press(asked, f"Sell {percent} %")
    done = await owner.wait_for("Selling now", after=asked)

    assert engine.asked("close_part") == [[OWNER, "sell1", percent]]
    assert done.message_id == asked.message_id
    assert done.buttons == ()


async def test_the_button_of_a_named_part_sells_it(engine, owner):
    asked = await owner.ask("/sell BTC 50%")

    owner.press(asked, "Sell 0.12 BTC/USD now")
    await owner.wait_for("Selling now", after=asked)

    assert engine.asked("close") == [[OWNER, "sell1"]]


async def test_a_price_that_moved_shows_the_part_again_in_its_place(engine, owner):
    asked = await owner.ask("/sell BTC")
    moved = ShownAgain(why=Worsening.PRICE, symbol="BTC/USD")
    engine.answers["close_part"] = close_preview(again=moved, confirmation_id="sell2")

    owner.press(asked, "Sell 25 %")
    again = await owner.wait_for("The price of BTC/USD has moved", after=asked)

    assert again.message_id == asked.message_id


async def test_a_viewer_may_not_press(engine, owner):
    asked = await owner.ask("/sell BTC")
    engine.users[OWNER] = user(role=Role.VIEWER)

    answer = await owner.wait_for_answer(owner.press(asked, "Sell 25 %"))

    assert "Nothing was changed" in answer.text
    assert engine.asked("close_part") == []


async def test_a_sale_that_fails_under_the_finger_is_called_uncertain(engine, owner):
    asked = await owner.ask("/sell BTC")
    engine.answers["close_part"] = RuntimeError("bug")

    owner.press(asked, "Sell 50 %")

    assert await owner.wait_for("The sale may or may not have begun.", after=asked)


async def test_nothing_held_is_shown_as_the_engine_says_it(engine, owner):
    engine.answers["offer_parts"] = NOT_HELD

    assert (await owner.ask("/sell BTC")).text.startswith("You hold no BTC at any of your brokers; ")


async def test_what_cannot_be_read_is_answered_with_examples(engine, owner):
    answer = await owner.ask("/sell BTC 0,5")

    assert "Nothing was done. “0,5” is no part." in answer.text
    assert "/sell BTC 50%" in answer.text
    assert engine.calls == []
