"""Closing, halting and history in a real chat."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.exits.audit import ExitPage
from engine.offers.closing_preview import Selling, ShownAgain, Worsening
from engine.offers.outcomes import Nothing, Rejected
from engine.users.roles import Role
from tests.handlers.exit_values import close_line, close_preview, exit_record
from tests.handlers.values import NOT_HELD, NOW, OWNER, user


async def test_the_button_sells_once_and_goes(engine, owner):
    asked = await owner.ask("/close BTC")

    owner.press(asked, "Sell 0.12 BTC/USD now")
    done = await owner.wait_for("Selling now", after=asked)

    assert engine.asked("close") == [[OWNER, "sell1"]]
    assert done.message_id == asked.message_id
    assert done.buttons == ()


async def test_a_second_tap_shows_why_nothing_happens(engine, owner):
    asked = await owner.ask("/close BTC")
    engine.answers["close"] = [Selling(lines=(close_line(),)), Nothing(why=Rejected.USED)]

    owner.press(asked, "Sell")
    answer = await owner.wait_for_answer(owner.press(asked, "Sell"))

    assert answer.show_alert
    assert answer.text == "This button was already used; nothing was done again."


async def test_a_price_that_moved_shows_the_preview_again_in_its_place(engine, owner):
    asked = await owner.ask("/close BTC")
    moved = ShownAgain(why=Worsening.PRICE, symbol="BTC/USD")
    engine.answers["close"] = close_preview(again=moved, confirmation_id="sell2")

    owner.press(asked, "Sell")
    again = await owner.wait_for("The price of BTC/USD has moved", after=asked)
    await owner.wait_for_answer(owner.press(again, "Sell"))

    assert again.message_id == asked.message_id
    assert [confirmation for _, confirmation in engine.asked("close")] == ["sell1", "sell2"]


async def test_left_alone_uses_the_button_up(engine, owner):
    asked = await owner.ask("/closeall")

    owner.press(asked, "Leave alone")
    await owner.wait_for("Left alone: nothing was sold.", after=asked)

    assert engine.asked("keep") == [[OWNER, "sell1"]]
    assert engine.asked("close") == []


async def test_leaving_alone_what_has_expired_says_so(engine, owner):
    asked = await owner.ask("/closeall")
    engine.answers["keep"] = Nothing(why=Rejected.EXPIRED)

    answer = await owner.wait_for_answer(owner.press(asked, "Leave alone"))

    assert answer.text == "This button has expired; nothing was done. Ask again with the command."


async def test_a_viewer_may_not_press(engine, owner):
    asked = await owner.ask("/close BTC")
    engine.users[OWNER] = user(role=Role.VIEWER)

    answer = await owner.wait_for_answer(owner.press(asked, "Sell"))

    assert "Nothing was changed" in answer.text
    assert engine.asked("close") == []


async def test_a_sale_that_fails_under_the_finger_is_called_uncertain(engine, owner):
    asked = await owner.ask("/close BTC")
    engine.answers["close"] = RuntimeError("bug")

    owner.press(asked, "Sell")

    assert await owner.wait_for("The sale may or may not have begun.", after=asked)


async def test_nothing_held_is_shown_as_the_engine_says_it(engine, owner):
    engine.answers["offer_close"] = NOT_HELD

    assert (await owner.ask("/close BTC")).text.startswith("You hold no BTC at any of your brokers; ")


async def test_a_close_from_before_an_outage_says_that_it_only_previews(engine, owner, server):
    engine.clock.at = _later(server, seconds=720)

    answer = await owner.ask("/close BTC")

    assert "You sent this 12 min ago" in answer.text
    assert engine.asked("close") == []


async def test_a_resume_from_before_an_outage_changes_nothing(engine, owner, server):
    engine.clock.at = _later(server, seconds=3600)

    answer = await owner.ask("/resume")

    assert "so nothing was changed" in answer.text
    assert engine.asked("resume") == []


@pytest.mark.fault("V15")
@pytest.mark.parametrize("off", [timedelta(hours=-1), timedelta(minutes=2), timedelta(days=30)])
async def test_a_resume_acts_under_a_clock_that_is_off(engine, owner, application, off):
    engine.clock.at = NOW + off
    application.bot_data.on_our_clock = lambda at: at + off

    await owner.ask("/resume")

    assert len(engine.asked("resume")) == 1


async def test_a_resume_whose_age_nobody_knows_changes_nothing(engine, owner):
    engine.clock.at = NOW - timedelta(hours=1)

    answer = await owner.ask("/resume")

    assert "so nothing was changed" in answer.text
    assert engine.asked("resume") == []


async def test_a_halt_counts_however_old_it_is(engine, owner, server):
    engine.clock.at = _later(server, seconds=3600)

    await owner.ask("/halt")

    assert len(engine.asked("halt")) == 1


async def test_a_button_of_history_shows_that_exit_below(engine, owner):
    listed = await owner.ask("/history")

    owner.press(listed, "BTC/USD Kraken")
    detail = await owner.wait_for("Step by step", after=listed)

    assert engine.asked("fetch_exit") == [[OWNER, exit_record().intent.intent_id]]
    assert detail.message_id > listed.message_id


async def test_older_exits_are_listed_below_the_newer_ones(engine, owner):
    engine.answers["fetch_page"] = [
        ExitPage(exits=(exit_record(),), skipped=skipped, total=2) for skipped in (0, 1)
    ]
    listed = await owner.ask("/history btc")

    owner.press(listed, "Older")
    older = await owner.wait_for("Exits, newest first: 2", after=listed)

    assert engine.asked("fetch_page") == [[OWNER, "BTC"], [OWNER, "BTC", 1]]
    assert older.message_id > listed.message_id


@pytest.mark.parametrize("data", ["o:one:BTC", "o:", "o:5"])
async def test_a_forged_request_for_older_exits_is_an_old_button(engine, owner, data):
    listed = await owner.ask("/history")

    answer = await owner.wait_for_answer(owner.forge_press(listed, data))

    assert "button" in answer.text
    assert len(engine.asked("fetch_page")) == 1


async def test_an_exit_of_somebody_else_is_not_shown(engine, owner):
    listed = await owner.ask("/history")
    engine.answers["fetch_exit"] = None

    answer = await owner.wait_for_answer(owner.forge_press(listed, "h:other"))

    assert answer.text == "This exit is not known here."


def _later(server, *, seconds):
    return datetime.fromtimestamp(server._now(), UTC) + timedelta(seconds=seconds)
