"""The sentences for why an exit does not get through."""

from collections.abc import Mapping, Sequence
from decimal import Context

from engine.model.failing_reasons import (
    FailingReason,
    LittleFree,
    NoPair,
    OfferProblem,
    PairOffer,
    UnknownHold,
)
from engine.model.instruments import quote_of
from engine.model.walk import BookProblem

_FIGURES = Context(prec=6)
_PROBLEMS: Mapping[OfferProblem | BookProblem, str] = {
    OfferProblem.NO_BOOK: "no order book",
    OfferProblem.NO_RATE: "no rate of {quote} in {currency}",
    OfferProblem.UNCONFIRMED: "two looks at its order book do not agree",
    OfferProblem.TOO_SMALL: "{detail}",
    BookProblem.BAD: "the order book makes no sense",
    BookProblem.SHALLOW: "the order book does not cover the quantity",
    BookProblem.NOTHING: "nothing of the position can be sold",
}


def failing_text(why: FailingReason, unreadable: Sequence[str], venue_label: str) -> str:
    """Say why an exit does not get through, with the open orders that may be in the way; a text stays as it is."""
    text = _reason_text(why)
    if not unreadable:
        return text
    return (
        f"{text}; {venue_label} also lists what NIJA cannot read and what may hold it ({', '.join(unreadable)}): "
        "cancel that there yourself"
    )


def _reason_text(why: FailingReason) -> str:
    match why:
        case UnknownHold():
            return _hold_text(why)
        case LittleFree():
            rest = _hold_text(why.unknown_hold) if why.unknown_hold else "the rest is held or locked"
            return f"only {why.quantity:f} {why.asset} is free, {rest}"
        case NoPair():
            tried = [f"no sale is taken through {', '.join(why.refused)}"] if len(why.refused) > 1 else []
            return "; ".join([why.why, *tried, *(_offer_text(one, why.currency) for one in why.offers)])
        case _:
            return why


def _hold_text(hold: UnknownHold) -> str:
    quantity = f"{hold.quantity.normalize():f}"
    if hold.error is None:
        return f"{quantity} of it is held, and no listed order holds it"
    unlisted = f"the open orders cannot be listed: {hold.error}"
    return f"{quantity} of it is held, and {unlisted}" if hold.quantity else unlisted


def _offer_text(offer: PairOffer, currency: str) -> str:
    if offer.problem is not None:
        quote = quote_of(offer.symbol)
        problem = _PROBLEMS[offer.problem].format(quote=quote, currency=currency, detail=offer.detail)
        return f"{offer.symbol}: {problem}"
    brings, least = (f"{_FIGURES.plus(price or 0).normalize():f}" for price in (offer.price, offer.least))
    return f"{offer.symbol} would bring {brings} {currency} a unit, less than {least} is not taken"
