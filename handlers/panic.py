"""/panic: one preview, and only its button halts buys and sells everything."""

from collections.abc import Sequence

from telegram import Update

from engine.offers.panic_preview import PanicBegun
from handlers.buttons import Press, press_stored
from handlers.chat_context import ChatContext
from handlers.render.panic import render_panic, render_panic_begun
from handlers.render.screen import PANIC, Screen

PANIC_PATTERN = rf"^{PANIC}:"


async def offer_panic(context: ChatContext, _arguments: Sequence[str]) -> Screen:
    """Show what would be halted, and what selling everything would bring."""
    preview = await context.services.panic.offer(context.user.user_id)
    return render_panic(preview, context.reader, sent_at=context.sent_at if context.is_stale else None)


async def press_panic(update: Update, context: ChatContext) -> None:
    """Halt buys and sell everything that can be sold."""
    answered: tuple[Press, PanicBegun] | None
    answered = await press_stored(update, context, context.services.panic.press)
    if answered:
        press, begun = answered
        await press.replace(context, render_panic_begun(begun, context.reader))
