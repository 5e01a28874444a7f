"""What a guard means and what the buttons about everything leave out: the end of a question about guards."""

from collections.abc import Iterator

from engine.alerts.questions import About, ChoiceKind, Offer, OfferLine, Standing, TradingCost
from engine.model.money import exact
from handlers.render.choice_buttons import LABELS, MOST_BUTTONS
from handlers.render.html import escape, foreign
from handlers.render.numbers import cost_percent, loss_percent, threshold_percent
from handlers.render.why_not import why_not_text


def terms(offer: Offer) -> Iterator[str]:
    if offer.about != About.UNGUARD:
        yield f"Guarded means: sold at market once it has lost {loss_percent(offer.threshold)}."
        yield from _all_leaves_out(offer)
        yield from (_costly(one, offer) for one in offer.costly_at)
    if len(offer.choices) > MOST_BUTTONS:
        yield "Not every position has a button here; /guard SYMBOL does the others."


def _costly(cost: TradingCost, offer: Offer) -> str:
    with exact():
        loss = offer.threshold - cost.fees
    usual = "" if cost.is_own else ", the usual ones, as your account's own are not known"
    return (
        f"The fees for buying and selling at {cost.venue.label} are {cost_percent(cost.fees)} together{usual}, the spread not "
        f"counted: more than this threshold. "
        f"A sale at {threshold_percent(offer.threshold)} loses about {cost_percent(abs(loss))} with the fees."
    )


def _all_leaves_out(offer: Offer) -> Iterator[str]:
    """Name what the buttons about everything do not guard, before one is pressed."""
    kinds = {choice.kind for choice in offer.choices}
    if ChoiceKind.GUARD_ALL_FROM_COST in kinds:
        names = [_with_reason(line, offer) for line in offer.lines if line.standing is Standing.ENTRY_UNKNOWN]
        if names:
            yield f"“{LABELS[ChoiceKind.GUARD_ALL_FROM_COST]}” leaves out {', '.join(names)}."
        apart = [line for line in offer.lines if line.standing is Standing.WOULD_BE_SOLD_NOW]
        if apart:
            yield f"It asks again before it sells {', '.join(_short_name(line, offer) for line in apart)}."


def _with_reason(line: OfferLine, offer: Offer) -> str:
    why = why_not_text(line) or "entry unknown"
    return f"{_short_name(line, offer)} ({foreign(why)})"


def _short_name(line: OfferLine, offer: Offer) -> str:
    venue, name = line.position.account.venue, escape(line.position.symbol or line.position.asset)
    is_alone = all(one.position.account.venue is venue for one in offer.lines)
    return name if is_alone else f"{name} at {venue.label}"
