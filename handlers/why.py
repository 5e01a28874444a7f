"""/why: what keeps a buy back, gate by gate, and what it would come to."""

from collections.abc import Sequence

from handlers.arguments import Misread
from handlers.chat_context import ChatContext
from handlers.entry_arguments import parse_why
from handlers.render.problems import render_misread
from handlers.render.screen import Screen
from handlers.render.why import render_why


async def show_why(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Plan a buy and show every gate; nothing is ordered."""
    parsed = parse_why(arguments)
    if isinstance(parsed, Misread):
        return render_misread(parsed)
    plan = await context.services.entries.plan(context.user.user_id, parsed.symbol, parsed.size)
    return render_why(plan, context.reader)
