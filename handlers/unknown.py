"""Whatever is no command: the nearest one is named, nothing is done."""

from telegram import Update

from handlers.chat_context import ChatContext
from handlers.render.help import render_unknown


async def answer_unknown(update: Update, context: ChatContext) -> None:
    """Name the nearest command."""
    typed = (update.message.text or "") if update.message else ""
    await context.reply(render_unknown(typed, context.usable_commands))
