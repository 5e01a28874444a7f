"""One batch of alerts to its chat: markup first, plain text if Telegram cannot read it."""

import structlog
from telegram import Bot, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.telegram.errors import error_text
from bot.telegram.retry import AsPlainText, SendVerdict, judge
from engine.alerts.batches import Batch
from handlers.render.html import plain_text
from handlers.render.screen import Screen
from handlers.screens import message_parts

log = structlog.get_logger(__name__)


class SendFailedError(Exception):
    """A send that failed, and what that means for what was sent."""

    def __init__(self, verdict: SendVerdict, error: TelegramError) -> None:
        super().__init__(error_text(error))
        self.verdict = verdict


async def send_batch(bot: Bot, batch: Batch, screen: Screen) -> int:
    """Send a batch's screen and return the id of its last message.

    Raises:
        SendFailedError: it may not have arrived.

    """
    message_id = 0
    for html, keyboard in message_parts(screen):
        message_id = await _send_part(bot, batch, html, keyboard)
    return message_id


async def _send_part(bot: Bot, batch: Batch, html: str, keyboard: InlineKeyboardMarkup | None) -> int:
    attempts = batch.attempts + 1
    try:
        return await _post(bot, batch.first.chat_id, html, keyboard, ParseMode.HTML)
    except TelegramError as error:
        verdict = judge(error, attempts=attempts, plain=False)
        if not isinstance(verdict, AsPlainText):
            raise SendFailedError(verdict, error) from error
    log.error("an alert was refused; it is sent as plain text", alert=batch.first.message.kind)
    try:
        return await _post(bot, batch.first.chat_id, plain_text(html), None, None)
    except TelegramError as error:
        raise SendFailedError(judge(error, attempts=attempts, plain=True), error) from error


async def _post(
    bot: Bot, chat_id: int, text: str, keyboard: InlineKeyboardMarkup | None, parse_mode: ParseMode | None
) -> int:
    sent = await bot.send_message(chat_id, text, parse_mode=parse_mode, reply_markup=keyboard)
    return sent.message_id
