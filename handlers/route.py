"""/route: where a trade would go and why."""

from collections.abc import Sequence

from handlers.arguments import Misread, parse_route
from handlers.context import ChatContext
from handlers.render.problems import render_misread
from handlers.render.route import render_route
from handlers.render.screen import Screen


async def show_route(context: ChatContext, words: Sequence[str]) -> Screen:
    """Preview a buy; nothing is ordered."""
    asked = parse_route(words)
    if isinstance(asked, Misread):
        return render_misread(asked)
    preview = await context.services.routes.preview(context.user.user_id, asked.symbol, asked.usd)
    halt = await context.services.halts.fetch_halt(context.user.user_id)
    return render_route(preview, context.reader, halt)
