"""/buy: a preview first, and only its button buys."""

from collections.abc import Sequence

from telegram import Update

from engine.entries.plan import Refused
from engine.offers.buying_preview import Buying, BuyPreview
from handlers.arguments import Misread
from handlers.buttons import Press, press_stored
from handlers.chat_context import ChatContext
from handlers.entry_arguments import parse_buy
from handlers.render.buy import render_buy, render_declined
from handlers.render.problems import render_misread
from handlers.render.screen import BUY, DECLINE, Screen

BUY_PATTERN = rf"^{BUY}:"
DECLINE_PATTERN = rf"^{DECLINE}:"


async def offer_buy(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Show what a buy would come to, or why there is none."""
    parsed = parse_buy(arguments)
    if isinstance(parsed, Misread):
        return render_misread(parsed)
    answer = await context.services.buying.offer_buy(
        context.user.user_id, parsed.symbol, parsed.size, parsed.venue
    )
    return render_buy(answer, context.reader, sent_at=context.sent_at if context.is_stale else None)


async def press_buy(update: Update, context: ChatContext) -> None:
    """Buy what the button showed."""
    answered: tuple[Press, Buying | BuyPreview | Refused] | None
    answered = await press_stored(update, context, context.services.buying.buy)
    if answered:
        press, outcome = answered
        await press.replace(context, render_buy(outcome, context.reader))


async def press_decline(update: Update, context: ChatContext) -> None:
    """Use the button up without buying."""
    if answered := await press_stored(update, context, context.services.buying.decline):
        press, _ = answered
        await press.replace(context, render_declined(context.reader))
