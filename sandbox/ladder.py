"""The bids and asks that a pair's reference price implies."""

from decimal import ROUND_CEILING, Decimal

from engine.brokers.paper.book import Book, Level, Listing, floor_to

HALF = Decimal("0.5")


def ceil_to(value: Decimal, step: Decimal) -> Decimal:
    """Round up to a multiple of the step, written with the step's decimals."""
    return ((value / step).to_integral_value(ROUND_CEILING) * step).quantize(step)


def ladder(listing: Listing, mid: Decimal, at: float) -> Book:
    """The book around a mid price: levels one half spread (at least a tick) apart."""
    half_spread = mid * listing.spread_ratio * HALF
    bid = floor_to(mid - half_spread, listing.tick)
    ask = ceil_to(mid + half_spread, listing.tick)
    step = max(listing.tick, floor_to(half_spread, listing.tick))
    bids = (Level(bid - step * depth, size) for depth, size in enumerate(listing.depth))
    asks = (Level(ask + step * depth, size) for depth, size in enumerate(listing.depth))
    return Book(bids=tuple(level for level in bids if level.price > 0), asks=tuple(asks), at=at)
