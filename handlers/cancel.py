"""/cancel: the open orders of an id or a symbol, each with a button that cancels it."""

import re
from collections.abc import Sequence

from telegram import Update

from engine.offers.cancelling_plan import NamedOrder
from engine.offers.cancelling_preview import CancelResult
from engine.offers.outcomes import Nothing
from handlers.arguments import Misread, parse_symbol, short
from handlers.buttons import Press, press_stored
from handlers.chat_context import ChatContext
from handlers.render.cancel import render_cancel, render_cancel_result
from handlers.render.guard_outcomes import render_nothing
from handlers.render.problems import render_misread
from handlers.render.screen import CANCEL, Screen

CANCEL_PATTERN = rf"^{CANCEL}:"

#: As long as the longest id of a venue or of a client.
_ORDER_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


async def offer_cancel(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Show what would be cancelled."""
    named = parse_cancel(arguments)
    if isinstance(named, Misread):
        return render_misread(named)
    answer = await context.services.cancelling.offer_cancel(context.user.user_id, named)
    if isinstance(answer, Nothing):
        return render_nothing(answer)
    return render_cancel(answer, context.reader)


async def press_cancel(update: Update, context: ChatContext) -> None:
    """Cancel the order that the button showed."""
    answered: tuple[Press, CancelResult] | None
    answered = await press_stored(update, context, context.services.cancelling.cancel)
    if answered:
        press, result = answered
        await press.replace(context, render_cancel_result(result, context.reader))


def parse_cancel(arguments: Sequence[str]) -> NamedOrder | Misread:
    """Read an order's id or a symbol."""
    others = ("/cancel OQCLML-BW3P3-BUCMWZ",)
    if len(arguments) != 1:
        why = "Nothing was cancelled. Name one order by its id, or its symbol; /orders lists them."
        return Misread(why=why, example="/cancel BTC", others=others)
    [text] = arguments
    symbol = parse_symbol(text)
    if symbol is None and not _ORDER_ID.fullmatch(text):
        why = f"Nothing was cancelled. “{short(text)}” is neither an order's id nor a symbol."
        return Misread(why=why, example="/cancel BTC", others=others)
    return NamedOrder(text=text, symbol=symbol)
