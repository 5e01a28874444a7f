"""What a command is, and how one runs: role, progress, answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import Update
from telegram.constants import ChatAction
from telegram.error import TelegramError

from engine.users.roles import Role, may
from handlers.chat_context import ChatContext, ScreenOf
from handlers.progress import with_progress
from handlers.render.problems import NO_ACCOUNT, may_not_text, with_ignored
from handlers.render.screen import Screen

#: Typing is shown only for work a user would wonder about, and lasts five seconds.
_TYPING_AFTER_S = 0.3
_TYPING_EVERY_S = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One row of the registry."""

    name: str
    #: What may follow it, as help shows it.
    form: str = ""
    help: str
    role: Role
    screen: ScreenOf
    #: What was not done when it fails, as a sentence.
    not_done: str
    #: Whether its screen carries Refresh.
    refreshable: bool = False
    #: False where it shows or changes something for a user who has no account at any broker, too.
    needs_account: bool = True


async def run_command(command: Command, update: Update, context: ChatContext) -> None:
    """Answer a command with its screen, showing that something happens while it takes long."""
    context.sent_at = context.bot_data.on_our_clock(update.message.date) if update.message else None
    arguments = context.args or ()
    screen = await with_progress(
        screen_of(command, context, arguments),
        lambda: show_typing(context),
        after_s=_TYPING_AFTER_S,
        every_s=_TYPING_EVERY_S,
    )
    await context.reply(
        screen if command.form or not arguments else with_ignored(screen, arguments, command.name)
    )


async def screen_of(command: Command, context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Return a command's screen, or why its user is not shown it."""
    if not may(context.user.role, command.role):
        return Screen(text=may_not_text(command.role))
    if command.needs_account and not context.may_have_accounts:
        return Screen(text=NO_ACCOUNT)
    return await command.screen(context, arguments)


async def show_typing(context: ChatContext) -> None:
    """Show `typing...`; where it cannot be shown, the work goes on."""
    if context.chat_id is None:
        return
    try:
        await context.bot.send_chat_action(context.chat_id, ChatAction.TYPING)
    except TelegramError:
        return
