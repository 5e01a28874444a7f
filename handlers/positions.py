"""/positions: what is held, how it stands, whether it is guarded."""

from collections.abc import Sequence

from handlers.arguments import Misread, parse_held
from handlers.chat_context import ChatContext
from handlers.render.positions import render_positions
from handlers.render.problems import render_misread
from handlers.render.screen import Screen


async def show_positions(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Show every position, or those of one name or at one broker."""
    wanted = parse_held(arguments, command="positions")
    if isinstance(wanted, Misread):
        return render_misread(wanted)
    portfolio = await context.services.portfolio.fetch_portfolio(context.user.user_id)
    # Read last: what the watch says now counts, not what it said before the accounts were read.
    hindrances = (await context.services.fetch_status(context.user.user_id)).hindrances
    return render_positions(portfolio, context.reader, hindrances, symbol=wanted.symbol, venue=wanted.venue)
