import asyncio
import math

import pytest
from pydantic import SecretStr
from telegram import BotCommand
from telegram.error import Conflict
from telegram.ext import CommandHandler

from bot.telegram.application import Chat, build_application
from bot.telegram.connection import TelegramConnection
from bot.telegram.polling import TOKEN_REFUSED, Polling, is_second_poller, judge_poll
from bot.telegram.polling_alarm import PollingAlarm
from bot.telegram.second_poller import SECOND_POLLER
from engine.clock import SystemClock
from sandbox.telegram import FaultKind, TelegramServer
from tests.bot.telegram.test_ordering import MemoryLog
from tests.bot.until import until

CLOCK = SystemClock()

MENU = (BotCommand("balance", "Total equity"), BotCommand("help", "All commands"))


@pytest.fixture
async def server():
    async with TelegramServer() as running:
        yield running


class Bot:
    """Our chat with one command, for the length of a test."""

    def __init__(self, server, *, token=None, updates=None):
        self.pauses, self.rejected = asyncio.Queue(), asyncio.Event()
        connection = TelegramConnection(CLOCK)
        self.application = build_application(
            token=SecretStr(token or server.token),
            api_url=server.url,
            updates=updates or MemoryLog(),
            connection=connection,
        )
        self.application.add_handler(CommandHandler("echo", self._echo))
        self.notified = []
        polling = Polling(
            self.application,
            polling_alarm=PollingAlarm(notify=self.notified.append, clock=CLOCK),
            clock=CLOCK,
            redact=str,
            sleep=self._sleep,
        )
        self.chat = Chat(
            self.application,
            menu=MENU,
            on_rejected=self.rejected.set,
            connection=connection,
            polling=polling,
            sleep=self._sleep,
        )

    async def _echo(self, update, context):
        await update.effective_message.reply_text(" ".join(context.args))

    async def _sleep(self, seconds):
        await self.pauses.put(seconds)
        await asyncio.sleep(0.01)

    async def stop(self):
        await self.chat.stop_polling()
        await self.chat.finish()
        await self.chat.close()


@pytest.fixture
async def started(server):
    bots = []

    def start(**options):
        bot = Bot(server, **options)
        bots.append(bot)
        bot.chat.start()
        return bot

    yield start
    for bot in bots:
        await bot.stop()


async def test_it_answers_and_sets_the_command_menu(server, started):
    started()
    owner = server.user(user_id=7)
    owner.send("/echo hello there")

    assert (await owner.wait_for("hello there")).from_bot
    await server.wait_for_call("setMyCommands")
    assert server.commands == [{"command": one.command, "description": one.description} for one in MENU]


async def test_a_strangers_message_that_cannot_be_read_makes_it_deaf_for_nobody(server, started):
    started()
    await server.wait_for_call("setMyCommands")
    stranger = {"id": 8, "is_bot": False, "first_name": "Eve"}
    chat = {"id": 8, "type": "private", "first_name": "Eve"}
    poll = {"id": "1", "question": "?"}
    server._world.tell_bot(
        "message", {"message_id": 1, "date": 1_772_600_000, "chat": chat, "from": stranger, "poll": poll}
    )
    owner = server.user(user_id=7)
    owner.send("/echo still here")

    assert await owner.wait_for("still here")


@pytest.mark.fault("C12")
async def test_a_pause_that_telegram_names_is_reported_at_once_kept_in_full_and_over_in_time(server, started):
    server.faults.add("getUpdates", kind=FaultKind.TOO_MANY_REQUESTS, retry_after=3600)
    owner = server.user(user_id=7)
    owner.send("/echo after an hour")
    bot = started()

    async with asyncio.timeout(5):
        assert await bot.pauses.get() == 3600.5
        assert "Telegram asks for a pause; the chat is read again in" in bot.chat.status.last_error
        await bot.application.bot.send_message(7, "alerts leave meanwhile")
        await owner.wait_for("after an hour")
        await until(lambda: len(bot.notified) == 2)
    deaf, again = bot.notified
    assert deaf.startswith("Telegram asks NIJA not to read its chat for 1 h")
    assert "alerts are sent" in deaf
    assert again.startswith("NIJA hears its chat again")
    assert bot.chat.status.last_error is None


PAUSES = {
    "half a day": (43_200, 3600.5, "for 12 h 0 min 0 s. That is too long to be meant: it tries again in 1 h"),
    "three thousand years": (10**11, 3600.5, "it tries again in 1 h"),
    "more than a timedelta holds": (10**15, 3600.5, "it tries again in 1 h"),
    "more than a float holds": (10**400, 3600.5, "it tries again in 1 h"),
    "for ever": (math.inf, 3600.5, "it tries again in 1 h"),
    "a fraction": (61.2, 62.5, "for 1 min 2 s. Commands"),
    "negative": (-5, 1, None),
    "no number": (math.nan, 1, None),
    "a word": ("soon", 1, None),
    "a list": ([7], 1, None),
    "yes": (True, 1, None),
    "zero": (0, 1, None),
}


@pytest.mark.fault("C13")
@pytest.mark.parametrize(("asked", "waits_s", "notified"), PAUSES.values(), ids=PAUSES)
async def test_no_pause_that_telegram_names_leaves_the_chat_unread_for_more_than_an_hour(
    server, started, asked, waits_s, notified
):
    server.faults.add("getUpdates", kind=FaultKind.TOO_MANY_REQUESTS, retry_after=asked)
    owner = server.user(user_id=7)
    owner.send("/echo after the pause")
    bot = started()

    async with asyncio.timeout(5):
        assert await bot.pauses.get() == waits_s
        await owner.wait_for("after the pause")
    assert notified is None or notified in bot.notified[0]


async def test_what_was_taken_is_not_confirmed_within_a_pause_that_telegram_named(server, started):
    bot = started()
    owner = server.user(user_id=7)
    owner.send("/echo first")
    await owner.wait_for("first")
    server.faults.add("getUpdates", kind=FaultKind.TOO_MANY_REQUESTS, retry_after=3600, times=None)
    owner.send("/echo second")
    async with asyncio.timeout(5):
        assert await bot.pauses.get() == 3600.5
        await bot.chat.stop_polling()

    # A poll that only confirms is not held open.
    assert "0" not in {call.params.get("timeout", "0") for call in server.calls("getUpdates")}


@pytest.mark.fault("C12")
async def test_alerts_may_leave_while_telegram_lets_the_bot_not_look_itself_up(server, started):
    server.faults.add("getMe", kind=FaultKind.TOO_MANY_REQUESTS, retry_after=3600)
    server.user(user_id=7).send("/echo hello")
    bot = started()

    async with asyncio.timeout(5):
        assert await bot.pauses.get() == 3600.5
        await bot.chat.may_send.wait()
        await bot.application.bot.send_message(7, "alerts leave meanwhile")
        await bot.chat.connected.wait()


async def test_the_menu_waits_as_long_as_telegram_asks(server, started):
    server.faults.add("setMyCommands", kind=FaultKind.TOO_MANY_REQUESTS, retry_after=600)
    bot = started()

    async with asyncio.timeout(5):
        assert await bot.pauses.get() == 600.5
        await until(lambda: server.commands)


async def test_it_connects_once_telegram_is_back(server, started):
    outage = server.faults.add(kind=FaultKind.OUTAGE)
    bot = started()
    async with asyncio.timeout(5):
        assert [await bot.pauses.get() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
        assert not bot.chat.connected.is_set()

        server.faults.remove(outage)
        await bot.chat.connected.wait()
    await server.wait_for_poll()

    assert not bot.rejected.is_set()


async def test_a_token_telegram_does_not_know_is_reported_at_once(server, started):
    bot = started(token="1234567:AAwrong-token-of-nobody-0123456789")

    async with asyncio.timeout(5):
        await bot.rejected.wait()

    assert bot.pauses.empty()
    assert not bot.chat.connected.is_set()


#: Every refusal and fault that a call to Telegram can meet, and what /readyz and /status say of it meanwhile.
PASSING = {
    FaultKind.UNAUTHORIZED: TOKEN_REFUSED,
    FaultKind.NOT_FOUND: TOKEN_REFUSED,
    FaultKind.CONFLICT: "another process polls with this bot token",
    FaultKind.FORBIDDEN: "bot was blocked by the user",
    FaultKind.BAD_REQUEST: "MESSAGE_NOT_ACCEPTED",
    FaultKind.TOO_MANY_REQUESTS: "Telegram asks for a pause",
    FaultKind.HTTP_500_BEFORE: "Internal Server Error",
    FaultKind.HTTP_502_PAGE_BEFORE: "Bad Gateway",
    FaultKind.DROP_BEFORE: "",
}


@pytest.mark.fault("C7")
@pytest.mark.parametrize(("kind", "why"), PASSING.items(), ids=PASSING)
@pytest.mark.parametrize("method", ["getUpdates", "deleteWebhook"])
async def test_no_answer_to_a_poll_makes_it_deaf(server, started, method, kind, why):
    fault = server.faults.add(method, kind=kind, times=None)
    bot = started()
    await until(lambda: bot.chat.status.last_error)
    assert why.lower() in bot.chat.status.last_error.lower()
    owner = server.user(user_id=7)
    owner.send("/echo still here")

    server.faults.remove(fault)

    assert await owner.wait_for("still here")
    # Two that poll in turn refuse each other now and then: that stays in /status for a minute.
    second_poller = SECOND_POLLER if kind is FaultKind.CONFLICT else None
    await until(lambda: bot.chat.status.last_error == second_poller)
    assert bot.notified == ([SECOND_POLLER] if second_poller else [])
    assert not bot.rejected.is_set()


def test_polls_that_a_web_address_keeps_away_are_no_second_bot():
    error = Conflict("Conflict: can't use getUpdates method while webhook is active")

    assert not is_second_poller(error)
    assert "webhook" in judge_poll(error, failures=1).why


@pytest.mark.parametrize("kind", PASSING, ids=PASSING)
async def test_the_command_menu_is_set_when_telegram_takes_it(server, started, kind):
    server.faults.add("setMyCommands", kind=kind)
    started()
    owner = server.user(user_id=7)
    owner.send("/echo hello")

    await owner.wait_for("hello")
    if kind is not FaultKind.BAD_REQUEST:
        await until(lambda: server.commands)


async def test_what_a_handler_meets_does_not_make_it_deaf(server, started):
    bot = started()
    bot.application.add_error_handler(_forgive)
    owner = server.user(user_id=7)
    for kind in PASSING:
        server.faults.add("sendMessage", kind=kind)
        owner.send("/echo lost")
    await server.wait_for_call("sendMessage", len(PASSING))

    owner.send("/echo hello")

    await owner.wait_for("hello")


async def _forgive(update, context):
    pass


class Stumbling:
    """Hands updates on, after it has failed once."""

    def __init__(self, error, hand_on):
        self.error, self.hand_on = error, hand_on

    def __call__(self, update):
        error, self.error = self.error, None
        if error:
            raise error
        self.hand_on(update)


@pytest.mark.parametrize("error", [RuntimeError("no"), asyncio.CancelledError(), OSError("no")], ids=repr)
async def test_an_error_of_our_own_or_a_stray_cancellation_does_not_make_it_deaf(
    server, started, monkeypatch, error
):
    bot = started()
    await server.wait_for_poll()
    polling = bot.chat._polling
    monkeypatch.setattr(polling, "_dispatch", Stumbling(error, polling._dispatch))
    owner = server.user(user_id=7)

    owner.send("/echo still here")

    assert await owner.wait_for("still here")
    owner.send("/echo and now")
    await owner.wait_for("and now")
    assert bot.chat.status.last_error is None


async def test_it_stops_while_telegram_is_still_down(server, started):
    server.faults.add(kind=FaultKind.OUTAGE)
    bot = started()
    await bot.pauses.get()

    async with asyncio.timeout(5):
        await bot.chat.stop_polling()
        await bot.chat.finish()


@pytest.mark.fault("C6")
async def test_what_came_while_it_was_away_is_answered_and_nothing_twice(server, started):
    updates = MemoryLog()
    first = started(updates=updates)
    owner = server.user(user_id=7)
    owner.send("/echo one")
    await owner.wait_for("one")
    await first.stop()
    owner.send("/echo two")

    started(updates=updates)

    await owner.wait_for("two")
    assert [message.text for message in owner.messages if message.from_bot] == ["one", "two"]
