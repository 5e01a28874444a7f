"""/close and /closeall: a preview first, and only its button sells."""

from collections.abc import Sequence

from telegram import Update

from engine.model.venues import Venue
from engine.offers.closing_preview import Kept
from engine.offers.offers import Nothing
from engine.users.roles import Role
from handlers.access import may
from handlers.arguments import Misread, parse_guard, parse_one_venue
from handlers.buttons import Press, while_answering
from handlers.chat_context import ChatContext
from handlers.render.closing import render_close, render_kept
from handlers.render.guard_outcomes import render_nothing
from handlers.render.problems import MAY_NOT_CHANGE, render_misread
from handlers.render.screen import KEEP, SELL, Screen

SELL_PATTERN = rf"^{SELL}:"
KEEP_PATTERN = rf"^{KEEP}:"


async def offer_close(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Show what closing one position would bring."""
    parsed = parse_guard(arguments, command="close")
    if isinstance(parsed, Misread):
        return render_misread(parsed)
    return await _offer(context, parsed.symbol, parsed.venue)


async def offer_close_all(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Show what closing everything would bring."""
    venue = parse_one_venue(arguments, command="closeall")
    if isinstance(venue, Misread):
        return render_misread(venue)
    return await _offer(context, None, venue)


async def press_sell(update: Update, context: ChatContext) -> None:
    """Sell what the button says; the engine sees to its owner, its single use, its expiry and the price."""
    if (query := update.callback_query) is None:
        return
    press = Press(query)
    if not may(context.user.role, Role.TRADER):
        await press.answer(MAY_NOT_CHANGE, alert=True)
        return
    selling = context.services.closing.close(context.user.user_id, _confirmation(query.data))
    outcome = await while_answering(press, context, selling)
    if isinstance(outcome, Nothing):
        await _refuse(press, context, outcome)
        return
    await press.stop_spinner()
    await press.replace(context, render_close(outcome, context.reader))


async def press_keep(update: Update, context: ChatContext) -> None:
    """Use the button up without selling."""
    if (query := update.callback_query) is None:
        return
    press = Press(query)
    outcome = await context.services.closing.keep(context.user.user_id, _confirmation(query.data))
    if isinstance(outcome, Kept):
        await press.stop_spinner()
        await press.replace(context, render_kept(context.reader))
    else:
        await _refuse(press, context, outcome)


async def _offer(context: ChatContext, symbol: str | None, venue: Venue | None) -> Screen:
    answer = await context.services.closing.offer_close(context.user.user_id, symbol, venue)
    if isinstance(answer, Nothing):
        return render_nothing(answer)
    return render_close(answer, context.reader, sent_at=context.sent_at if context.is_stale else None)


async def _refuse(press: Press, context: ChatContext, nothing: Nothing) -> None:
    if not await press.answer(nothing.why, alert=True):
        await context.reply(render_nothing(nothing))


def _confirmation(data: str | None) -> str:
    return (data or "").partition(":")[2]
