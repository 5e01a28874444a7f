"""/balance: what everything is worth."""

from collections.abc import Sequence

from handlers.chat_context import ChatContext
from handlers.render.balance import render_balance
from handlers.render.screen import Screen


async def show_balance(context: ChatContext, _arguments: Sequence[str]) -> Screen:
    """Read every broker and show the equity picture."""
    overview = await context.services.balances.fetch_overview(context.user.user_id)
    return render_balance(overview, context.reader)
