"""/close and /closeall: a preview first, and only its button sells."""

from collections.abc import Sequence

from telegram import Update

from engine.model.venues import Venue
from engine.offers.closing_preview import ClosePreview, Selling
from engine.offers.outcomes import Nothing
from handlers.arguments import Misread, parse_guard, parse_one_venue
from handlers.buttons import Press, press_stored
from handlers.chat_context import ChatContext
from handlers.render.closing import render_close, render_kept
from handlers.render.guard_outcomes import render_nothing
from handlers.render.problems import render_misread
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
    """Sell what the button showed."""
    answered: tuple[Press, Selling | ClosePreview] | None
    answered = await press_stored(update, context, context.services.closing.close)
    if answered:
        press, outcome = answered
        await press.replace(context, render_close(outcome, context.reader))


async def press_keep(update: Update, context: ChatContext) -> None:
    """Use the button up without selling."""
    if answered := await press_stored(update, context, context.services.closing.keep):
        press, _ = answered
        await press.replace(context, render_kept(context.reader))


async def _offer(context: ChatContext, symbol: str | None, venue: Venue | None) -> Screen:
    answer = await context.services.closing.offer_close(context.user.user_id, symbol, venue)
    if isinstance(answer, Nothing):
        return render_nothing(answer)
    return render_close(answer, context.reader, sent_at=context.sent_at if context.is_stale else None)
