"""/sell: a part of a position, after a preview; without a part, a choice of them."""

from collections.abc import Sequence

from telegram import Update

from engine.offers.closing_preview import ClosePreview, PartsPreview, Selling
from engine.offers.outcomes import Nothing
from handlers.arguments import Misread
from handlers.buttons import Press, press_stored
from handlers.chat_context import ChatContext
from handlers.render.closing import render_close
from handlers.render.guard_outcomes import render_nothing
from handlers.render.parts import render_parts
from handlers.render.problems import render_misread
from handlers.render.screen import SELL_PART, Screen
from handlers.sale_arguments import parse_sell

SELL_PART_PATTERN = rf"^{SELL_PART}\d{{1,9}}:"


async def offer_sell(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Show what selling a part would bring, or each of several parts."""
    wanted = parse_sell(arguments)
    if isinstance(wanted, Misread):
        return render_misread(wanted)
    closing, user_id = context.services.closing, context.user.user_id
    answer: ClosePreview | PartsPreview | Nothing
    if wanted.part is None:
        answer = await closing.offer_parts(user_id, wanted.symbol, wanted.venue)
    else:
        answer = await closing.offer_close(user_id, wanted.symbol, wanted.venue, part=wanted.part)
    sent_at = context.sent_at if context.is_stale else None
    match answer:
        case Nothing():
            return render_nothing(answer)
        case PartsPreview():
            return render_parts(answer, context.reader, sent_at=sent_at)
        case ClosePreview():
            return render_close(answer, context.reader, sent_at=sent_at)


async def press_sell_part(update: Update, context: ChatContext) -> None:
    """Sell the part that the button names."""
    query = update.callback_query
    percent = int((query.data or "").partition(":")[0].removeprefix(SELL_PART)) if query else 0

    async def sell(user_id: int, confirmation_id: str) -> Selling | ClosePreview | Nothing:
        return await context.services.closing.close_part(user_id, confirmation_id, percent)

    answered: tuple[Press, Selling | ClosePreview] | None = await press_stored(update, context, sell)
    if answered:
        press, outcome = answered
        await press.replace(context, render_close(outcome, context.reader))
