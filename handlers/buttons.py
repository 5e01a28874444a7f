"""What a pressed button does: Refresh redraws its screen in place, a choice is carried out once."""

from collections.abc import Callable, Collection, Coroutine, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.constants import CallbackQueryLimit, MessageLimit, ParseMode
from telegram.error import BadRequest

from engine.offers.outcomes import Nothing, Outcome, StaysPaused
from engine.users.roles import may
from handlers.chat_context import ChatContext
from handlers.command import Command, screen_of, show_typing
from handlers.progress import with_progress
from handlers.render.guard_outcomes import answered_note, render_nothing, render_outcome
from handlers.render.nothing import nothing_text
from handlers.render.problems import OLD_BUTTON, UP_TO_DATE
from handlers.render.screen import CHOICE, REFRESH, Screen, choice_data
from handlers.screens import replace_screen

_T = TypeVar("_T")

REFRESH_PATTERN = rf"^{REFRESH}:"
CHOICE_PATTERN = rf"^{CHOICE}:"

#: Long enough to answer with the result when it comes quickly, short enough for "at once".
_ANSWER_AFTER_S = 0.7
_TYPING_EVERY_S = 4.0
#: Text and note of a question that stays, without what stands between them.
_NOTED_TEXT_MOST = MessageLimit.MAX_TEXT_LENGTH - len("\n\n")


class Press:
    """One press, answered exactly once; Telegram shows a spinner until then."""

    def __init__(self, query: CallbackQuery) -> None:
        self._query = query
        self.answered = False

    @property
    def confirmation_id(self) -> str:
        """Return which stored confirmation a button carries."""
        return (self._query.data or "").partition(":")[2]

    async def answer(self, text: str = "", *, alert: bool = False) -> bool:
        """Answer with a line that pops up; False when it could not be shown."""
        if self.answered or len(text) > CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH:
            return False
        self.answered = True
        try:
            return await self._query.answer(text or None, show_alert=alert)
        except BadRequest:
            # Too old to be answered, as after an outage; the chat itself still can be.
            return False

    async def stop_spinner(self) -> None:
        """Answer without text."""
        await self.answer()

    async def replace(self, context: ChatContext, screen: Screen) -> bool:
        """Put a screen where the button was; False when it already says that."""
        message = self._query.message
        if message is None:
            return False
        return await replace_screen(context.bot, message.chat.id, message.message_id, screen)

    async def leave_buttons(self, data: Collection[str], note: str) -> None:
        """Take the buttons away that are not among these, and add a note to the text if there is one."""
        message = self._query.message
        if not isinstance(message, Message) or message.reply_markup is None:
            return
        rows = [
            [button for button in row if button.callback_data in data]
            for row in message.reply_markup.inline_keyboard
        ]
        left = InlineKeyboardMarkup([row for row in rows if row])
        fits = len(message.text or "") + len(note) <= _NOTED_TEXT_MOST
        with suppress(BadRequest):
            # Two were pressed at once, or the message was deleted.
            if note and fits:
                text = f"{message.text_html}\n\n{note}"
                await self._query.edit_message_text(text, parse_mode=ParseMode.HTML, reply_markup=left)
            else:
                await self._query.edit_message_reply_markup(left)


async def press_refresh(commands: Mapping[str, Command], update: Update, context: ChatContext) -> None:
    """Draw a screen again in place."""
    if (query := update.callback_query) is None:
        return
    press = Press(query)
    _, name, *arguments = (query.data or "").split(":")
    command = commands.get(name)
    if command is None or not may(context.user.role, command.role):
        await press.answer(OLD_BUTTON, alert=True)
        return
    screen = await while_answering(press, context, screen_of(command, context, arguments))
    changed = await press.replace(context, screen)
    await press.answer("" if changed else UP_TO_DATE)


async def press_choice(update: Update, context: ChatContext) -> None:
    """Carry out a stored choice."""
    guards = context.services.guards
    answered: tuple[Press, Outcome] | None = await press_stored(update, context, guards.confirm)
    if answered is None:
        return
    press, outcome = answered
    first, *further = render_outcome(outcome, context.reader)
    waiting = await guards.fetch_open_choices(context.user.user_id, press.confirmation_id)
    if waiting:
        # The question about the other positions stays where it is.
        await press.leave_buttons({choice_data(one) for one in waiting}, answered_note(outcome))
        await context.reply(first)
    else:
        await press.replace(context, first)
    for screen in further:
        await context.reply(screen)


async def press_stored(
    update: Update,
    context: ChatContext,
    confirm: Callable[[int, str], Coroutine[Any, Any, _T | Nothing | StaysPaused]],
) -> tuple[Press, _T] | None:
    """Confirm a stored button and return what came of it; None where that is nothing, which its user is shown.

    The engine sees to its owner, its single use and its expiry, and checks again what it showed.
    """
    if (query := update.callback_query) is None:
        return None
    press = Press(query)
    confirming = confirm(context.user.user_id, press.confirmation_id)
    outcome = await while_answering(press, context, confirming)
    if not isinstance(outcome, Nothing | StaysPaused):
        await press.stop_spinner()
        return press, outcome
    if not await press.answer(nothing_text(outcome), alert=True):
        await context.reply(render_nothing(outcome))
    await press.stop_spinner()
    return None


async def press_unknown(update: Update, _context: ChatContext) -> None:
    """Say that a button means nothing any more."""
    if update.callback_query is not None:
        await Press(update.callback_query).answer(OLD_BUTTON, alert=True)


async def while_answering(press: Press, context: ChatContext, work: Coroutine[Any, Any, _T]) -> _T:
    """Do the work behind a press; when it takes long, the spinner goes and typing is shown."""

    async def show_life() -> None:
        await press.stop_spinner()
        await show_typing(context)

    return await with_progress(work, show_life, after_s=_ANSWER_AFTER_S, every_s=_TYPING_EVERY_S)
