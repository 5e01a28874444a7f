"""aiogram, the other framework for Telegram bots, against the Telegram stand-in, through what the bot uses."""

import asyncio

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramUnauthorizedError,
)
from aiogram.types import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup

from sandbox.telegram import TelegramServer

KEYBOARD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Sell", callback_data="sell:1")]])


@pytest.fixture
async def server():
    async with TelegramServer() as server:
        yield server


@pytest.fixture
def owner(server):
    return server.user(user_id=7, name="Owner", started=True)


@pytest.fixture
async def bot(server):
    async with a_bot(server) as bot:
        yield bot


def a_bot(server, *, token=None):
    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
    return Bot(token or server.token, session=session, default=DefaultBotProperties(parse_mode="HTML"))


async def test_the_bot_knows_its_name(bot):
    me = await bot.get_me()

    assert me.is_bot
    assert me.username == "nija_sandbox_bot"


async def test_a_poll_that_hangs_is_answered_by_the_next_message(bot, owner):
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0)

    owner.send("/balance now")

    (update,) = await poll
    assert update.message.text == "/balance now"
    assert update.message.from_user.id == update.message.chat.id == 7
    assert await bot.get_updates(offset=update.update_id + 1) == []


async def test_html_is_sent_and_edited(bot, owner):
    sent = await bot.send_message(7, "<b>Total</b> <code>$1.00</code> &lt;", reply_markup=KEYBOARD)
    edited = await bot.edit_message_text("<i>Done</i>", chat_id=7, message_id=sent.message_id)

    assert (sent.text, [entity.type for entity in sent.entities]) == ("Total $1.00 <", ["bold", "code"])
    assert (edited.text, edited.message_id, edited.reply_markup) == ("Done", sent.message_id, None)
    assert edited.edit_date


async def test_an_edit_that_changes_nothing_is_refused(bot, owner):
    sent = await bot.send_message(7, "same")

    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_text("same", chat_id=7, message_id=sent.message_id)


async def test_a_press_is_heard_and_answered(bot, owner):
    sent = await bot.send_message(7, "Sell?", reply_markup=KEYBOARD)
    query_id = owner.press(sent.message_id, "Sell")

    (update,) = await bot.get_updates(timeout=1)

    assert update.callback_query.data == "sell:1"
    assert update.callback_query.message.message_id == sent.message_id
    assert await bot.answer_callback_query(update.callback_query.id, text="Sold", show_alert=True)
    assert (await owner.wait_for_answer(query_id)).text == "Sold"


async def test_the_menu_of_commands_is_set_and_read(bot):
    commands = [BotCommand(command="balance", description="what you have")]

    assert await bot.set_my_commands(commands)
    assert [(each.command, each.description) for each in await bot.get_my_commands()] == [
        ("balance", "what you have")
    ]


async def test_a_dispatcher_polls_and_answers(bot, owner):
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message):
        await message.answer(f"<b>{message.text}</b>")

    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, polling_timeout=5))
    answer = await owner.ask("hello")
    await dispatcher.stop_polling()
    await polling

    assert answer.html == "<b>hello</b>"


async def test_broken_html_is_a_bad_request(bot, owner):
    with pytest.raises(TelegramBadRequest, match="can't parse entities"):
        await bot.send_message(7, "<b>never closed")


async def test_nobody_is_written_to_who_did_not_write_first_or_has_blocked_the_bot(bot, server, owner):
    owner.block()

    with pytest.raises(TelegramForbiddenError):
        await bot.send_message(7, "hello")
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(8, "hello")


async def test_a_wrong_token_is_unauthorized(server):
    async with a_bot(server, token="1:nobody") as bot:
        with pytest.raises(TelegramUnauthorizedError):
            await bot.get_me()
