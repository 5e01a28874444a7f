import asyncio

import pytest
from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup


def keyboard(*labels):
    return InlineKeyboardMarkup([[InlineKeyboardButton(one, callback_data=f"do:{one}")] for one in labels])


async def test_a_button_is_found_by_its_label_or_the_beginning_of_it(owner, bot):
    sent = await bot.send_message(
        owner.chat_id, "?", reply_markup=keyboard("Guard all", "Guard", "Leave alone")
    )
    for label in ("Guard", "Leave"):
        owner.press(sent.message_id, label)

    presses = [update.callback_query for update in await bot.get_updates()]

    assert [one.data for one in presses] == ["do:Guard", "do:Leave alone"]
    assert presses[0].message.message_id == sent.message_id
    assert presses[0].from_user.id == 7


async def test_a_button_that_is_not_there_names_those_that_are(owner, bot):
    sent = await bot.send_message(owner.chat_id, "?", reply_markup=keyboard("Yes", "No"))

    with pytest.raises(LookupError, match=r"0 buttons match 'Maybe'; there are \['Yes', 'No'\]"):
        owner.press(sent.message_id, "Maybe")


async def test_a_button_that_only_copies_cannot_be_pressed(owner, bot):
    copy = InlineKeyboardButton("Copy id", copy_text=CopyTextButton("O123"))
    sent = await bot.send_message(owner.chat_id, "?", reply_markup=InlineKeyboardMarkup([[copy]]))

    with pytest.raises(LookupError, match="copies a text"):
        owner.press(sent.message_id, "Copy id")


async def test_a_stale_press_sends_what_an_edit_has_taken_away(owner, bot):
    sent = await bot.send_message(owner.chat_id, "sell?", reply_markup=keyboard("Yes"))
    before = owner.messages[-1]
    await bot.edit_message_text("expired", owner.chat_id, sent.message_id)
    with pytest.raises(LookupError):
        owner.press(before, "Yes")
    owner.press(before, "Yes", stale=True)

    (update,) = await bot.get_updates()

    assert update.callback_query.data == "do:Yes"


async def test_a_stranger_can_forge_a_press_about_anothers_message(server, owner, bot):
    stranger = server.user(user_id=666, name="Mallory")
    sent = await bot.send_message(owner.chat_id, "sell?", reply_markup=keyboard("Yes"))
    stranger.forge_press(sent.message_id, "do:Yes", chat=owner)

    (update,) = await bot.get_updates()

    assert update.callback_query.from_user.id == 666
    assert update.callback_query.message.chat.id == owner.chat_id


async def test_a_member_presses_a_button_in_a_group_and_sees_the_answer(server, owner, bot):
    group = server.group(chat_id=-100123)
    sent = await bot.send_message(group.chat_id, "?", reply_markup=keyboard("Yes"))
    press = group.press(sent.message_id, "Yes", by=owner)
    await bot.answer_callback_query(press, "private chat only", show_alert=True)

    assert [one.text for one in owner.callback_answers] == ["private chat only"]


async def test_waiting_finds_what_stands_there_already(owner, bot):
    await bot.send_message(owner.chat_id, "here it is")

    assert (await owner.wait_for("here")).text == "here it is"


async def test_waiting_after_a_version_skips_it_and_finds_the_edit(owner, bot):
    sent = await bot.send_message(owner.chat_id, "BTC 1")
    shown = owner.messages[-1]
    waiting = asyncio.create_task(owner.wait_for("BTC", after=shown))
    await bot.edit_message_text("BTC 2", owner.chat_id, sent.message_id)
    edited = await waiting

    assert (edited.message_id, edited.text) == (sent.message_id, "BTC 2")


async def test_waiting_after_a_version_finds_an_edit_that_has_passed_again(owner, bot):
    sent = await bot.send_message(owner.chat_id, "one")
    shown = owner.messages[-1]
    await bot.edit_message_text("two", owner.chat_id, sent.message_id)
    await bot.edit_message_text("three", owner.chat_id, sent.message_id)

    assert (await owner.wait_for("two", after=shown)).text == "two"
    assert [one.text for one in owner.history] == ["one", "two", "three"]


async def test_waiting_takes_no_word_of_the_person_for_an_answer(owner):
    owner.send("balance")

    with pytest.raises(TimeoutError, match=r"no 'balance'; the chat ends with \['balance'\]"):
        await owner.wait_for("balance", 0.01)


async def test_who_blocked_the_bot_cannot_write(owner):
    owner.block()

    with pytest.raises(RuntimeError, match="unblock first"):
        owner.send("/start")


async def test_a_call_is_waited_for_and_missed_ones_are_counted(server, owner, bot):
    waiting = asyncio.create_task(server.wait_for_call("sendMessage"))
    await bot.send_message(owner.chat_id, "x", disable_notification=True)

    assert (await waiting).params["text"] == "x"
    assert owner.messages[-1].silent
    with pytest.raises(TimeoutError, match="1 of 2 calls of sendMessage"):
        await server.wait_for_call("sendMessage", 2, timeout_s=0.01)
