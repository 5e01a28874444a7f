"""/halt and /resume: stop and allow entries; no exit is affected."""

from collections.abc import Sequence

from engine.entries.halts import HaltedBy
from handlers.chat_context import ChatContext
from handlers.render.halt import render_entries
from handlers.render.screen import Screen


async def halt_entries(context: ChatContext, _arguments: Sequence[str]) -> Screen:
    """Stop entries, however long ago it was sent: stopping risks nothing."""
    halt = await context.services.halts.halt(context.user.user_id, by=HaltedBy.CHAT)
    return render_entries(halt, context.reader)


async def resume_entries(context: ChatContext, _arguments: Sequence[str]) -> Screen:
    """Allow entries, unless it was sent before an outage: then only say how they stand."""
    halts, user_id = context.services.halts, context.user.user_id
    if context.is_stale:
        return render_entries(await halts.fetch_halt(user_id), context.reader, sent_at=context.sent_at)
    return render_entries(await halts.resume(user_id), context.reader)
