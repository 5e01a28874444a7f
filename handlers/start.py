"""/start and /help: what NIJA is and what it understands."""

from collections.abc import Sequence

from handlers.chat_context import ChatContext
from handlers.render.help import render_help, render_start
from handlers.render.screen import Screen


async def show_start(context: ChatContext, _arguments: Sequence[str]) -> Screen:
    """Greet, and say what is guarded now."""
    portfolio = await context.services.portfolio.fetch_portfolio(context.user.user_id)
    halt = await context.services.halts.fetch_halt(context.user.user_id)
    status = await context.services.fetch_status(context.user.user_id)
    return render_start(portfolio, context.reader, status.hindrances, halt=halt, mode=status.mode)


async def show_help(context: ChatContext, _arguments: Sequence[str]) -> Screen:
    """List the commands."""
    return render_help(context.usable_commands, context.services.guards.threshold)
