"""/history: what was sold and how, step by step."""

from collections.abc import Sequence

from telegram import Update

from handlers.arguments import Misread, parse_one_symbol
from handlers.buttons import Press
from handlers.chat_context import ChatContext
from handlers.render.history import NO_SUCH_EXIT, render_exit_record, render_history
from handlers.render.problems import render_misread
from handlers.render.screen import HISTORY, OLDER, Screen

HISTORY_PATTERN = rf"^{HISTORY}:"
OLDER_PATTERN = rf"^{OLDER}:\d{{1,9}}:"


async def show_history(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """List the latest exits; of one symbol, the last in full."""
    symbol = parse_one_symbol(arguments, command="history")
    if isinstance(symbol, Misread):
        return render_misread(symbol)
    page = await context.services.history.fetch_page(context.user.user_id, symbol)
    return render_history(page, context.reader, symbol=symbol)


async def press_history(update: Update, context: ChatContext) -> None:
    """Show one exit in full, below the list."""
    if (query := update.callback_query) is None:
        return
    press = Press(query)
    intent_id = (query.data or "").partition(":")[2]
    found = await context.services.history.fetch_exit(context.user.user_id, intent_id)
    if found is None:
        await press.answer(NO_SUCH_EXIT, alert=True)
        return
    await press.stop_spinner()
    await context.reply(render_exit_record(found, context.reader))


async def press_older(update: Update, context: ChatContext) -> None:
    """List the exits before those of a list, below it."""
    if (query := update.callback_query) is None:
        return
    press = Press(query)
    skip, _, symbol = (query.data or "").partition(":")[2].partition(":")
    history = context.services.history
    page = await history.fetch_page(context.user.user_id, symbol or None, skip=int(skip))
    await press.stop_spinner()
    await context.reply(render_history(page, context.reader, symbol=symbol or None))
