"""Pure: whether what a stream said last is still the price, by what its venue answers when it is asked."""

from datetime import timedelta

from engine import wall_time
from engine.clock import Moment
from engine.market.mark import Mark
from engine.market.mark_rules import is_within
from engine.market.price_check import FROZEN_AFTER_S, STILL_RATIO
from engine.market.second_look import AGREEMENT_RATIO
from engine.model.quotes import Quote

#: A stream that pushed nothing of an instrument for so long shows what it did then.
STILL_AFTER = timedelta(seconds=FROZEN_AFTER_S)
#: What was pushed longer ago sells nothing: it waited somewhere, or its guard did, and the price may have come back.
LATE_AFTER = timedelta(seconds=2)
#: So many answers in a row that lie on the same side of what was pushed are no chance.
LEANS_MAX = 6


def is_late(quote: Quote, received: Moment, now: Moment) -> bool:
    """Return whether a quote came, or was dated by its venue, too long ago to sell."""
    waited = now - received
    return max(waited, wall_time.between(quote.at, received.at) + waited) > LATE_AFTER


def is_overtaken(priced: Quote | Mark, last: Mark | None) -> bool:
    """Return whether a price is older than the last mark that was accepted."""
    return last is not None and wall_time.is_before(priced.at, last.at)


def contradicts(polled: Quote, streamed: Quote, *, still_for: timedelta) -> bool:
    """Return whether an answer shows another price than the stream's last; one without a price denies nothing.

    `still_for` is how long before the question the stream pushed that: what has not moved must be the price of now, and
    of what moves either may be a moment older.
    """
    if polled.sides is None or streamed.sides is None:
        return False
    tolerance = STILL_RATIO if still_for >= STILL_AFTER else AGREEMENT_RATIO
    return any(
        not is_within(shown, pushed, tolerance)
        for shown, pushed in zip(polled.sides, streamed.sides, strict=True)
    )


def lean_of(polled: Quote, streamed: Quote) -> int:
    """Return 1 where an answer lies clearly above what was pushed, -1 where below, on both sides; else 0."""
    if polled.sides is None or streamed.sides is None:
        return 0
    pairs = tuple(zip(polled.sides, streamed.sides, strict=True))
    if any(is_within(shown, pushed, STILL_RATIO) for shown, pushed in pairs):
        return 0
    directions = {1 if shown > pushed else -1 for shown, pushed in pairs}
    return directions.pop() if len(directions) == 1 else 0
