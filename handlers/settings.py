"""/settings: how buys are sized, and what may be lost in a day."""

from collections.abc import Sequence

from engine.entries.preferences import OutOfRange
from handlers.arguments import Misread
from handlers.chat_context import ChatContext
from handlers.entry_arguments import SettingsChange, parse_settings
from handlers.render.problems import render_misread
from handlers.render.screen import Screen
from handlers.render.settings import render_out_of_range, render_settings


async def show_settings(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Show the settings of buys, changed first where a change was named and not sent long ago."""
    parsed = parse_settings(arguments, threshold=context.services.guards.threshold)
    if isinstance(parsed, Misread):
        return render_misread(parsed)
    preferences, user_id = context.services.preferences, context.user.user_id
    if parsed is None or context.is_stale:
        sent_at = context.sent_at if parsed is not None else None
        return render_settings(await preferences.rules_of(user_id), context.reader, sent_at=sent_at)
    changed = (
        await preferences.set_share(user_id, parsed.value)
        if parsed.change is SettingsChange.SIZE
        else await preferences.set_daily_loss(user_id, parsed.value)
    )
    if isinstance(changed, OutOfRange):
        return render_out_of_range(changed)
    return render_settings(changed, context.reader)
