"""/status: whether the process lives, part by part."""

from collections.abc import Sequence

from handlers.chat_context import ChatContext
from handlers.render.screen import Screen
from handlers.render.status import render_status


async def show_status(context: ChatContext, _arguments: Sequence[str]) -> Screen:
    """Show the state of the process."""
    report = await context.services.fetch_status(context.user.user_id)
    halt = await context.services.halts.fetch_halt(context.user.user_id)
    gates = await context.services.entries.fetch_gates(context.user.user_id)
    return render_status(report, context.reader, halt, gates)
