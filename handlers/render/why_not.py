"""The sentences for why a position is not guarded, or can be neither guarded nor sold now."""

from collections.abc import Mapping

from engine.alerts.questions import Exclusion, NoEntry, OfferLine, PartReason
from engine.market.mark import PriceProblem
from engine.offers.closing_preview import CloseLine, Obstacle, ObstacleKind, ShownAgain, Worsening
from engine.portfolio.not_guarded import NotGuarded
from handlers.render.no_price import no_price_text

_SHORT = "a short position, which NIJA only shows"
_TOKENIZED = "a tokenized stock, which NIJA prices and does not sell; sell it at the venue itself"

_NOT_GUARDED: Mapping[NotGuarded, str] = {
    NotGuarded.NOT_REQUESTED: "you have not asked for it",
    NotGuarded.QUESTION_OPEN: "the question about it waits for your answer",
    NotGuarded.ENTRY_UNKNOWN: "entry unknown",
    NotGuarded.FILLS_PENDING: "its fills are still being read",
    NotGuarded.UNREAD_SALE: "not read since its last order",
    NotGuarded.PRICE_UNKNOWN: "price unknown",
    NotGuarded.MARKET_CLOSED: "market closed",
    NotGuarded.CANNOT_BE_SOLD_NOW: "cannot be sold now",
    NotGuarded.SHORT: _SHORT,
    NotGuarded.TOKENIZED: _TOKENIZED,
    NotGuarded.BELOW_MINIMUM: "below the venue's minimum",
    NotGuarded.PAUSED: "paused, your answer is needed",
}
_EXCLUDED: Mapping[str, str] = {
    Exclusion.ALREADY_GUARDED: "already guarded",
    Exclusion.CANNOT_BE_SOLD: "cannot be sold now",
    Exclusion.SHORT: _SHORT,
    Exclusion.NOT_LISTED: "neither a coin nor a share that is listed there, so NIJA does not sell it",
    Exclusion.TOKENIZED: _TOKENIZED,
    Exclusion.PRICE_UNKNOWN: "price unknown",
    Exclusion.MARKET_CLOSED: "market closed",
    Exclusion.UNREAD_SALE: "not read since its last order; try again in a moment",
    Exclusion.DUST: "below the venue's minimum",
    Exclusion.CHANGED: "it changed while you answered; /guard shows what is there now",
}
_NO_ENTRY: Mapping[NoEntry, str] = {
    # The standing itself shows it.
    NoEntry.ENTRY_UNKNOWN: "",
    NoEntry.FILLS_PENDING: "its fills are still being read",
    NoEntry.OTHER_CURRENCY: "bought with another currency than it is sold for",
    NoEntry.DUST: "what was bought is below the venue's minimum",
}
_PARTS: Mapping[PartReason, str] = {
    PartReason.STAKED: "staked",
    PartReason.NO_COST: "what it cost is not known",
}
_OBSTACLES: Mapping[ObstacleKind, str] = {
    ObstacleKind.BEING_SOLD: "it is being sold already",
    ObstacleKind.CHANGED: "it is being sold already, or its guard has changed meanwhile",
    ObstacleKind.NOT_WRITTEN: "its sale could not be written down, so it was not begun",
    ObstacleKind.SHORT: "it is a short position; close it at the venue itself",
    ObstacleKind.TOKENIZED: f"it is {_TOKENIZED}",
    ObstacleKind.NOT_LISTED: "it is not listed there",
    ObstacleKind.LOCKED: "it is locked or staked",
    ObstacleKind.NOTHING_LEFT: "nothing of it is left",
    ObstacleKind.NOT_HELD: "no longer held",
    ObstacleKind.NO_MARKET_ORDERS: "the venue takes no market orders for it now ({detail})",
    ObstacleKind.LISTING_UNKNOWN: "{venue} did not report what it lists; try again in a moment",
    ObstacleKind.KEY_UNCERTAIN: (
        "{venue}'s key was changed, and it is not certain yet that the new one opens the same account. "
        "Try again in a few seconds, or sell it at {venue} itself"
    ),
    ObstacleKind.NO_ANSWER: "{venue} did not answer: {detail}",
    ObstacleKind.UNREAD_SALE: "{venue} was not read since its last order; try again in a moment",
    ObstacleKind.ORDERS_UNREAD: "its open orders could not be read: {detail}",
    ObstacleKind.ORDERS_LATE: "{venue} did not send its open orders in time; try again",
    ObstacleKind.PRICE_UNREAD: "its price could not be read: {detail}",
    ObstacleKind.PRICE_LATE: "its price did not come in time; try again",
    ObstacleKind.TOO_SMALL: "{detail}",
    ObstacleKind.MORE_THAN_HELD: "it is more than you can sell there, which is {detail}",
    ObstacleKind.NO_USD_PRICE: "what it is worth in dollars is not known now; name the part in units or in %",
}
#: What the venue's own app may be able to do meanwhile.
_SELLABLE_IN_APP = frozenset(
    {
        ObstacleKind.NO_ANSWER,
        ObstacleKind.ORDERS_UNREAD,
        ObstacleKind.ORDERS_LATE,
        ObstacleKind.PRICE_UNREAD,
        ObstacleKind.PRICE_LATE,
    }
)

_SHOWN_AGAIN: Mapping[Worsening, str] = {
    Worsening.OTHER_PAIR: "It would be sold as {symbol} now, and {shown} was shown",
    Worsening.PRICE: "The price of {symbol} has moved against you by more than 1 % since",
    Worsening.MORE: "More of {symbol} can be sold now than was shown",
    Worsening.OTHER_ORDER: "Another open order holds {symbol} now",
}


def not_guarded_text(reason: NotGuarded) -> str:
    """Say why nothing watches a position."""
    return _NOT_GUARDED[reason]


def why_not_text(line: OfferLine) -> str:
    """Say why a position cannot be guarded, or not from its cost; empty where nothing is in the way."""
    if line.excluded:
        return _EXCLUDED.get(line.excluded, line.excluded)
    return _NO_ENTRY[line.no_entry] if line.no_entry else ""


def part_text(reason: PartReason) -> str:
    """Say why a guard covers only a part of its position."""
    return _PARTS[reason]


def obstacle_text(line: CloseLine, obstacle: Obstacle) -> str:
    """Say what keeps a position from being sold now."""
    label, problem = line.venue.label, obstacle.problem
    own_app = f". If you cannot wait, sell in {label}'s own app"
    if problem is not None:
        return f"{no_price_text(problem, label)}{'' if problem is PriceProblem.MARKET_CLOSED else own_app}"
    sentence = _OBSTACLES[obstacle.kind].format(venue=label, detail=_detail(obstacle))
    return f"{sentence}{own_app if obstacle.kind in _SELLABLE_IN_APP else ''}"


def _detail(obstacle: Obstacle) -> str:
    if obstacle.kind is ObstacleKind.NO_MARKET_ORDERS:
        return obstacle.detail.replace("_", " ")
    return obstacle.detail or "no answer yet"


def shown_again_text(again: ShownAgain) -> str:
    """Say what became worse between a preview and its press."""
    return _SHOWN_AGAIN[again.why].format(symbol=again.symbol, shown=again.shown_symbol)
