"""/route: where a trade would go and why."""

from collections.abc import Sequence

from engine.entries.route import Unsized
from handlers.arguments import Misread
from handlers.chat_context import ChatContext
from handlers.entry_arguments import parse_route
from handlers.render.problems import render_misread
from handlers.render.route import render_route
from handlers.render.screen import Screen
from handlers.render.sizes import render_unsized


async def show_route(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Preview a buy; nothing is ordered."""
    parsed = parse_route(arguments)
    if isinstance(parsed, Misread):
        return render_misread(parsed)
    preview = await context.services.entries.preview(context.user.user_id, parsed.symbol, parsed.size)
    if isinstance(preview, Unsized):
        return render_unsized(preview, "route", context.reader)
    halt = await context.services.halts.fetch_halt(context.user.user_id)
    return render_route(preview, context.reader, halt)
