"""/export: the fills as a document."""

import asyncio
from collections.abc import Sequence

from handlers.arguments import Misread
from handlers.chat_context import ChatContext
from handlers.render.export import render_export
from handlers.render.problems import render_misread
from handlers.render.screen import Screen
from handlers.statement_arguments import parse_export


async def send_export(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Send the known fills of an asset, a pair, a year or of all, in the format that was named."""
    wanted = parse_export(arguments)
    if isinstance(wanted, Misread):
        return render_misread(wanted)
    export = await context.services.statements.fetch_fills(context.user.user_id)
    # Tens of thousands of lines take a while, and everything else goes on meanwhile.
    return await asyncio.to_thread(render_export, export, wanted, context.reader)
