"""/guard and /unguard: both ask first, and only the pressed button changes anything."""

from collections.abc import Sequence

from handlers.arguments import Misread, parse_guard
from handlers.chat_context import ChatContext
from handlers.render.guard_outcomes import render_outcome
from handlers.render.problems import render_misread
from handlers.render.screen import Screen

_ONE_AT_A_TIME = Misread(
    why="/unguard stops one guard at a time; what was guarded still is.", example="/unguard BTC"
)


async def offer_guard(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Ask how to guard a position."""
    guards = context.services.guards
    parsed = parse_guard(arguments, command="guard", threshold=guards.threshold)
    if isinstance(parsed, Misread):
        return render_misread(parsed)
    answer = await guards.offer_guard(context.user.user_id, parsed.symbol, parsed.venue)
    hindrances = (await context.services.fetch_status(context.user.user_id)).hindrances
    return render_outcome(answer, context.reader, hindrances)[0]


async def offer_unguard(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Ask whether to stop guarding a position."""
    parsed = parse_guard(arguments, command="unguard")
    if isinstance(parsed, Misread):
        return render_misread(parsed)
    if parsed.symbol is None:
        return render_misread(_ONE_AT_A_TIME)
    guards = context.services.guards
    answer = await guards.offer_unguard(context.user.user_id, parsed.symbol, parsed.venue)
    hindrances = (await context.services.fetch_status(context.user.user_id)).hindrances
    return render_outcome(answer, context.reader, hindrances)[0]
