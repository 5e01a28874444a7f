"""The sentences for why an armed guard cannot act."""

from collections.abc import Mapping

from engine.guards.unwatched import Unwatched, UnwatchedReason
from handlers.render.no_price import no_price_text

_SENTENCES: Mapping[UnwatchedReason, str] = {
    UnwatchedReason.KEY_REFUSED: "{venue} refuses the key, so nothing could be sold: {error}",
    UnwatchedReason.KEY_UNCERTAIN: (
        "nothing is sold before it is certain that the changed key opens the same account; "
        "it is asked for every few seconds"
    ),
    UnwatchedReason.STARTING: "starting, the first prices are not in yet",
    UnwatchedReason.PRICE_UNKNOWN: "price unknown",
    UnwatchedReason.NOT_LOOKED_AT: "no prices come from {venue}",
}


def unwatched_text(unwatched: Unwatched) -> str:
    """Say why a guard cannot act."""
    if unwatched.problem is not None:
        return no_price_text(unwatched.problem, unwatched.venue_label)
    sentence = _SENTENCES[unwatched.reason].format(venue=unwatched.venue_label, error=unwatched.error)
    is_beside = unwatched.error and unwatched.reason is UnwatchedReason.NOT_LOOKED_AT
    return f"{sentence} ({unwatched.error})" if is_beside else sentence
