"""/balance: what everything is worth."""

from collections.abc import Sequence

from handlers.arguments import Misread, parse_one_venue
from handlers.chat_context import ChatContext
from handlers.render.balance import render_balance
from handlers.render.problems import render_misread
from handlers.render.screen import Screen


async def show_balance(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Read every broker and show the equity picture, or the part of one broker."""
    venue = parse_one_venue(arguments, command="balance")
    if isinstance(venue, Misread):
        return render_misread(venue)
    overview = await context.services.balances.fetch_overview(context.user.user_id)
    return render_balance(overview, context.reader, venue)
