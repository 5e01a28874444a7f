import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import NetworkError
from telegram.ext import Application, CallbackQueryHandler, CommandHandler

from sandbox.telegram import ChatEventKind

REFRESH = InlineKeyboardMarkup([[InlineKeyboardButton("🔄 Refresh", callback_data="refresh")]])


async def show_balance(update, context):
    words = " ".join(context.args) or "all"
    await update.message.reply_html(f"<b>Total equity</b> {words}", reply_markup=REFRESH)


async def refresh(update, context):
    await update.callback_query.answer("up to date")
    await update.callback_query.edit_message_text("Total equity now", reply_markup=REFRESH)


class RunningApplication:
    """A PTB application under its own lifecycle, as the bot runs it."""

    def __init__(self, server):
        builder = Application.builder().token(server.token).base_url(f"{server.url}/bot")
        self._application = builder.job_queue(None).build()
        self._application.add_handler(CommandHandler("balance", show_balance))
        self._application.add_handler(CallbackQueryHandler(refresh))

    async def __aenter__(self):
        await self._application.initialize()
        await self._application.updater.start_polling(timeout=1, poll_interval=0, bootstrap_retries=-1)
        await self._application.start()

    async def __aexit__(self, *_):
        await self._application.updater.stop()
        await self._application.stop()
        await self._application.shutdown()


async def test_a_command_with_arguments_is_answered(server, owner):
    async with RunningApplication(server):
        answer = await owner.ask("/balance kraken")

    assert answer.text == "Total equity kraken"
    assert answer.html == "<b>Total equity</b> kraken"
    assert answer.buttons == (("🔄 Refresh",),)
    assert answer.from_bot


async def test_a_pressed_button_is_answered_and_the_message_edited_in_place(server, owner):
    async with RunningApplication(server):
        shown = await owner.ask("/balance")
        press = owner.press(shown, "🔄")
        edited = await owner.wait_for("now", after=shown)
        toast = await owner.wait_for_answer(press)

    assert (edited.message_id, edited.text) == (shown.message_id, "Total equity now")
    assert toast.text == "up to date"
    assert [one.text for one in owner.messages] == ["/balance", "Total equity now"]


async def test_what_was_written_while_no_bot_ran_is_answered_when_one_comes(server, owner):
    owner.send("/balance alpaca")

    async with RunningApplication(server):
        answer = await owner.wait_for("Total equity")
        await server.wait_until_confirmed()

    assert answer.text == "Total equity alpaca"


async def test_a_new_bot_process_does_not_see_again_what_the_last_one_confirmed(server, owner):
    async with RunningApplication(server):
        await owner.ask("/balance one")
        await server.wait_until_confirmed()
    async with RunningApplication(server):
        answer = await owner.ask("/balance two")

    assert [call.params["text"] for call in server.calls("sendMessage")] == [
        "<b>Total equity</b> one",
        "<b>Total equity</b> two",
    ]
    assert answer.text == "Total equity two"


async def test_after_an_outage_the_waiting_command_is_answered(server, owner):
    async with RunningApplication(server):
        await server.wait_for_call("deleteWebhook")
        outage = server.faults.add(kind="outage")
        owner.send("/balance")
        await server.wait_for_call("getUpdates")
        server.faults.remove(outage)
        answer = await owner.wait_for("Total equity", 10)

    assert answer.text == "Total equity all"


async def test_during_an_outage_sends_fail_and_leave_nothing(server, owner, bot):
    server.faults.add(kind="outage")

    with pytest.raises(NetworkError):
        await bot.send_message(owner.chat_id, "lost")

    assert owner.messages == ()
    assert server.tape[-1].status == 0


async def test_a_stopped_server_refuses_connections_and_comes_back_at_the_same_address(server, owner, bot):
    url = server.url
    await server.stop()
    with pytest.raises(NetworkError):
        await bot.send_message(owner.chat_id, "lost")
    await server.start()

    await bot.send_message(owner.chat_id, "back")

    assert server.url == url
    assert [one.text for one in owner.messages] == ["back"]


async def test_a_line_chat_sees_new_messages_edits_toasts_and_deletions_in_order(server, owner, bot):
    with owner.subscribe() as events:
        sent = await bot.send_message(owner.chat_id, "one", reply_markup=REFRESH)
        await bot.send_chat_action(owner.chat_id, "typing")
        press = owner.press(sent.message_id, "🔄")
        await bot.answer_callback_query(press, "hm")
        await bot.edit_message_text("two", owner.chat_id, sent.message_id)
        await bot.delete_message(owner.chat_id, sent.message_id)
        seen = [await anext(events) for _ in range(5)]

    assert [event.kind for event in seen] == [
        ChatEventKind.NEW,
        ChatEventKind.ACTION,
        ChatEventKind.TOAST,
        ChatEventKind.EDIT,
        ChatEventKind.DELETE,
    ]
    assert seen[2].answer.text == "hm"
    assert owner.typing[0].action == "typing"
    assert owner.messages == ()
