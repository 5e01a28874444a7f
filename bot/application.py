"""python-telegram-bot under our own start and stop: it may come late and fail without stopping the guard."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog
from pydantic import SecretStr
from telegram import BotCommand
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import ApplicationBuilder, ExtBot

from bot.ordering import PerChat, UpdateLog
from bot.reach import Reach
from bot.telegram_words import words_of
from handlers.context import CONTEXT_TYPES, ChatApplication
from handlers.registry import ALLOWED_UPDATES

#: httpx keeps 20 connections open and its pool slows down with more; 32 of each answered most per second.
CONCURRENT_UPDATES = 32
POOL_TIMEOUT_S = 30.0
POLL_S = timedelta(seconds=20)
RETRY_FIRST_S = 1.0
RETRY_MOST_S = 30.0

log = structlog.get_logger(__name__)


def build_application(*, token: SecretStr, api_url: str, updates: UpdateLog, reach: Reach) -> ChatApplication:
    """Build the application without any handler."""
    # Without it python-telegram-bot 22.8 warns of its own use of whole seconds.
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    return (
        ApplicationBuilder()
        .token(token.get_secret_value())
        .base_url(f"{api_url}/bot")
        .base_file_url(f"{api_url}/file/bot")
        .context_types(CONTEXT_TYPES)
        .job_queue(None)
        .concurrent_updates(PerChat(CONCURRENT_UPDATES, updates=updates))
        .request(reach.request(connection_pool_size=CONCURRENT_UPDATES, pool_timeout=POOL_TIMEOUT_S))
        .get_updates_request(reach.request())
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
        reach: Reach,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._application = application
        self._menu = menu
        self._on_rejected = on_rejected
        self._reach = reach
        self._sleep = sleep
        self._connecting: asyncio.Task[None] | None = None
        #: Set once Telegram has accepted the token.
        self.connected = asyncio.Event()

    @property
    def bot(self) -> ExtBot[None]:
        """Return the bot, to send with once connected."""
        return self._application.bot

    def on_heard(self, tell: Callable[[int], None]) -> None:
        """Name who is told a chat after each update from it was handled."""
        if isinstance(self._application.update_processor, PerChat):
            self._application.update_processor.on_heard = tell

    def on_done(self, tell: Callable[[], object]) -> None:
        """Name who is told of everything that Telegram carries out."""
        self._reach.on_done = tell

    def start(self) -> None:
        """Begin to connect; the guard does not wait for it."""
        self._connecting = asyncio.create_task(self._connect(), name="telegram start")
        self._connecting.add_done_callback(_tell_crash)

    async def stop_polling(self) -> None:
        """Take no further update; what was not confirmed comes again after the next start."""
        if self._connecting:
            self._connecting.cancel()
            await asyncio.wait({self._connecting})
        if self._application.updater and self._application.updater.running:
            await self._application.updater.stop()

    async def finish(self) -> None:
        """Let the handlers in progress end."""
        if self._application.running:
            await self._application.stop()

    async def close(self) -> None:
        """Close the connections to Telegram."""
        await self._application.shutdown()
        await self._application.bot.shutdown()

    async def _connect(self) -> None:
        pause_s = RETRY_FIRST_S
        while True:
            try:
                await self._application.initialize()
            except InvalidToken:
                self._on_rejected()
                return
            except TelegramError as error:
                log.warning("telegram is not reachable; trying again", why=words_of(error), in_s=pause_s)
                await self._sleep(pause_s)
                pause_s = min(2 * pause_s, RETRY_MOST_S)
            else:
                break
        self.connected.set()
        await self._open()

    async def _open(self) -> None:
        await self._application.start()
        if self._application.updater:
            await self._application.updater.start_polling(
                timeout=POLL_S,
                bootstrap_retries=-1,
                allowed_updates=ALLOWED_UPDATES,
                drop_pending_updates=False,
                error_callback=_tell_polling_trouble,
            )
        log.info("telegram is connected", bot=self._application.bot.username)
        try:
            await self._application.bot.set_my_commands(self._menu)
        except TelegramError as error:
            log.warning("the command menu was not set", why=words_of(error))


def _tell_polling_trouble(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        log.error("another process polls with this bot token; each update reaches only one of the two")
    else:
        log.warning("polling telegram failed; trying again", why=words_of(error))


def _tell_crash(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("the chat could not be started", exc_info=error)
