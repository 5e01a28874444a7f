"""The command menu of each user's chat: what their role may use. Strangers are shown how to begin, and no more."""

from collections.abc import Iterable

import structlog
from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import TelegramError

from engine.users.roles import Role, User
from handlers.chat_context import ChatContext
from handlers.render.help import CommandLine

#: Telegram shows it to whoever opens a chat with the bot.
PUBLIC_MENU = (BotCommand("start", "begin"),)

_log = structlog.get_logger()


class Menus:
    """Sets the menu of a user's chat when they write for the first time, and when their role is another."""

    def __init__(self) -> None:
        self._set_for: dict[int, Role] = {}

    def keep(self, context: ChatContext) -> None:
        """See to the menu of whoever the update is from; their answer does not wait for it."""
        user = context.user
        if self._set_for.get(user.user_id) is user.role:
            return
        self._set_for[user.user_id] = user.role
        setting = self._set(context.bot, user, context.usable_commands)
        context.application.create_task(setting, name=f"menu of {user.user_id}")

    async def _set(self, bot: Bot, user: User, commands: Iterable[CommandLine]) -> None:
        try:
            await bot.set_my_commands(menu_of(commands), scope=BotCommandScopeChat(user.user_id))
        except TelegramError as error:
            # Their next update tries again.
            self._set_for.pop(user.user_id, None)
            _log.warning("the command menu of a chat was not set", user_id=user.user_id, why=str(error))


def menu_of(commands: Iterable[CommandLine]) -> list[BotCommand]:
    """Return commands as a menu for setMyCommands."""
    return [BotCommand(command.name, _line(command)) for command in commands]


def _line(command: CommandLine) -> str:
    return f"{command.form}: {command.help}" if command.form else command.help
