"""The chat's one error edge: the log gets the whole, the user what was not done and what to do next."""

import secrets
from collections.abc import Mapping

import structlog
from telegram import Update
from telegram.error import BadRequest, TelegramError
from telegram.ext import ApplicationHandlerStop

from handlers.access import is_speech, why_refused
from handlers.chat_context import ChatContext
from handlers.command import Command
from handlers.render.problems import (
    ADMISSION_UNCERTAIN,
    BUY_UNCERTAIN,
    CANCEL_UNCERTAIN,
    CHOICE_UNCERTAIN,
    FAILED_TOAST,
    MEMBER_UNCERTAIN,
    NOT_REFRESHED,
    NOTHING_DONE,
    PANIC_UNCERTAIN,
    RESET_UNCERTAIN,
    SALE_UNCERTAIN,
    render_failure,
)
from handlers.render.screen import (
    ADMISSION,
    BUY,
    CANCEL,
    CHOICE,
    LEVELS,
    MEMBER,
    PANIC,
    PAPER_RESET,
    REFRESH,
    SELL,
    Screen,
)

_log = structlog.get_logger()

_INCIDENT_BYTES = 3


async def report_error(commands: Mapping[str, Command], update: object, context: ChatContext) -> None:
    """Log an error under a short code, show it to the user who caused it, and stop the update there."""
    error = context.error
    chat_update = update if isinstance(update, Update) else None
    update_id = chat_update.update_id if chat_update else None
    if _is_connection_trouble(error):
        _log.warning("Telegram did not do it", why=repr(error), update_id=update_id)
        raise ApplicationHandlerStop
    incident = secrets.token_hex(_INCIDENT_BYTES).upper()
    _log.error("an update could not be handled", incident=incident, update_id=update_id, exc_info=error)
    if chat_update and await _is_known(chat_update, context):
        try:
            not_done = _what_was_not_done(chat_update, commands)
            await _reply(chat_update, context, render_failure(error, not_done=not_done, incident=incident))
        except Exception:  # noqa: BLE001 - this is the edge where everything ends, and it is logged
            _log.exception("a failure could not be reported")
    # A failed gate must not let the handlers behind it run.
    raise ApplicationHandlerStop


def _is_connection_trouble(error: BaseException | None) -> bool:
    """Return whether another message would fail the same way, or repeat one that did arrive."""
    if isinstance(error, BadRequest):
        return False
    return isinstance(error, TelegramError)


async def _is_known(update: Update, context: ChatContext) -> bool:
    """Look up again who it is: the error may have come from the gate, and strangers get no answer."""
    user = update.effective_user
    if user is None or not is_speech(update) or why_refused(update) is not None:
        return False
    try:
        return await context.services.users.fetch_user(user.id) is not None
    except Exception:  # noqa: BLE001 - this is the edge where everything ends, and it is logged
        _log.exception("nobody can be looked up")
        return False


async def _reply(update: Update, context: ChatContext, screen: Screen) -> None:
    if update.callback_query is not None:
        await _stop_spinner(update)
    await context.reply(screen)


async def _stop_spinner(update: Update) -> None:
    try:
        if update.callback_query is not None:
            await update.callback_query.answer(FAILED_TOAST)
    except BadRequest:
        return  # it was answered before the failure


def _what_was_not_done(update: Update, commands: Mapping[str, Command]) -> str:
    if (query := update.callback_query) is not None:
        sentences = {
            REFRESH: NOT_REFRESHED,
            CHOICE: CHOICE_UNCERTAIN,
            SELL: SALE_UNCERTAIN,
            PANIC: PANIC_UNCERTAIN,
            LEVELS: CHOICE_UNCERTAIN,
            CANCEL: CANCEL_UNCERTAIN,
            BUY: BUY_UNCERTAIN,
            ADMISSION: ADMISSION_UNCERTAIN,
            MEMBER: MEMBER_UNCERTAIN,
            PAPER_RESET: RESET_UNCERTAIN,
        }
        # A button of a part has its percentage behind the letter.
        return sentences.get((query.data or "").partition(":")[0].rstrip("0123456789"), NOTHING_DONE)
    typed = (update.message.text or "") if update.message else ""
    name = typed.split(maxsplit=1)[0].removeprefix("/").partition("@")[0].lower() if typed else ""
    command = commands.get(name)
    return command.not_done if command else NOTHING_DONE
