"""What a kind of button is, and how a press of one runs: role first, then what it does."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from telegram import Update

from engine.users.roles import Role, may
from handlers.buttons import Press
from handlers.chat_context import ChatContext
from handlers.render.problems import may_not_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One row of the table of buttons."""

    #: What the data of its buttons looks like.
    pattern: str
    role: Role
    press: Callable[[Update, ChatContext], Coroutine[Any, Any, None]]


async def run_callback(callback: Callback, update: Update, context: ChatContext) -> None:
    """Do what a pressed button is for, if the role that its user has now includes that."""
    if may(context.user.role, callback.role):
        await callback.press(update, context)
    elif update.callback_query is not None:
        await Press(update.callback_query).answer(may_not_text(callback.role), alert=True)
