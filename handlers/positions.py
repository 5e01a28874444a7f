"""/positions: what is held, how it stands, whether it is guarded."""

from collections.abc import Sequence

from handlers.chat_context import ChatContext
from handlers.render.positions import render_positions
from handlers.render.screen import Screen


async def show_positions(context: ChatContext, _arguments: Sequence[str]) -> Screen:
    """Show every position."""
    portfolio = await context.services.portfolio.fetch_portfolio(context.user.user_id)
    return render_positions(portfolio, context.reader)
