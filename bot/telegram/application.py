"""python-telegram-bot under our own start and stop: it may come late and fail without stopping the guard."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence

import structlog
from pydantic import SecretStr
from telegram import BotCommand
from telegram.error import BadRequest, InvalidToken, TelegramError
from telegram.ext import ApplicationBuilder, ExtBot

from bot.supervision.restarting import run_restarting
from bot.telegram.connection import TelegramConnection
from bot.telegram.errors import error_text
from bot.telegram.ordering import PerChat
from bot.telegram.polling import Polling
from bot.telegram.retry import backoff_s, kept_pause_s, requested_pause_s
from bot.telegram.updates import StoredUpdates
from engine.status import JobStatus
from handlers.chat_context import CONTEXT_TYPES, ChatApplication

#: httpx keeps 20 connections open and its pool slows down with more; 32 of each answered most per second.
CONCURRENT_UPDATES = 32
POOL_TIMEOUT_S = 30.0

log = structlog.get_logger(__name__)


def build_application(
    *,
    token: SecretStr,
    api_url: str,
    updates: StoredUpdates,
    connection: TelegramConnection,
    bot_class: type[ExtBot[None]] = ExtBot,
) -> ChatApplication:
    """Build the application without any handler."""
    # Without it python-telegram-bot 22.8 warns of its own use of whole seconds.
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    bot = bot_class(
        token.get_secret_value(),
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=connection.request(connection_pool_size=CONCURRENT_UPDATES, pool_timeout=POOL_TIMEOUT_S),
        get_updates_request=connection.request(),
    )
    return (
        ApplicationBuilder()
        .bot(bot)
        .updater(None)
        .context_types(CONTEXT_TYPES)
        .job_queue(None)
        .concurrent_updates(PerChat(CONCURRENT_UPDATES, updates=updates))
        .build()
    )


class Chat:
    """The chat side: connects in the background for as long as it takes, stops in steps."""

    def __init__(
        self,
        application: ChatApplication,
        *,
        menu: Sequence[BotCommand | tuple[str, str]],
        on_rejected: Callable[[], None],
        connection: TelegramConnection,
        polling: Polling,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._application = application
        self._menu = menu
        self._on_rejected = on_rejected
        self._connection = connection
        self._polling = polling
        self._sleep = sleep
        self._running: asyncio.Task[None] | None = None
        #: Set once Telegram has accepted the token.
        self.connected = asyncio.Event()
        #: Set from when on messages may be sent, though the bot may not look itself up yet.
        self.may_send = asyncio.Event()

    @property
    def bot(self) -> ExtBot[None]:
        """Return the bot, to send with once it may."""
        return self._application.bot

    @property
    def status(self) -> JobStatus:
        """Return whether the chat can be read."""
        return self._polling.status

    def on_handled(self, notify: Callable[[int], None]) -> None:
        """Set what is called with the chat of each update after it was handled."""
        if isinstance(self._application.update_processor, PerChat):
            self._application.update_processor.on_handled = notify

    def on_done(self, notify: Callable[[int | None], object]) -> None:
        """Set what is called after everything that Telegram carries out."""
        self._connection.on_done = notify

    def start(self) -> None:
        """Begin to connect; the guard does not wait for it."""
        running = run_restarting("chat", self._run, on_crash=self._polling.note_crash, sleep=self._sleep)
        self._running = asyncio.create_task(running, name="chat")

    async def stop_polling(self) -> None:
        """Take no further update; what was not confirmed comes again after the next start."""
        if self._running:
            self._running.cancel()
            await asyncio.wait({self._running})
        await self._polling.confirm()

    async def finish(self) -> None:
        """Let the handlers in progress end."""
        if self._application.running:
            await self._application.stop()

    async def close(self) -> None:
        """Close the connections to Telegram."""
        await self._application.shutdown()
        await self._application.bot.shutdown()

    async def _run(self) -> None:
        """Return only when Telegram does not know the token at all."""
        if not await self._connect():
            self._on_rejected()
            return
        if not self._application.running:
            await self._application.start()
        self.connected.set()
        self.may_send.set()
        log.info("telegram is connected", bot=self._application.bot.username)
        menu = asyncio.create_task(self._set_menu(), name="command menu")
        try:
            await self._polling.run()
        finally:
            menu.cancel()

    async def _connect(self) -> bool:
        while True:
            try:
                await self._application.initialize()
            except InvalidToken:
                return False
            except TelegramError as error:
                if requested_pause_s(error) is not None:
                    # That limit is on one method; alerts go by another one.
                    self.may_send.set()
                await self._sleep(self._polling.fail(error))
            else:
                return True

    async def _set_menu(self) -> None:
        failures = 0
        while True:
            try:
                await self._application.bot.set_my_commands(self._menu)
            except TelegramError as error:
                log.warning("the command menu was not set", why=error_text(error))
                if isinstance(error, BadRequest):
                    return
                failures += 1
                await self._sleep(kept_pause_s(error) or backoff_s(failures))
            else:
                return
