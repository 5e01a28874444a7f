"""Our screens as Telegram messages: sending, replacing in place, and the buttons' own type."""

import structlog
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile
from telegram.constants import ParseMode
from telegram.error import BadRequest

from handlers.render.html import CAPTION_UNITS, MESSAGE_UNITS, plain_text, split, units
from handlers.render.paper import PAPER_MARK
from handlers.render.screen import Document, Screen, ScreenButton, Tone

_log = structlog.get_logger()

#: Room is left for the mark of paper mode.
_TEXT_UNITS, _CAPTION_UNITS = MESSAGE_UNITS - units(PAPER_MARK), CAPTION_UNITS - units(PAPER_MARK)
_STYLES = {Tone.PLAIN: None, Tone.DANGER: "danger"}


def keyboard_markup(keyboard: tuple[tuple[ScreenButton, ...], ...]) -> InlineKeyboardMarkup | None:
    """Turn rows of our buttons into Telegram's."""
    if not keyboard:
        return None
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in keyboard])


def message_parts(
    screen: Screen, limit: int = _TEXT_UNITS
) -> tuple[tuple[str, InlineKeyboardMarkup | None], ...]:
    """Cut a screen into messages Telegram accepts; the keyboard stands below the last."""
    *first, last = split(screen.text, limit)
    return (*((text, None) for text in first), (last, keyboard_markup(screen.keyboard)))


async def send_screen(bot: Bot, chat_id: int, screen: Screen) -> None:
    """Send a screen as new messages, or as one file with the screen below it where that fits."""
    if screen.document is not None:
        await _send_document(bot, chat_id, screen, screen.document)
        return
    for text, markup in message_parts(screen):
        await _send(bot, chat_id, text, markup)


async def replace_screen(bot: Bot, chat_id: int, message_id: int, screen: Screen) -> bool:
    """Put a screen in a message's place; False when it already says exactly that."""
    (text, markup), *rest = message_parts(screen)
    try:
        await bot.edit_message_text(text, chat_id, message_id, parse_mode=ParseMode.HTML, reply_markup=markup)
    except BadRequest as e:
        said = e.message.lower()
        if "not modified" in said:
            return False
        if "message to edit not found" not in said and "can't be edited" not in said:
            raise
        await send_screen(bot, chat_id, screen)
        return True
    for further, below in rest:
        await _send(bot, chat_id, further, below)
    return True


async def _send_document(bot: Bot, chat_id: int, screen: Screen, document: Document) -> None:
    parts = message_parts(screen, _CAPTION_UNITS)
    before, (caption, markup) = ((), parts[0]) if len(parts) == 1 else (message_parts(screen), (None, None))
    for text, below in before:
        await _send(bot, chat_id, text, below)
    file = InputFile(document.content, filename=document.name)
    await bot.send_document(chat_id, file, caption=caption, parse_mode=ParseMode.HTML, reply_markup=markup)


async def _send(bot: Bot, chat_id: int, text: str, markup: InlineKeyboardMarkup | None) -> None:
    try:
        await bot.send_message(chat_id, text, parse_mode=ParseMode.HTML, reply_markup=markup)
    except BadRequest as e:
        if "parse entities" not in e.message:
            raise
        # Broken markup is our mistake; what it says must arrive all the same.
        _log.exception("markup refused, sent as plain text")
        await bot.send_message(chat_id, plain_text(text), reply_markup=markup)


def _button(button: ScreenButton) -> InlineKeyboardButton:
    return InlineKeyboardButton(button.label, callback_data=button.data, style=_STYLES[button.tone])
