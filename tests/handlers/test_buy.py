"""Buying in a real chat."""

from decimal import Decimal

from engine.entries.sizing import Amount
from engine.model.venues import Venue
from engine.offers.buying_preview import Drift
from engine.offers.outcomes import Nothing, Rejected
from engine.users.roles import Role
from tests.handlers.values import OWNER, buy_preview, refused, user


async def test_what_is_typed_is_what_is_planned(engine, owner):
    await owner.ask("/buy BTC $30 kraken")

    assert engine.asked("offer_buy") == [[OWNER, "BTC", Amount(Decimal(30)), Venue.KRAKEN]]


async def test_the_button_buys_once_and_goes(engine, owner):
    asked = await owner.ask("/buy BTC")

    owner.press(asked, "Buy BTC for $30.00 at Kraken")
    done = await owner.wait_for("Buying now", after=asked)

    assert engine.asked("buy") == [[OWNER, "buy1"]]
    assert done.message_id == asked.message_id
    assert done.buttons == ()


async def test_what_a_gate_keeps_back_has_no_button(engine, owner):
    engine.answers["offer_buy"] = refused()

    said = await owner.ask("/buy BTC")

    assert said.text.startswith("Not bought")
    assert said.buttons == ()


async def test_what_a_gate_keeps_back_at_the_press_says_so_in_place_of_the_preview(engine, owner):
    asked = await owner.ask("/buy BTC")
    engine.answers["buy"] = refused()

    owner.press(asked, "Buy")
    done = await owner.wait_for("Not bought", after=asked)

    assert done.message_id == asked.message_id
    assert done.buttons == ()


async def test_a_price_that_drifted_shows_the_preview_again_in_its_place(engine, owner):
    asked = await owner.ask("/buy BTC")
    engine.answers["buy"] = buy_preview(drift=Drift.PRICE, confirmation_id="buy2")

    owner.press(asked, "Buy")
    again = await owner.wait_for("The price has moved by more than 0.5 %", after=asked)
    await owner.wait_for_answer(owner.press(again, "Buy"))

    assert again.message_id == asked.message_id
    assert [confirmation for _, confirmation in engine.asked("buy")] == ["buy1", "buy2"]


async def test_left_alone_uses_the_button_up(engine, owner):
    asked = await owner.ask("/buy BTC")

    owner.press(asked, "Leave alone")
    await owner.wait_for("Left alone: nothing was bought.", after=asked)

    assert engine.asked("decline") == [[OWNER, "buy1"]]
    assert engine.asked("buy") == []


async def test_a_second_press_shows_why_nothing_happens(engine, owner):
    asked = await owner.ask("/buy BTC")
    engine.answers["buy"] = Nothing(why=Rejected.USED)

    answer = await owner.wait_for_answer(owner.press(asked, "Buy"))

    assert answer.show_alert
    assert answer.text == "This button was already used; nothing was done again."


async def test_a_viewer_may_neither_ask_nor_press(engine, owner):
    asked = await owner.ask("/buy BTC")
    engine.users[OWNER] = user(role=Role.VIEWER)

    answer = await owner.wait_for_answer(owner.press(asked, "Buy"))
    said = await owner.ask("/buy BTC")

    assert "Nothing was changed" in answer.text
    assert "Nothing was changed" in said.text
    assert engine.asked("buy") == []


async def test_a_buy_that_fails_under_the_finger_is_called_uncertain(engine, owner):
    asked = await owner.ask("/buy BTC")
    engine.answers["buy"] = RuntimeError("a defect")

    owner.press(asked, "Buy")
    said = await owner.wait_for("may or may not have begun", after=asked)

    assert "/positions" in said.text
