"""The sentences for why there is no price."""

from collections.abc import Mapping

from engine.alerts.messages import Moved, StillUnwatched
from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.delays import UnseenReason
from engine.model.venues import Venue

_PROBLEMS: Mapping[str, str] = {
    PriceProblem.NOT_LISTED: "not in the venue's listings",
    PriceProblem.NO_QUOTE: "no quote",
    PriceProblem.NO_ANSWER: "{venue} does not answer",
    PriceProblem.NO_PRICES: "{venue} reports no prices",
    PriceProblem.NOT_CONNECTED: "{venue} is not connected",
    PriceProblem.NO_BID: "no bid",
    PriceProblem.NO_ASK: "no ask",
    PriceProblem.NOT_A_NUMBER: "not a number",
    PriceProblem.NOT_POSITIVE: "zero or negative",
    PriceProblem.CROSSED: "bid above ask",
    PriceProblem.STALE: "too old",
    PriceProblem.FROM_THE_FUTURE: "dated ahead of our clock",
    PriceProblem.NO_BOOK: "no order book",
    PriceProblem.BAD_BOOK: "the order book makes no sense",
    PriceProblem.SHALLOW_BOOK: "the order book does not cover the guarded quantity",
    PriceProblem.NOTHING_TO_SELL: "nothing of the position can be sold",
    PriceProblem.NOT_CONFIRMED: "a second look did not confirm it",
    PriceProblem.CONTRADICTED: "ticker and order book differ",
    PriceProblem.NOT_JUDGED: "a defect of the bot itself; its log says which",
    PriceProblem.MARKET_CLOSED: "market closed",
    PriceProblem.SESSION_UNKNOWN: "whether its market is open cannot be read",
}
_UNSEEN: Mapping[str, str] = {
    UnseenReason.NOT_WATCHING: "NIJA was not watching",
    UnseenReason.NO_PRICE: "no price to trust",
}
_STILL_UNWATCHED: Mapping[str, str] = {
    StillUnwatched.PAUSED: "its guard is paused",
    StillUnwatched.NO_PRICE_YET: "no price yet",
}


def problem_text(problem: str, venue_label: str) -> str:
    """Say what is wrong with a price at a venue; what an earlier version wrote of it stays as it is."""
    sentence = _PROBLEMS.get(problem)
    return problem if sentence is None else sentence.format(venue=venue_label)


def no_price_text(problem: str, venue_label: str) -> str:
    """Say that there is no price now and why; a closed market is reason enough."""
    reason = problem_text(problem, venue_label)
    return reason if problem == PriceProblem.MARKET_CLOSED else f"price unknown ({reason})"


def unseen_text(why: str, venue_label: str) -> str:
    """Say why nobody could see a price."""
    if why in _PROBLEMS and why != PriceProblem.MARKET_CLOSED:
        return f"no price to trust ({problem_text(why, venue_label)})"
    return _UNSEEN.get(why) or problem_text(why, venue_label)


def still_unwatched_text(moved: Moved) -> str:
    """Say why nothing watches a guard after all."""
    return _STILL_UNWATCHED.get(moved.why_unwatched) or problem_text(moved.why_unwatched, moved.venue.label)


def unpriced_text(mark: PriceUnknown, venue: Venue) -> str:
    """Say the same of a position's mark."""
    return no_price_text(mark.problem, venue.label)
