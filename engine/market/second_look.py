"""Surprising prices: what a further look at the order book makes of them."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.market.mark import Mark, NeedsSecondLook, PriceProblem, PriceUnknown
from engine.market.mark_rules import is_within

#: Two looks that differ by no more than this agree.
AGREEMENT_RATIO = Decimal("0.01")
SECOND_LOOK_AFTER = timedelta(milliseconds=300)
LOOKS_END_AFTER = timedelta(seconds=2)
#: The surprising one included.
LOOKS_MAX = 3


def confirm(
    pending: NeedsSecondLook, look: Mark | PriceUnknown, *, is_past_threshold: bool, now: datetime
) -> Mark | PriceUnknown | NeedsSecondLook:
    """Decide what a further look means: accepted, look again, or price unknown.

    `is_past_threshold` is true if `look` itself breaches the guard. A look that comes too early changes
    nothing and counts for nothing. All its times are of one look, in which no clock is set.
    """
    if not timedelta(0) <= wall_time.between(pending.first_at, now) <= LOOKS_END_AFTER:
        return PriceUnknown(problem=PriceProblem.NOT_CONFIRMED)
    if wall_time.between(pending.latest_at, now) < SECOND_LOOK_AFTER:
        return pending
    if isinstance(look, Mark) and (
        is_past_threshold or is_within(look.price, pending.candidate.price, AGREEMENT_RATIO)
    ):
        return look
    looks = pending.looks + 1
    if looks >= LOOKS_MAX:
        return PriceUnknown(problem=PriceProblem.NOT_CONFIRMED)
    candidate = look if isinstance(look, Mark) else pending.candidate
    return replace(pending, candidate=candidate, latest_at=now, looks=looks)
