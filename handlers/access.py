"""The gate before every handler: who is answered at all, decided by user and denied by default."""

from datetime import timedelta

import structlog
from telegram import Update
from telegram.constants import ChatID, ChatType
from telegram.ext import ApplicationHandlerStop

from engine.clock import Moment, moment
from handlers.chat_context import ChatContext
from handlers.invite import open_invite
from handlers.menu import Menus

_log = structlog.get_logger()

#: Strangers decide how often they write, so it is the log that is bounded.
_WINDOW = timedelta(hours=1)
_LINES_PER_WINDOW = 20


def is_speech(update: Update) -> bool:
    """Return whether an update is a new message or a button press; edits and all else are never acted on."""
    return update.message is not None or update.callback_query is not None


def why_refused(update: Update) -> str | None:
    """Return why an update is ignored whoever sent it; None when its user is to be looked up."""
    user, chat = update.effective_user, update.effective_chat
    # A number with a fraction of zero equals the owner's and is none of Telegram's.
    if user is None or type(user.id) is not int:
        return "no user"
    if user.is_bot or user.id == ChatID.ANONYMOUS_ADMIN:
        return "hidden behind a bot"
    # In a private chat the chat is the user; anything else is a group, or another user's button.
    if chat is None or chat.type != ChatType.PRIVATE or type(chat.id) is not int or chat.id != user.id:
        return "not their own private chat"
    return None


class StrangerLog:
    """Writes one line a stranger and window, and never more than a bounded number."""

    def __init__(self) -> None:
        self._since: Moment | None = None
        self._logged: set[int | None] = set()
        self._left_out = 0

    def note(self, user_id: int | None, why: str, now: Moment) -> None:
        """Log that an update was ignored, unless that was logged lately."""
        if self._since is None or now - self._since >= _WINDOW:
            self._since = now
            self._logged.clear()
        if user_id in self._logged or len(self._logged) >= _LINES_PER_WINDOW:
            self._left_out += 1
            return
        self._logged.add(user_id)
        _log.warning("stranger ignored", user_id=user_id, why=why, left_out_before=self._left_out)
        self._left_out = 0


class AccessCheck:
    """Lets known users in and stops every other update before any handler sees it."""

    def __init__(self) -> None:
        self._strangers = StrangerLog()
        self._menus = Menus()

    async def check(self, update: Update, context: ChatContext) -> None:
        """Admit the user behind the update, or end its handling in silence."""
        if not is_speech(update):
            raise ApplicationHandlerStop
        user, why = update.effective_user, why_refused(update)
        if user is not None and why is None:
            admitted = await context.services.users.fetch_user(user.id)
            if admitted is not None:
                context.admit(admitted)
                self._menus.keep(context)
                return
            if await open_invite(update, context):
                raise ApplicationHandlerStop
        user_id = user.id if user else None
        self._strangers.note(user_id, why or "unknown user", moment(context.services.clock))
        raise ApplicationHandlerStop
