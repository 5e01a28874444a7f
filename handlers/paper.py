"""/paper reset: a preview, and only its button begins accounts on paper anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from telegram import Update

from engine.model.venues import Venue
from engine.offers.paper_reset import OrdersUnderWay, ResetDone
from handlers.arguments import Misread, parse_usd, parse_venue, short
from handlers.buttons import Press, press_stored
from handlers.chat_context import ChatContext
from handlers.render.paper_reset import render_reset_offer, render_reset_outcome
from handlers.render.problems import render_misread
from handlers.render.screen import PAPER_RESET, Screen

PAPER_RESET_PATTERN = rf"^{PAPER_RESET}:"

_VERB = "reset"
_EXAMPLE, _OTHER = "/paper reset 500", "/paper reset 500 kraken"
_LARGEST_USD = Decimal(1_000_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetArguments:
    """With how much to begin anew; without a venue, everywhere."""

    usd: Decimal
    venue: Venue | None


async def offer_reset(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Show which accounts would begin anew."""
    wanted = parse_reset(arguments)
    if isinstance(wanted, Misread):
        return render_misread(wanted)
    offered = await context.services.paper.offer_reset(context.user.user_id, wanted.usd, wanted.venue)
    return render_reset_offer(offered, context.reader)


async def press_reset(update: Update, context: ChatContext) -> None:
    """Begin them anew."""
    answered: tuple[Press, ResetDone | OrdersUnderWay] | None
    answered = await press_stored(update, context, context.services.paper.reset)
    if answered:
        press, outcome = answered
        await press.replace(context, render_reset_outcome(outcome))


def parse_reset(arguments: Sequence[str]) -> ResetArguments | Misread:
    """Read `reset USD [BROKER]`."""
    verb, amount, broker, *more = (*arguments, "", "", "")
    if verb.lower() != _VERB:
        return _misread("/paper knows reset alone, which begins accounts on paper anew.")
    usd = parse_usd(amount)
    if usd is None or not 0 < usd <= _LARGEST_USD:
        return _misread("How many dollars do they begin with?")
    venue = parse_venue(broker) if broker else None
    if any(more) or (broker and venue is None):
        return _misread(
            f"“{short(' '.join(arguments[2:]))}” is not a broker; kraken, coinbase and alpaca are."
        )
    return ResetArguments(usd=usd, venue=venue)


def _misread(why: str) -> Misread:
    return Misread(why=f"{why} Nothing was reset.", example=_EXAMPLE, others=(_OTHER,))
