"""/target and /stop: a preview first, and only its button changes a guard."""

from collections.abc import Sequence

from telegram import Update

from engine.offers.levels import LevelsPreview, LevelsSet
from engine.offers.outcomes import Nothing
from handlers.arguments import Misread
from handlers.buttons import Press, press_stored
from handlers.chat_context import ChatContext
from handlers.level_arguments import LevelArguments, parse_stop, parse_target
from handlers.render.guard_outcomes import render_nothing
from handlers.render.help import render_unknown
from handlers.render.levels import render_levels, render_levels_set
from handlers.render.problems import render_misread
from handlers.render.screen import LEVELS, Screen

LEVELS_PATTERN = rf"^{LEVELS}:"


async def offer_target(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Show the target of a guard, and what another one would mean."""
    parsed = parse_target(arguments)
    return (
        render_misread(parsed)
        if isinstance(parsed, Misread)
        else _shown(await _ask(context, parsed), context)
    )


async def offer_stop(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Show the stop of a guard, and what another one would mean; whoever names no guarded position may want an end."""
    parsed = parse_stop(arguments)
    is_short = len(arguments) <= 1
    if isinstance(parsed, Misread):
        return _ways_out(context) if is_short else render_misread(parsed)
    answer = await _ask(context, parsed)
    return _ways_out(context) if is_short and isinstance(answer, Nothing) else _shown(answer, context)


async def press_levels(update: Update, context: ChatContext) -> None:
    """Set what the button showed."""
    answered: tuple[Press, LevelsSet] | None
    answered = await press_stored(update, context, context.services.levels.set_levels)
    if answered:
        press, outcome = answered
        await press.replace(context, render_levels_set(outcome, context.reader))


async def _ask(context: ChatContext, parsed: LevelArguments) -> LevelsPreview | Nothing:
    levels, user_id = context.services.levels, context.user.user_id
    return await levels.offer_levels(user_id, parsed.symbol, parsed.venue, parsed.change)


def _shown(answer: LevelsPreview | Nothing, context: ChatContext) -> Screen:
    return render_nothing(answer) if isinstance(answer, Nothing) else render_levels(answer, context.reader)


def _ways_out(context: ChatContext) -> Screen:
    return render_unknown("/stop", context.bot_data.commands)
